"""Errors of the validator, with their place in the value and in the schema."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.discriminators import BRANCHES
from openapi.schema import Schema
from openapi.schema_translator import APPLIED, WRITE_ONLY
from openapi.shared_validators import SCHEMA_STEPS, VALUE_STEPS
from openapi.violations import Violation, escape_token

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
    """One error of the validator. `required` is the value of the keyword that is broken and `holder` the
    schema that has the keyword; `discriminators` are those on the way, each with the length of the path to
    its object.
    """

    schema: Schema
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
        is_closed = self.kind == "falseSchema" and self.keyword in _OF_MAPS
        return self.keyword if is_closed else self.kind

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
        keywords = (key for key in reversed(self.error.evaluation_path) if isinstance(key, str))
        return next(keywords, "")

    @property
    def branch_errors(self) -> Sequence[Sequence[jsonschema_rs.ValidationError]]:
        """The errors of each branch of a choice, none of which fits."""
        errors: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(self.error.kind, "context", ())
        return errors


def read_error(schema: Schema, error: jsonschema_rs.ValidationError) -> ValidationError:
    """An error with what the schema says on the way to it."""
    validator = schema.validator
    path, root = tuple(error.instance_path[VALUE_STEPS:]), validator.document
    place: list[str | int] = []
    discriminators: list[tuple[int, JsonObject]] = []
    node: Json = root["properties"][validator.key]
    holder: Json = root
    keywords = iter(error.evaluation_path[SCHEMA_STEPS:])
    for keyword in keywords:
        if isinstance(node, dict) and BRANCHES in node:
            discriminators.append((len(place), node[BRANCHES]))
        if keyword == "$ref":
            node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
            continue
        holder, node = node, node[keyword]
        if keyword in _BY_NAME or (keyword in _BY_INDEX and isinstance(node, list)):
            key = next(keywords, None)
            if key is None:
                break
            node = node[int(key)] if isinstance(node, list) else node[str(key)]
            if keyword == "properties" and len(place) < len(path):
                place.append(str(key))
        if keyword in _OF_MANY and len(place) < len(path):
            place.append("*")
    position = Position(path, tuple(place))
    return ValidationError(schema, error, position, node, holder, tuple(discriminators))


def leaf_errors(error: ValidationError) -> Iterator[ValidationError]:
    """The errors behind an error: where no branch of a choice fits, those of the branch that fits best, if
    there is one such branch; otherwise the error itself.
    """
    branches = [[read_error(error.schema, cause) for cause in causes] for causes in error.branch_errors]
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
