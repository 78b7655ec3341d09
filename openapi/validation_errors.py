"""Errors of the validator, with their place in the value and in the schema."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.discriminators import BRANCHES
from openapi.formats import is_of_format
from openapi.schema import Schema
from openapi.schema_translator import APPLIED, WRITE_ONLY
from openapi.shared_validators import SCHEMA_STEPS, VALUE_STEPS, SchemaValidator
from openapi.violations import Violation, as_json, escape_token, shorten

Path = tuple[str | int, ...]

_OF_MAPS = ("additionalProperties", "unevaluatedProperties")
_OF_ITEMS = ("items", "contains", "unevaluatedItems")
_BY_NAME = ("properties", "patternProperties", "dependentSchemas")
_BY_INDEX = ("prefixItems", "allOf", "anyOf", "oneOf")
# Keywords whose schema holds for items or properties without names.
_OF_MANY = (*_OF_MAPS, *_OF_ITEMS, "patternProperties", "prefixItems")


@dataclass(frozen=True)
class Position:
    """Where a value is: `path` leads to it; `place` is the path with `*` for items of arrays and for names of
    properties that no schema names, so that many values share one place.
    """

    path: Path
    place: Path

    def child(self, name: str) -> "Position":
        """The position of a property."""
        return Position((*self.path, name), (*self.place, name))

    def ancestor(self, length: int) -> "Position":
        """The position of the array or object around it whose path has this length."""
        return Position(self.path[:length], self.place[:length])

    def violation(self, rule: str, detail: str, expected: str, actual: str) -> Violation:
        """A violation at this position of a value, whose location is not known here."""
        path, place = (
            "".join(f"/{escape_token(str(token))}" for token in tokens) for tokens in (self.path, self.place)
        )
        return Violation("", path, rule, detail, expected, actual, place)


@dataclass(frozen=True, eq=False)
class ValidationError:
    """One error of the validator. `root` is the whole value. `required` is the value of the keyword that is
    broken and `holder` the schema that has the keyword; `discriminators` are those on the way, each with the
    length of the path to its object.
    """

    schema: Schema
    root: Json
    error: jsonschema_rs.ValidationError
    position: Position
    required: Json
    holder: Json
    discriminators: tuple[tuple[int, JsonObject], ...]

    @cached_property
    def rule(self) -> str:
        """The name of the rule that is broken: the keyword, or something that says more."""
        if self.kind == "not" and isinstance(self.holder, dict) and self.holder.get(WRITE_ONLY):
            return WRITE_ONLY
        if self.is_of_format:
            return "format"
        is_closed = self.kind == "falseSchema" and self.keyword in _OF_MAPS
        return self.keyword if is_closed else self.kind

    @cached_property
    def is_of_format(self) -> bool:
        """Whether a number is out of the range of its format, such as int32."""
        is_bound = self.kind in ("minimum", "maximum") and isinstance(self.holder, dict)
        return is_bound and is_of_format(self.holder, self.kind, self.required)

    @property
    def kind(self) -> str:
        """The validator's name of the error."""
        return self.error.kind.name

    @property
    def value(self) -> Json:
        """The value that breaks the rule."""
        return self.error.instance

    @property
    def keyword(self) -> str:
        """The keyword that is broken."""
        keywords = (
            key for key in reversed(self.error.evaluation_path[SCHEMA_STEPS:]) if isinstance(key, str)
        )
        return next(keywords, "")

    @property
    def branch_errors(self) -> Sequence[Sequence[jsonschema_rs.ValidationError]]:
        """The errors of each branch of a choice, none of which fits."""
        errors: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(self.error.kind, "context", ())
        return errors


def schema_violations(schema: Schema, value: Json, location: str, pointer: str = "") -> list[Violation]:
    """Every error of the validator for a value."""
    if schema.validator.is_valid(value):
        return []
    errors = (read_error(schema, value, error) for error in schema.validator.iter_errors(value))
    return [_violation(error, location, pointer) for error in errors]


def _violation(error: ValidationError, location: str, pointer: str) -> Violation:
    is_false = error.kind == "falseSchema"
    detail = "must not be sent: it is read-only" if is_false else shorten(error.error.message)
    expected = f"{error.keyword}: {as_json(error.required)}" if error.keyword else as_json(error.required)
    violation = error.position.violation(error.kind, detail, expected, as_json(error.value))
    return replace(violation, location=location, pointer=pointer + violation.pointer, place="")


