"""Builds the bodies of an operation's calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import NamedTuple

from load.calls.identifying_properties import unique_properties
from load.calls.payload_substitution import substitute
from load.calls.repetition import Repetition
from load.calls.slot_rules import SlotRules
from load.planning.names import words
from load.planning.plan import Slot
from load.planning.schema_properties import identifier_types, outline, schema_properties
from load.planning.side_effects import destructive_values
from openapi.bodies import Encode, writer
from openapi.contract import Json
from openapi.operations import Operation
from openapi.payloads import PayloadFactory, PayloadGenerator, Unbuildable
from openapi.schema import Schema

# The share of calls with the first media type, where there are several.
_FIRST_MEDIA_TYPE = 0.7
# How many payloads are generated in search of one that is valid without values that are not known.
_DRAWS = 5
_SOFT_DELETIONS = (["archived"], ["deleted"], ["trashed"], ["removed"])
_WHOLE_BODY = Slot("body", "")


class Body(NamedTuple):
    """The payload of a call, its bytes, and the header fields that go with it."""

    payload: Json
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _MediaType:
    """Generates and encodes payloads of one media type."""

    headers: Mapping[str, str]
    generate: PayloadGenerator
    encode: Encode
    is_valid: Callable[[Json], bool]


class BodyBuilder:
    """Builds the bodies of one operation's calls; `headers` are the header fields of every call.

    Numbers that would name what a call creates are left out, as the run has no numbers of its own. Raises
    Unbuildable when a required body cannot be built.
    """

    def __init__(
        self,
        operation: Operation,
        rules: SlotRules,
        payloads: PayloadFactory,
        random: Random,
        headers: Mapping[str, str],
    ) -> None:
        self._operation = operation
        self._random = random
        self._compile = partial(_media_types, operation, payloads, rules.is_careful, headers)
        own_names, numbers = _naming_properties(operation, rules.naming)
        self._empty = [slot.name for slot in rules.empty if slot.location == "body" and slot.name] + numbers
        self._no_deletion = dict.fromkeys(_soft_deletions(operation), False)
        self._unique = unique_properties(operation) | own_names
        self._media_types = self._compile(self._unique)

    def build(self, given: Mapping[Slot, Json], repetition: Repetition | None = None) -> Body | None:
        """A body with the given values in their slots, or None when the operation takes none. It repeats an
        earlier payload if asked to, and if the result is valid.
        """
        if not self._media_types:
            return None
        media_type = self._choose_media_type()
        payload = self._payload(media_type, given)
        if repetition is not None and media_type.is_valid(repeated := repetition.of(payload)):
            payload = repeated
        return Body(payload, media_type.encode(payload), media_type.headers)

    def make_distinct(self) -> None:
        """From now on, give every call its own value of the properties that may have to be unique, as the
        service has refused a call as a conflict.
        """
        unique = unique_properties(self._operation, is_refused=True) | self._unique
        if unique != self._unique:
            self._unique = unique
            self._media_types = self._compile(unique)

    def _choose_media_type(self) -> _MediaType:
        if len(self._media_types) == 1 or self._random.random() < _FIRST_MEDIA_TYPE:
            return self._media_types[0]
        return self._random.choice(self._media_types)

    def _payload(self, media_type: _MediaType, given: Mapping[Slot, Json]) -> Json:
        payload = given.get(_WHOLE_BODY)
        if payload is not None:
            return payload
        values = {slot.name: value for slot, value in given.items() if slot.location == "body"}
        values = self._no_deletion | values
        if not values and not self._empty:
            return media_type.generate()
        # A change may consist of nothing but values that are not known; another draw has something else.
        for _ in range(_DRAWS):
            payload, is_complete = substitute(media_type.generate(), values, self._empty, media_type.is_valid)
            if is_complete:
                break
        return payload


def _media_types(
    operation: Operation,
    payloads: PayloadFactory,
    is_careful: bool,
    headers: Mapping[str, str],
    unique: frozenset[str],
) -> Sequence[_MediaType]:
    """The media types that bodies can be built of; empty for an operation without a body.

    Raises Unbuildable when there is no such media type for a body.
    """
    body = operation.request_body
    if body is None:
        return []
    built: list[_MediaType] = []
    reasons: list[str] = []
    for media_type, schema in body.content.items():
        body_writer = writer(media_type, schema, body.encodings.get(media_type, {}))
        if body_writer is None:
            reasons.append(f"no way to write {media_type}")
            continue
        examples = body.examples.get(media_type, ())
        rules: list[Json] = [{"examples": [*examples]}] if examples else []
        if schema.source in (True, {}) and "json" in body_writer.content_type:
            rules.append({"type": "object"})
        rules += [*_rules_against_deletion(schema)] if is_careful else []
        try:
            generate = payloads.generator(schema, "", tuple(rules), unique)
        except Unbuildable as reason:
            reasons.append(f"body: {reason}")
        else:
            fields = {**headers, "Content-Type": body_writer.content_type}
            built.append(_MediaType(fields, generate, body_writer.encode, schema.validator.is_valid))
    if not built and (body.required or reasons):
        raise Unbuildable("; ".join(reasons) or "its body has no media type")
    return built


def _rules_against_deletion(schema: Schema) -> Iterator[Json]:
    """Schemas that a body matches when none of its properties asks for a deletion."""
    for candidate in schema_properties(schema):
        names = [step.replace("~1", "/").replace("~0", "~") for step in candidate.pointer.split("/")[1:]]
        barred = destructive_values(names[-1], outline(candidate.node, schema.translated))
        if barred:
            rule: Json = {"not": {"enum": barred}}
            for name in reversed(names):
                rule = {"items": rule} if name == "0" else {"properties": {name: rule}}
            yield rule


def _naming_properties(operation: Operation, naming: Iterable[Slot]) -> tuple[frozenset[str], list[str]]:
    """The properties of a body that name what a call creates: strings by name, numbers by pointer."""
    pointers = {slot.name for slot in naming if slot.location == "body"}
    strings: set[str] = set()
    numbers: list[str] = []
    for schema in operation.request_body.content.values() if pointers and operation.request_body else ():
        for candidate in schema_properties(schema):
            if candidate.pointer not in pointers:
                continue
            if "string" in identifier_types(candidate.node, schema.translated):
                strings.add(candidate.pointer[1:])
            else:
                numbers.append(candidate.pointer)
    return frozenset(strings), numbers


def _soft_deletions(operation: Operation) -> Iterator[str]:
    """The pointers to booleans of a body that delete an entity when they are true."""
    body = operation.request_body
    for schema in body.content.values() if body else ():
        for name in outline(schema.translated, schema.translated).get("properties", {}):
            if words(name)[-1:] in _SOFT_DELETIONS:
                yield f"/{name}"
