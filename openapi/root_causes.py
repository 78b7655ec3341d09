"""Why a value breaks its schema: one violation for each cause, called what it is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.schema import Schema
from openapi.schema_translator import BRANCHES, WRITE_ONLY
from openapi.violations import Violation, escaped, shortened, shown

_READ_AT_MOST = 1_000
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?")
# Of several rules that a text or number breaks, the first of these explains the rest.
_EXPLAINING = (WRITE_ONLY, "type", "const", "enum", "format", "pattern")
_MAPS = ("additionalProperties", "unevaluatedProperties")
_LISTS = ("items", "contains", "unevaluatedItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas")
_INDEXED = ("prefixItems", "allOf", "anyOf", "oneOf")

_Path = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class _Error:
    """An error of the validator. `path` leads to the value in question, `place` is that path with `*` for
    items of lists and for keys that no schema names; `stated` is what the `holder`, a schema, says
    by the keyword that is broken; `branches` are the discriminators that led here, each
    with the length of the path to the object that it tells of.
    """

    schema: Schema
    path: _Path
    kind: str
    instance: Json
    error: jsonschema_rs.ValidationError
    place: _Path
    stated: Json
    holder: Json
    branches: tuple[tuple[int, JsonObject], ...]

    @cached_property
    def rule(self) -> str:
        """The name of the rule: the keyword, or something that says more."""
        if self.kind == "not" and isinstance(self.holder, dict) and self.holder.get(WRITE_ONLY):
            return WRITE_ONLY
        is_closed = self.kind == "falseSchema" and self.keyword in _MAPS
        return self.keyword if is_closed else self.kind

    @property
    def keyword(self) -> str:
        """The keyword of the schema that is broken."""
        keywords = (each for each in reversed(self.error.evaluation_path) if isinstance(each, str))
        return next(keywords, "")

    @property
    def context(self) -> Sequence[Sequence[jsonschema_rs.ValidationError]]:
        """The errors of each branch that was to fit and does not."""
        found: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(self.error.kind, "context", ())
        return found


def root_causes(schema: Schema, value: Json, location: str, pointer: str = "") -> list[Violation]:
    """What is wrong with a value: one violation for each place, however many rules are broken there, and
    for all items of a list together.
    """
    if schema.validator.is_valid(value):
        return []
    read = islice(schema.validator.iter_errors(value), _READ_AT_MOST)
    errors = [leaf for each in read for leaf in _leaves(_read(schema, each))]
    told, errors = _discriminated(schema, value, errors)
    found: dict[tuple[str, str], Violation] = {}
    for violation in (*told, *_by_place(errors)):
        where = Violation(
            location,
            pointer + violation.pointer,
            violation.rule,
            shortened(violation.detail),
            violation.expected,
            violation.actual,
            pointer + violation.place,
        )
        found.setdefault((where.place, where.rule), where)
    return [*found.values()]


def _read(schema: Schema, error: jsonschema_rs.ValidationError) -> _Error:
    """An error with what its way through the schema tells."""
    path, root = tuple(error.instance_path), schema.translated
    place: list[str | int] = []
    branches: list[tuple[int, JsonObject]] = []
    node: Json = root
    holder: Json = root
    keywords = iter(error.evaluation_path)
    for keyword in keywords:
        if isinstance(node, dict) and BRANCHES in node:
            branches.append((len(place), node[BRANCHES]))
        if keyword == "$ref":
            node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
            continue
        holder, node = node, node[keyword]
        if keyword in _NAMED or (keyword in _INDEXED and isinstance(node, list)):
            within = next(keywords, None)
            if within is None:
                break
            node = node[int(within)] if isinstance(node, list) else node[str(within)]
            if keyword == "properties" and len(place) < len(path):
                place.append(str(within))
        if keyword in (*_MAPS, *_LISTS, "patternProperties", "prefixItems") and len(place) < len(path):
            place.append("*")
    return _Error(
        schema, path, error.kind.name, error.instance, error, tuple(place), node, holder, tuple(branches)
    )


def _leaves(error: _Error) -> Iterator[_Error]:
    """What stands behind an error: where no branch of a choice fits, the errors of the one that fits best,
    if one does; else the choice itself.
    """
    branches = [[_read(error.schema, each) for each in branch] for branch in error.context]
    of_kind = [branch for branch in branches if not _is_of_another_kind(error, branch)]
    if not of_kind:
        yield error
        return
    ranked = sorted(of_kind, key=lambda branch: _distance(error, branch))
    if len(ranked) > 1 and _distance(error, ranked[0]) == _distance(error, ranked[1]):
        yield error
        return
    for each in ranked[0]:
        yield from _leaves(each)


def _is_of_another_kind(error: _Error, branch: Sequence[_Error]) -> bool:
    return any(each.path == error.path and each.rule in ("type", "falseSchema") for each in branch)


def _distance(error: _Error, branch: Sequence[_Error]) -> tuple[int, int]:
    """How far a value is from a branch: by the values that tell branches apart, then by all errors."""
    near = [each for each in branch if len(each.path) <= len(error.path) + 1]
    tags = [each for each in near if each.kind in ("const", "enum")]
    return len(tags), len(branch)


def _discriminated(
    schema: Schema, value: Json, errors: Sequence[_Error]
) -> tuple[list[Violation], list[_Error]]:
    """What is wrong with discriminators, and the errors that are left: a value of one that names no branch,
    or another branch than the object is, explains all that is wrong with the object (OpenAPI 3.0.3,
    Discriminator Object).
    """
    told: list[Violation] = []
    explained: list[_Path] = []
    named: list[_Path] = []
    for path, place, branches in _objects(errors):
        holder = _at(value, path)
        name = branches["propertyName"]
        if not isinstance(holder, dict) or name not in holder:
            continue
        known = {str(each): branch for each, branch in branches["names"].items()}
        tag = _name_of(holder[name])
        where = (*path, name), (*place, name)
        if tag not in known:
            expected = ", ".join(shown(each) for each in known)
            detail = f"the discriminator says {shown(holder[name])}, which names no branch"
            told.append(_violation(where, "discriminator", detail, f"one of {expected}", shown(holder[name])))
            explained.append(path)
        elif other := _fitting(schema, holder, known, tag):
            branch = _called(known[tag])
            detail = f"the discriminator names {branch}, the body is no {branch} but a {other}"
            expected = f"{branch}, as {shown(name)} is {shown(holder[name])}"
            told.append(_violation((path, place), "discriminator", detail, expected, shown(holder)))
            explained.append(path)
        else:
            named.append(path)
    left = [
        each
        for each in errors
        if not any(each.path[: len(path)] == path for path in explained)
        # The branch that is named has told what is wrong; that the others fit no better says nothing.
        and not (each.context and each.path in named)
    ]
    return told, left


def _objects(errors: Sequence[_Error]) -> Iterator[tuple[_Path, _Path, JsonObject]]:
    """The objects that discriminators tell of, each once, outer ones first."""
    seen: set[_Path] = set()
    found = [(length, each, branches) for each in errors for length, branches in each.branches]
    for length, each, branches in sorted(found, key=lambda one: one[0]):
        if each.path[:length] not in seen:
            seen.add(each.path[:length])
            yield each.path[:length], each.place[:length], branches


def _fitting(schema: Schema, holder: Json, known: Mapping[str, Json], tag: str) -> str:
    """Which other branch an object is, if it is none of the one that it names; empty when it is neither."""
    if known[tag] is None or schema.fits(known[tag], holder):
        return ""
    others = (each for name, each in known.items() if each not in (None, known[tag]))
    return next((_called(each) for each in others if schema.fits(each, holder)), "")


def _called(reference: JsonObject) -> str:
    """The name of the schema that a branch is."""
    return str(reference["$ref"]).removeprefix("#/$defs/").removesuffix("--plain").rpartition(".")[2]


def _name_of(tag: Json) -> str:
    return tag if isinstance(tag, str) else json.dumps(tag)


def _by_place(errors: Sequence[_Error]) -> Iterator[Violation]:
    """What is wrong in each place, told by the rule that explains the others there."""
    places: dict[_Path, list[_Error]] = {}
    for each in errors:
        places.setdefault(each.path, []).append(each)
    for path, found in places.items():
        beneath = any(other[: len(path)] == path for other in places if other != path)
        yield from _explained(found, beneath)


def _explained(found: Sequence[_Error], beneath: bool) -> Iterator[Violation]:
    first = min(found, key=_rank)
    if first.rule == WRITE_ONLY:
        yield _described(first, WRITE_ONLY, "write-only property in an answer", "nothing: it is write-only")
    elif first.instance is None:
        yield _described(first, "null", "is null", _expected(first))
    elif first.rule == "type" or not isinstance(first.instance, (list, dict)):
        yield _of_scalar(first)
    else:
        missing = [each for each in found if each.rule == "required"]
        if missing:
            yield _missing(missing)
        others = {each.rule: each for each in reversed(found) if each.rule != "required"}
        for each in others.values():
            # What another rule has refused counts as unevaluated, too.
            if not (each.rule.startswith("unevaluated") and (beneath or len(found) > 1)):
                yield _described(each, each.rule, each.error.message, _expected(each))


def _rank(error: _Error) -> int:
    return _EXPLAINING.index(error.rule) if error.rule in _EXPLAINING else len(_EXPLAINING)


def _of_scalar(error: _Error) -> Violation:
    is_time = error.rule == "format" and error.stated == "date-time"
    if is_time and _WITHOUT_OFFSET.fullmatch(str(error.instance)):
        expected = "an offset at its end, as Z or +01:00 (RFC 3339, section 5.6)"
        return _described(error, "date-time without an offset", "date-time without an offset", expected)
    types = _types(error)
    if types:
        return _described(error, "type", f"is not of types {', '.join(types)}", _expected(error))
    return _described(error, error.rule, error.error.message, _expected(error))


def _types(error: _Error) -> list[str]:
    """The types of all branches of a choice, where nothing but the type is wrong."""
    kinds = [one.kind for branch in error.context for one in branch]
    found = (str(each) for kind in kinds for each in getattr(kind, "types", ()))
    return sorted(set(found)) if all(kind.name == "type" for kind in kinds) else []


def _missing(errors: Sequence[_Error]) -> Violation:
    """The properties that an object lacks: all of them one finding, and a single one by its name."""
    names = list(dict.fromkeys(str(getattr(each.error.kind, "property", "")) for each in errors))
    path, place = errors[0].path, errors[0].place
    if len(names) == 1:
        path, place = (*path, names[0]), (*place, names[0])
    listed = ", ".join(shown(each) for each in names)
    detail = f"{listed} {'is' if len(names) == 1 else 'are'} missing"
    return _violation((path, place), "required", detail, f"required: {listed}", shown(errors[0].instance))


def _expected(error: _Error) -> str:
    types = _types(error)
    if types:
        return f"type: {shown(types)}"
    keyword = error.keyword
    if error.context and all(isinstance(each, dict) and "$ref" in each for each in error.stated):
        return f"{keyword}: {', '.join(_called(each) for each in error.stated)}"
    return f"{keyword}: {shown(error.stated)}" if keyword else shown(error.stated)


def _described(error: _Error, rule: str, detail: str, expected: str) -> Violation:
    return _violation((error.path, error.place), rule, detail, expected, shown(error.instance))


def _violation(where: tuple[_Path, _Path], rule: str, detail: str, expected: str, found: str) -> Violation:
    path, place = ("".join(f"/{escaped(str(token))}" for token in each) for each in where)
    return Violation("", path, rule, detail, expected, found, place)


def _at(value: Json, path: _Path) -> Any:
    for token in path:
        value = value[token]
    return value
