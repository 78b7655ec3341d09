"""Why a value breaks its schema: one violation for each cause."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from openapi.contract import Json
from openapi.discriminator_errors import check_discriminators
from openapi.limits import ERRORS
from openapi.schema import Schema
from openapi.schema_translator import WRITE_ONLY
from openapi.validation_errors import Path, ValidationError, branch_name, leaf_errors, read_error
from openapi.violations import Violation, as_json, shorten

_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?")
# Of several rules that a string or number breaks, the first of these explains the others.
_PRECEDENCE = (WRITE_ONLY, "type", "const", "enum", "format", "pattern")


def root_causes(schema: Schema, value: Json, location: str, pointer: str = "") -> list[Violation]:
    """What is wrong with a value: one violation for each rule at each place. Where one broken rule explains
    others at its place, they are left out; all items of an array are one place.
    """
    if schema.validator.is_valid(value):
        return []
    try:
        errors = [*islice(schema.validator.iter_errors(value), ERRORS)]
    except ValueError:
        # The validator describes nothing that is nested as deeply as it can decide.
        detail = "is not as its schema says, and is nested too deeply to say where"
        return [Violation(location, pointer, "nested too deeply", detail, expected="fewer levels")]
    leaves = [leaf for error in errors for leaf in leaf_errors(read_error(schema, value, error))]
    violations, remaining = check_discriminators(schema, value, leaves)
    causes: dict[tuple[str, str], Violation] = {}
    for violation in (*violations, *_by_place(remaining)):
        cause = replace(
            violation,
            location=location,
            pointer=pointer + violation.pointer,
            detail=shorten(violation.detail),
            place=pointer + violation.place,
        )
        causes.setdefault((cause.place, cause.rule), cause)
    return [*causes.values()]


def _by_place(errors: Sequence[ValidationError]) -> Iterator[Violation]:
    places: dict[Path, list[ValidationError]] = {}
    for error in errors:
        places.setdefault(error.position.path, []).append(error)
    for path, at_place in places.items():
        has_inner_errors = any(other[: len(path)] == path for other in places if other != path)
        yield from _explain(at_place, has_inner_errors)


def _explain(errors: Sequence[ValidationError], has_inner_errors: bool) -> Iterator[Violation]:
    """The violations at one place, without those that another one explains."""
    first = min(errors, key=_precedence)
    if first.rule == WRITE_ONLY:
        yield _violation(first, WRITE_ONLY, "write-only property in an answer", "nothing: it is write-only")
    elif first.value is None:
        yield _violation(first, "null", "is null", _expected(first))
    elif first.rule == "type" or not isinstance(first.value, (list, dict)):
        yield _of_scalar(first)
    else:
        missing = [error for error in errors if error.rule == "required"]
        if missing:
            yield _of_missing(missing)
        others = {error.rule: error for error in reversed(errors) if error.rule != "required"}
        for error in others.values():
            # What another rule has refused counts as unevaluated, too.
            is_consequence = has_inner_errors or len(errors) > 1
            if not (error.rule.startswith("unevaluated") and is_consequence):
                yield _violation(error, error.rule, error.error.message, _expected(error))


def _precedence(error: ValidationError) -> int:
    return _PRECEDENCE.index(error.rule) if error.rule in _PRECEDENCE else len(_PRECEDENCE)


def _of_scalar(error: ValidationError) -> Violation:
    is_time = error.rule == "format" and error.required == "date-time"
    if is_time and _WITHOUT_OFFSET.fullmatch(str(error.value)):
        rule = "date-time without an offset"
        return _violation(error, rule, rule, "an offset at its end, as Z or +01:00 (RFC 3339, section 5.6)")
    types = _types(error)
    if types:
        return _violation(error, "type", f"is not of types {', '.join(types)}", _expected(error))
    return _violation(error, error.rule, error.error.message, _expected(error))


def _of_missing(errors: Sequence[ValidationError]) -> Violation:
    """One violation for all properties that an object lacks; a single one has a place of its own."""
    names = list(dict.fromkeys(str(getattr(error.error.kind, "property", "")) for error in errors))
    position = errors[0].position.child(names[0]) if len(names) == 1 else errors[0].position
    listed = ", ".join(as_json(name) for name in names)
    detail = f"{listed} {'is' if len(names) == 1 else 'are'} missing"
    return position.violation("required", detail, f"required: {listed}", as_json(errors[0].value))


def _types(error: ValidationError) -> list[str]:
    """The types of all branches of a choice, if only the type of the value is wrong."""
    kinds = [branch_error.kind for errors in error.branch_errors for branch_error in errors]
    if not all(kind.name == "type" for kind in kinds):
        return []
    return sorted({str(json_type) for kind in kinds for json_type in getattr(kind, "types", ())})


def _expected(error: ValidationError) -> str:
    types = _types(error)
    if types:
        return f"type: {as_json(types)}"
    if error.is_of_format:
        return f"format: {as_json(error.holder['format'])}"
    keyword = error.keyword
    if error.branch_errors and all(
        isinstance(branch, dict) and "$ref" in branch for branch in error.required
    ):
        return f"{keyword}: {', '.join(branch_name(branch) for branch in error.required)}"
    return f"{keyword}: {as_json(error.required)}" if keyword else as_json(error.required)


def _violation(error: ValidationError, rule: str, detail: str, expected: str) -> Violation:
    return error.position.violation(rule, detail, expected, as_json(error.value))
