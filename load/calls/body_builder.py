"""Builds the bodies of an operation's calls."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from load.calls.identifying_properties import unique_properties
from load.calls.media_type_payloads import MediaType, MediaTypeCompiler
from load.calls.payload_substitution import substitute
from load.calls.repetition import Repetition
from load.calls.slot_rules import SlotRules
from load.calls.variants import USUAL, Variant
from load.planning.names import words
from load.planning.plan import Slot
from load.planning.schema_properties import identifier_types, outline_of, schema_properties
from openapi.contract import Json
from openapi.operations import Operation
from openapi.payloads import PayloadFactory, Unbuildable

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


class BodyBuilder:
    """Builds the bodies of one operation's calls; `headers` are the header fields of every call.

    Numbers that would name what a call creates are left out, as the run has no numbers of its own. Raises
    Unbuildable when a body that is needed cannot be built.
    """

    def __init__(
        self,
        operation: Operation,
        rules: SlotRules,
        payloads: PayloadFactory,
        random: Random,
        headers: Mapping[str, str],
    ) -> None:
        always = tuple(_presence(slot.name) for slot in rules.bound if slot.location == "body")
        self._compiler = MediaTypeCompiler(operation, payloads, random, rules.is_careful, headers, always)
        own_names, numbers = _naming_properties(operation, rules.naming)
        self._empty = [slot.name for slot in rules.empty if slot.location == "body" and slot.name] + numbers
        self._no_deletion = dict.fromkeys(_soft_deletions(operation), False)
        self._unique = unique_properties(operation) | own_names
        self._rules: tuple[Json, ...] = ()
        may_be_left_out = _may_be_left_out(operation, rules)
        try:
            self._media_types = self._compiler.compile(self._unique)
        except Unbuildable as reason:
            if not may_be_left_out:
                raise
            self._media_types = []
            self._compiler.omitted.append(f"{operation.label}: {reason}")
        self._mended = self._media_types
        # In which ways bodies can be built, beside the usual one.
        self.variants = {variant for media_type in self._media_types for variant in media_type.draws}
        if self._media_types and may_be_left_out:
            self.variants.add(Variant.BODYLESS)

    @property
    def omitted(self) -> Sequence[str]:
        """The bodies and media types that are never sent, and why."""
        return self._compiler.omitted

    def build(
        self,
        given: Mapping[Slot, Json],
        repetition: Repetition | None = None,
        variant: Variant = USUAL,
    ) -> Body | None:
        """A body with the given values in their slots, or None when the operation takes none, or it is left
        out. It repeats an earlier payload if asked to, and if the result is valid.
        """
        kinds = self._media_types if variant is USUAL else self._mended
        if not kinds or (variant is not USUAL and variant is Variant.BODYLESS):
            return None
        is_first = len(kinds) == 1 or self._compiler.random.random() < _FIRST_MEDIA_TYPE
        media_type = kinds[0] if is_first else self._compiler.random.choice(kinds)
        payload = self._payload(media_type, given, variant)
        if repetition is not None and media_type.is_valid(repeated := repetition.of(payload)):
            payload = repeated
        return Body(payload, media_type.encode(payload), media_type.headers)

    def make_distinct(self) -> None:
        """From now on, give every call its own value of the properties that may have to be unique, as the
        service has refused a call as a conflict.
        """
        unique = unique_properties(self._compiler.operation, is_refused=True) | self._unique
        if self._media_types and unique != self._unique:
            self._unique = unique
            self._media_types = self._compiler.compile(unique)
            self._mended = self._compiler.compile(unique, self._rules) if self._rules else self._media_types

    def mend(self, rules: tuple[Json, ...]) -> None:
        """Have the bodies of all but the usual calls match JSON Schemas, too. Raises Unbuildable and
        ContractError when there are no such bodies; they stay as they are then.
        """
        if not self._media_types:
            return
        self._mended = self._compiler.compile(self._unique, rules)
        self._rules = rules

    def _payload(self, media_type: MediaType, given: Mapping[Slot, Json], variant: Variant) -> Json:
        payload = given.get(_WHOLE_BODY)
        if payload is not None:
            return payload
        values = {slot.name: value for slot, value in given.items() if slot.location == "body"}
        values = self._no_deletion | values
        draw = media_type.generate if variant is USUAL else media_type.draws.get(variant, media_type.generate)
        if not values and not self._empty:
            return draw()
        # A change may consist of nothing but values that are not known; another draw has something else.
        for _ in range(_DRAWS):
            payload, is_complete = substitute(draw(), values, self._empty, media_type.is_valid)
            if is_complete:
                break
        return payload


def _naming_properties(operation: Operation, naming: Iterable[Slot]) -> tuple[frozenset[str], list[str]]:
    """The properties of a body that name what a call creates: strings by name, numbers by pointer."""
    pointers = {slot.name for slot in naming if slot.location == "body"}
    strings: set[str] = set()
    numbers: list[str] = []
    for schema in operation.request_body.content.values() if pointers and operation.request_body else ():
        for candidate in schema_properties(schema):
            if candidate.pointer not in pointers:
                continue
            if "string" in identifier_types(candidate.node, schema):
                strings.add(candidate.pointer[1:])
            else:
                numbers.append(candidate.pointer)
    return frozenset(strings), numbers


def _presence(pointer: str) -> Json:
    """The JSON Schema of bodies that have a value at a pointer, in which `*` is every item."""
    rule: Json = {"not": {"type": "null"}}
    for step in reversed(pointer.split("/")[1:]):
        name = step.replace("~1", "/").replace("~0", "~")
        rule = {"items": rule} if step == "*" else {"required": [name], "properties": {name: rule}}
    return rule


def _soft_deletions(operation: Operation) -> Iterator[str]:
    """The pointers to booleans of a body that delete an entity when they are true."""
    body = operation.request_body
    for schema in body.content.values() if body else ():
        for name in outline_of(schema.node, schema).get("properties", {}):
            if words(name)[-1:] in _SOFT_DELETIONS:
                yield f"/{name}"


def _may_be_left_out(operation: Operation, rules: SlotRules) -> bool:
    """Whether a body is optional, and calls without it do no more than others do: a deletion without its
    filter may delete everything, and what a call creates needs the run's own name, unless the service names
    it.
    """
    body = operation.request_body
    needed = rules.given if rules.may_be_unnamed else rules.given | rules.naming
    return (
        body is not None
        and not body.required
        and operation.method != "delete"
        and not any(slot.location == "body" for slot in needed)
    )
