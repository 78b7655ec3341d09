"""Builds the calls of an operation, each with a payload made up for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random

from load.calls.call import FRAMING, NO_FIELDS, Body, Call
from load.calls.payload_substitution import substitute
from load.calls.repetition import Repetition
from load.calls.unique_properties import unique_properties
from load.options.credentials import Secret
from load.planning.names import words
from load.planning.plan import Slot
from load.planning.schema_properties import identifier_types, outline, schema_properties
from load.planning.side_effects import destructive_values, is_dry_run_flag
from openapi.bodies import writer
from openapi.contract import ContractError, Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.payloads import UNIQUE, PayloadFactory, PayloadGenerator, Unbuildable
from openapi.schema import Schema

OPTIONAL_PARAMETER = 0.3
_FIRST_MEDIA_TYPE = 0.7
# So many values are looked at to tell what all of a parameter are like.
_LOOKED_AT = 5
# So often a payload is drawn that can do without what is not known.
_REDRAWN = 5
_TRIALS, _DRAWS = 20, 1_000
# Words of header fields that are of one call alone.
_OF_A_CALL = frozenset(
    {"idempotency", "request", "correlation", "trace", "traceparent", "tracestate", "nonce", "timestamp",
     "signature", "digest", "prefer", "range", "date"}
)  # fmt: skip
_PAGES = (["page"], ["page", "number"], ["page", "no"], ["page", "index"])
_FIRST_PAGE = 1
_SOFT_DELETIONS = (["archived"], ["deleted"], ["trashed"], ["removed"])


def can_name(operation: Operation, payloads: PayloadFactory) -> bool:
    """Whether a call can name what it makes, by the last parameter of its path, so that nothing else can have
    that name.
    """
    parameter = next(each for each in operation.parameters if each.name == operation.path_names[-1])
    try:
        generate = payloads.generator(parameter.schema, parameter.name, (*parameter.rules(), {UNIQUE: True}))
        return all(payloads.is_own(generate()) for _ in range(_LOOKED_AT))
    except (Unbuildable, ContractError):
        return False


class CallBuilder:
    """Builds the calls of one operation. `bound` are slots that values are always given for, `unsent`
    those that are left empty when none is given: nothing is made up for either. `naming` are slots whose
    made-up values name what the call makes: they are the run's own names, which nothing else can have, and
    numbers are left out of bodies. A `careful` one sends no value that asks for a deletion.

    Raises Unbuildable when there is no way to make a valid call.
    """

    def __init__(
        self,
        operation: Operation,
        bound: Iterable[Slot],
        unsent: Iterable[Slot],
        payloads: PayloadFactory,
        random: Random,
        secret: Secret,
        naming: frozenset[Slot] = frozenset(),
        careful: bool = False,
    ) -> None:
        self.operation = operation
        self._random = random
        self._secret = secret
        self._naming, self._careful = naming, careful
        self.omitted: list[str] = []
        given, empty = frozenset(bound), frozenset(unsent)
        self._kept = dict.fromkeys(_soft_deletions(operation), False)
        self._unsent = [slot.name for slot in empty if slot.location == "body" and slot.name]
        self._own_names, numbers = _names_of_body(operation, naming)
        self._unsent += numbers
        self._slots: list[tuple[Parameter, Slot, PayloadGenerator | None]] = []
        for each in operation.parameters:
            if each.location == "header" and each.name.lower() in FRAMING:
                continue
            slot = Slot(each.location, each.name)
            is_left = slot in given or (not each.required and (slot in empty or is_dry_run_flag(each.name)))
            generate = None if is_left else self._parameter(each, payloads)
            self._slots.append((each, slot, self._fitting(each, generate) if generate else None))
        locations = {each.location for each in operation.parameters}
        self._queries, self._fields = "query" in locations, bool(locations & {"header", "cookie"})
        self._lasting = [slot for each, slot, _ in self._slots if _lasts(each)]
        self._headers: Mapping[str, str] = {"Accept": _accepted(operation)}
        self._payloads = payloads
        self._unique = unique_properties(operation) | self._own_names
        self._bodies = self._written(payloads)

    def _parameter(self, parameter: Parameter, payloads: PayloadFactory) -> PayloadGenerator:
        """Of values that are read alike by everyone, if there are such."""
        # One that is sent twice is answered with what the first was.
        is_once = "idempotency" in words(parameter.name)
        names = is_once or Slot(parameter.location, parameter.name) in self._naming
        facts = outline(parameter.schema.translated, parameter.schema.translated)
        barred = destructive_values(parameter.name, facts) if self._careful else []
        always: tuple[Json, ...] = (
            ({UNIQUE: True},) if names else ({"not": {"enum": barred}},) if barred else ()
        )
        if words(parameter.name) in _PAGES and parameter.schema.types <= {"integer", "number"}:
            # There is a first page; of others nobody knows.
            always = (*always, {"maximum": _FIRST_PAGE})
        for rules in (parameter.rules(), *((each,) for each in parameter.rules()[:1]), ()):
            try:
                generate = payloads.generator(parameter.schema, parameter.name, (*rules, *always))
            except Unbuildable as reason:
                refusal = reason
            else:
                return generate
        raise refusal

    def _fitting(self, parameter: Parameter, generate: PayloadGenerator) -> PayloadGenerator | None:
        """Of values that arrive as they are; None when there are none and it can be left out.

        Raises Unbuildable when there are none for a path.
        """
        if parameter.location == "query":
            return generate
        fitting = [*islice((each for each in _drawn(generate) if parameter.fits(each)), _TRIALS)]
        if fitting:
            return lambda: value if parameter.fits(value := generate()) else self._random.choice(fitting)
        reason = f"{parameter.location} {parameter.name}: no value of its schema can be sent there as it is"
        if parameter.location == "path":
            raise Unbuildable(reason)
        if parameter.required:
            return generate
        self.omitted.append(f"{self.operation.label}: {reason}")
        return None

    def _written(self, payloads: PayloadFactory) -> Sequence[Body]:
        """The media types that bodies can be built of. Raises Unbuildable when a body is required and
        there is none.
        """
        body = self.operation.request_body
        found: list[Body] = []
        reasons: list[str] = []
        for media_type, schema in body.content.items() if body else ():
            written = writer(media_type, schema, body.encodings.get(media_type, {})) if body else None
            if written is None or body is None:
                reasons.append(f"no way to write {media_type}")
                continue
            examples = body.examples.get(media_type, ())
            rules: list[Json] = [{"examples": [*examples]}] if examples else []
            if schema.source in (True, {}) and "json" in written.content_type:
                rules.append({"type": "object"})
            rules += [*_harmless(schema)] if self._careful else []
            try:
                generate = payloads.generator(schema, "", tuple(rules), self._unique)
            except Unbuildable as reason:
                reasons.append(f"body: {reason}")
            else:
                headers = {**self._headers, "Content-Type": written.content_type}
                found.append(Body(headers, generate, written.encode, schema.validator.is_valid))
        if body is not None and not found and (body.required or reasons):
            raise Unbuildable("; ".join(reasons) or "its body has no media type")
        return found

    def differ(self) -> None:
        """From now on, no two calls name what they make alike: a service has said that it minds."""
        unique = unique_properties(self.operation, is_refused=True) | self._own_names
        if unique != self._unique:
            self._unique = unique
            self._bodies = self._written(self._payloads)

    def build(
        self, bound: Mapping[Slot, Json], bare: bool = False, repetition: Repetition | None = None
    ) -> Call:
        """A call whose slots have the values given; a bare one has no optional parameters. It repeats the
        payload of an earlier call where that is asked for and valid.
        """
        chosen = (
            [*self._chosen(bound, 0.0 if bare else OPTIONAL_PARAMETER)] if self.operation.parameters else []
        )
        path = {each.name: value for each, value in chosen if each.location == "path"}
        query = "&".join(_texts(chosen, "query")) if self._queries else ""
        payload: Json = None
        content, headers, fields = b"", self._headers, NO_FIELDS
        if self._bodies:
            body = self._body()
            payload = self._filled(body, bound)
            if repetition is not None and body.is_valid(again := repetition.of(payload)):
                payload = again
            content, headers = body.encode(payload), body.headers
        if self._fields:
            headers = {**headers, **_fields(chosen)}
            sent = {Slot(each.location, each.name): value for each, value in chosen}
            fields = {slot: sent.get(slot) for slot in self._lasting}
        url = self.operation.url(path)
        return Call(
            operation=self.operation,
            target=f"{url}{'&' if '?' in url else '?'}{query}" if query else url,
            headers=headers,
            body=content,
            path=path,
            query={each.name: value for each, value in chosen if each.location == "query"} if query else {},
            payload=payload,
            secret=self._secret,
            fields=fields,
        )

    def _body(self) -> Body:
        if len(self._bodies) == 1 or self._random.random() < _FIRST_MEDIA_TYPE:
            return self._bodies[0]
        return self._random.choice(self._bodies)

    def _chosen(self, bound: Mapping[Slot, Json], optional: float) -> Iterator[tuple[Parameter, Json]]:
        for parameter, slot, generate in self._slots:
            if slot in bound:
                value = _typed(bound[slot], parameter)
                if value is None and not parameter.required:
                    continue
                if parameter.required or parameter.schema.validator.is_valid(value):
                    yield parameter, value
            elif generate and (parameter.required or self._random.random() < optional):
                yield parameter, generate()

    def _filled(self, body: Body, bound: Mapping[Slot, Json]) -> Json:
        """A payload with the values given in their schema_properties, and none made up there."""
        whole = bound.get(Slot("body", ""))
        if whole is not None:
            return whole
        given = self._kept | {slot.name: value for slot, value in bound.items() if slot.location == "body"}
        if not given and not self._unsent:
            return body.generate()
        payload, tries, is_whole = None, 0, False
        # All that a change has may be what is not to be made up: another draw has something else.
        while not is_whole and tries < _REDRAWN:
            payload, is_whole = substitute(body.generate(), given, self._unsent, body.is_valid)
            tries += 1
        return payload


def _lasts(parameter: Parameter) -> bool:
    """Whether all calls for a thing need the same value of a header field or cookie, such as a tenant or a
    language. One such as a request id is of its call alone.
    """
    parts = words(parameter.name)
    return parameter.location in ("header", "cookie") and not (parts[:1] == ["if"] or _OF_A_CALL & {*parts})


def _harmless(schema: Schema) -> Iterator[Json]:
    """Rules by which no property of a body asks for a deletion."""
    for place in schema_properties(schema):
        names = [step.replace("~1", "/").replace("~0", "~") for step in place.pointer.split("/")[1:]]
        barred = destructive_values(names[-1], outline(place.node, schema.translated))
        if barred:
            rule: Json = {"not": {"enum": barred}}
            for name in reversed(names):
                rule = {"items": rule} if name == "0" else {"properties": {name: rule}}
            yield rule


def _names_of_body(operation: Operation, naming: Iterable[Slot]) -> tuple[frozenset[str], list[str]]:
    """The properties of a body by which it names what the call makes: texts by name, others by pointer."""
    pointers = {slot.name for slot in naming if slot.location == "body"}
    texts: set[str] = set()
    numbers: list[str] = []
    for schema in operation.request_body.content.values() if pointers and operation.request_body else ():
        for place in schema_properties(schema):
            if place.pointer not in pointers:
                continue
            if "string" in identifier_types(place.node, schema.translated):
                texts.add(place.pointer[1:])
            else:
                numbers.append(place.pointer)
    return frozenset(texts), numbers


def _soft_deletions(operation: Operation) -> Iterator[str]:
    """The pointers to flags of a body with which a change would be a deletion."""
    body = operation.request_body
    for schema in body.content.values() if body else ():
        for name in outline(schema.translated, schema.translated).get("properties", {}):
            if words(name)[-1:] in _SOFT_DELETIONS:
                yield f"/{name}"


def _accepted(operation: Operation) -> str:
    names = sorted({name for each in operation.responses.values() for name in each.content})
    return ", ".join(names) or "*/*"


def _texts(chosen: Sequence[tuple[Parameter, Json]], location: str) -> list[str]:
    texts = (each.write(value) for each, value in chosen if each.location == location)
    return [text for text in texts if text]


def _fields(chosen: Sequence[tuple[Parameter, Json]]) -> dict[str, str]:
    """Header fields, with all cookies in one."""
    fields = {each.name: each.write(value) for each, value in chosen if each.location == "header"}
    cookies = "; ".join(_texts(chosen, "cookie"))
    return {**fields, "Cookie": cookies} if cookies else fields


def _drawn(generate: PayloadGenerator) -> Iterator[Json]:
    return (generate() for _ in range(_DRAWS))


def _typed(value: Json, parameter: Parameter) -> Json:
    """A value as one of a parameter's types: a number, or in a list, where it takes nothing else."""
    types = parameter.schema.types
    if types <= {"integer", "number", "null"} and isinstance(value, str) and value.isdecimal():
        return int(value)
    return [value] if types == {"array"} and not isinstance(value, list) else value