def read_error(schema: Schema, value: Json, error: jsonschema_rs.ValidationError) -> ValidationError:
    """An error with what the schema says on the way to it, in a value that is read from its root."""
    walk = _Walk(schema.validator, value, error)
    while walk.is_underway:
        walk.step()
    discriminators = tuple(walk.discriminators)
    return ValidationError(schema, value, error, walk.position, walk.node, walk.holder, discriminators)


class _Walk:
    """The way to an error, through the schema and the value at once: the validator's paths alone are not
    enough, as those say 1 for the names `1` and `01` and leave empty names out.
    """

    def __init__(self, validator: SchemaValidator, value: Json, error: jsonschema_rs.ValidationError) -> None:
        self._root, self._value = validator.document, value
        self.node = self.holder = self._root["properties"][validator.key]
        self.position = Position((), ())
        self.discriminators: list[tuple[int, JsonObject]] = []
        self._keywords = deque(error.evaluation_path[SCHEMA_STEPS:])
        self._tokens = deque(error.instance_path[VALUE_STEPS:])

    @property
    def is_underway(self) -> bool:
        """Whether there are keywords left."""
        return bool(self._keywords)

    def step(self) -> None:
        """Follow the next keyword, and the name or number that belongs to it."""
        keyword = self._keywords.popleft()
        if not isinstance(self.node, dict) or keyword not in self.node:
            self._keywords.clear()
            return
        if BRANCHES in self.node:
            self.discriminators.append((len(self.position.path), self.node[BRANCHES]))
        if keyword == "$ref":
            self.node = self._root["$defs"][self.node["$ref"].removeprefix("#/$defs/")]
            return
        self.holder, self.node = self.node, self.node[keyword]
        if keyword in _BY_NAME and isinstance(self.node, dict):
            name = _take(self._keywords, self.node)
            if name is None:
                return
            self.node = self.node[name]
            if keyword == "properties":
                self._descend(name)
        elif keyword in _BY_INDEX and self._keywords and isinstance(self.node, list):
            self.node = self.node[int(self._keywords.popleft())]
        if keyword in _OF_MANY and self._tokens:
            self._descend()

    def _descend(self, name: str | None = None) -> None:
        """Go to the property of a name, or to whichever item or property comes next."""
        names = self._value if isinstance(self._value, dict) else ()
        token: str | int | None = _take(self._tokens, names if name is None else (name,))
        if token is None:
            token = self._tokens.popleft() if name is None else name
        path, place = self.position.path, self.position.place
        self.position = Position((*path, token), (*place, "*" if name is None else name))
        has_it = token in names or isinstance(self._value, list)
        self._value = self._value[token] if has_it else None


def _take(tokens: deque[str | int], names: Collection[str]) -> str | None:
    """The name that the next token of a path stands for, which is taken unless the name is empty."""
    token = tokens[0] if tokens else None
    for name in chain((str(token),), names):
        if name in names and (name == token or (isinstance(token, int) and _as_number(name) == token)):
            tokens.popleft()
            return name
    return "" if "" in names else None


def _as_number(name: str) -> int | None:
    digits = name.removeprefix("+")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def leaf_errors(error: ValidationError) -> Iterator[ValidationError]:
    """The errors behind an error: where no branch of a choice fits, those of the branch that fits best, if
    there is one such branch; otherwise the error itself.
    """
    branches = [
        [read_error(error.schema, error.root, cause) for cause in causes] for causes in error.branch_errors
    ]
    of_same_type = [errors for errors in branches if not _is_of_other_type(error, errors)]
    if not of_same_type:
        yield error
        return
    ranked = sorted(of_same_type, key=lambda errors: _distance(error, errors))
    if len(ranked) > 1 and _distance(error, ranked[0]) == _distance(error, ranked[1]):
        yield error
        return
    for branch_error in ranked[0]:
        yield from leaf_errors(branch_error)


def branch_name(reference: JsonObject) -> str:
    """The name of the schema that a branch refers to."""
    return str(reference["$ref"]).removeprefix("#/$defs/").removesuffix(APPLIED).rpartition(".")[2]


def _is_of_other_type(error: ValidationError, branch: Sequence[ValidationError]) -> bool:
    path = error.position.path
    return any(each.position.path == path and each.rule in ("type", "falseSchema") for each in branch)


def _distance(error: ValidationError, branch: Sequence[ValidationError]) -> tuple[int, int]:
    """How far a value is from a branch: by the values that tell branches apart, then by all errors."""
    length = len(error.position.path) + 1
    tags = [each for each in branch if len(each.position.path) <= length and each.kind in ("const", "enum")]
    return len(tags), len(branch)
