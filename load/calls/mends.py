"""What is learned of an operation's fields from refusals, as rules for the values of later calls."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import orjson

from load.calls.field_errors import LOCATIONS, FieldError, Path, field_errors
from load.calls.field_meanings import Meaning, Trouble
from load.planning.names import words
from load.planning.plan import Slot
from load.planning.schema_properties import outline_of
from openapi.contract import Json, JsonObject
from openapi.operations import Operation

FIELDS_AT_MOST = 8
# How often a field is named without a reason that a rule can express, before it is left out.
_UNCLEAR_AT_MOST = 2
_NO_NULL: JsonObject = {"type": ["string", "number", "boolean", "object", "array"]}


# Sentences by their subjects; later ones replace earlier ones.
Lessons = Mapping[str, str]
NOTHING: Lessons = MappingProxyType({})


class Field(NamedTuple):
    """A field of an operation's calls: a parameter, or a property of the body (`path` leads to it).
    `is_required` by the document, `is_exact` unless an error names something within it that is not described.
    """

    location: str
    path: Path
    is_required: bool
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.location} {'/'.join(map(str, self.path))}"


class Mend(NamedTuple):
    """How a field is sent: always, never, or as before; with values that match the rule."""

    is_sent: bool = False
    is_left_out: bool = False
    rule: Mapping[str, Json] = MappingProxyType({})

    def after(self, meaning: Meaning, is_mended: bool) -> "Mend":
        """The same once more is known. What is refused again although it was sent as asked (`is_mended`) is
        left out.
        """
        trouble, rule = meaning
        if trouble is Trouble.MISSING:
            return Mend(is_sent=True, rule={**self.rule, **_NO_NULL, **rule})
        if trouble is Trouble.NARROW and {**self.rule, **rule} != self.rule:
            return self._replace(rule={**self.rule, **rule})
        if self.is_sent or (trouble is Trouble.NARROW and not is_mended):
            return self
        return Mend(is_left_out=True)

    def __str__(self) -> str:
        if self.is_left_out:
            return "is left out"
        rule = {keyword: value for keyword, value in self.rule.items() if _NO_NULL.get(keyword) != value}
        parts = [f"kept to {orjson.dumps(rule).decode()}"] if rule else []
        return f"is {' and '.join([*(['always sent'] if self.is_sent else []), *parts])}"


class Mends:
    """What was learned of the fields of one operation."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._mends: dict[Field, Mend] = {}
        self._unclear: Counter[Field] = Counter()

    def learn(self, answer: Json, is_mended: bool) -> Lessons:
        """Take what an answer says of fields. `is_mended` when the call was made with what is known already.
        Returns what is new.
        """
        lessons: dict[str, str] = {}
        for error in field_errors(answer):
            field = field_of(error, self._operation)
            if field is None or self._is_unclear(field, error.meaning):
                continue
            former = self._mends.get(field, Mend())
            exact = error.meaning if field.is_exact else Meaning(Trouble.UNCLEAR, {})
            mend = former.after(exact, is_mended and field in self._mends)
            is_possible = not (mend.is_left_out and field.is_required)
            has_room = field in self._mends or len(self._mends) < FIELDS_AT_MOST
            if mend != former and is_possible and has_room:
                self._mends[field] = mend
                lessons[str(field)] = str(mend)
        return lessons

    def _is_unclear(self, field: Field, meaning: Meaning) -> bool:
        """Whether nobody knows yet what to do about a field."""
        if meaning.trouble is not Trouble.UNCLEAR and field.is_exact:
            return False
        self._unclear[field] += 1
        return self._unclear[field] < _UNCLEAR_AT_MOST

    @property
    def parameters(self) -> dict[Slot, Mend]:
        """What was learned of parameters."""
        return {
            Slot(field.location, str(field.path[0])): mend
            for field, mend in self._mends.items()
            if field.location != "body"
        }

    @property
    def body_rules(self) -> tuple[Json, ...]:
        """JSON Schemas that bodies have to match, by what was learned."""
        bodily = [(field.path, mend) for field, mend in self._mends.items() if field.location == "body"]
        return tuple(rule for path, mend in bodily for rule in _rules(path, mend))


def _rules(path: Path, mend: Mend) -> Iterator[Json]:
    *_, name = path
    if mend.is_sent:
        yield _within(path[:-1], {"required": [name]})
    yield _within(path, False if mend.is_left_out else {**mend.rule})


def _within(path: Sequence[str | int], rule: Json) -> Json:
    """The rule of what a path leads to, as a rule of the whole."""
    for token in reversed(path):
        rule = {"items": rule} if isinstance(token, int) else {"properties": {token: rule}}
    return rule


def field_of(error: FieldError, operation: Operation) -> Field | None:
    """The field that an error is about, by the names of the document; None when there is no such field."""
    location, path = error.location, error.path
    candidates = [(location, path)]
    if not location and path[0] in LOCATIONS:
        candidates.append((LOCATIONS[str(path[0])], path[1:]))
    for where, tokens in candidates:
        field = _property(operation, tokens) if where in ("", "body") else None
        field = field or (_parameter(operation, where, tokens) if where != "body" else None)
        if field is not None:
            return field
    return None


def _parameter(operation: Operation, location: str, path: Path) -> Field | None:
    for parameter in operation.parameters if path else ():
        if location in ("", parameter.location) and _same(parameter.name, str(path[0])):
            return Field(parameter.location, (parameter.name,), parameter.required, len(path) == 1)
    return None


def _property(operation: Operation, path: Path) -> Field | None:
    """The property of a body that a path leads to, or the last one on the way."""
    body = operation.request_body
    for schema in body.content.values() if body else ():
        node: Json = schema.node
        found: list[str | int] = []
        is_required = False
        for token in path:
            facts = outline_of(node, schema)
            properties = facts.get("properties", {})
            name = (
                token
                if token in properties
                else next((name for name in properties if _same(name, token)), None)
            )
            if name is not None:
                is_required = name in facts.get("required", ())
                node = properties[name]
                found.append(name)
            elif isinstance(token, int) and "items" in facts:
                node = facts["items"]
                found.append(0)
            else:
                break
        while found and found[-1] == 0:
            found.pop()
        if found:
            return Field("body", tuple(found), is_required, len(found) == len(path))
    return None


def _same(name: str | int, other: str | int) -> bool:
    """Whether two names are one, spelt in different ways."""
    return name == other or (isinstance(other, str) and words(str(name)) == words(other) != [])
