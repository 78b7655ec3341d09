"""Constraints on strings, compiled."""

from collections.abc import Callable, Hashable, Sequence
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.constraints import Constraints
from openapi.payloads.regex.matching_strings import MatchingStrings
from openapi.payloads.regex.parser import Unmatchable
from openapi.payloads.string_formats import checked_format, format_pattern
from openapi.payloads.tuning import MOSTLY_VALID, TRIED_STRINGS
from openapi.payloads.unbuildable import Unbuildable


def string_check(constraints: Constraints, place: str) -> Callable[[str], bool]:
    """A function that says whether a string satisfies the constraints. Raises Unbuildable when they cannot be
    compiled.
    """
    schemas: list[Json] = [{"minLength": constraints.min_length}]
    if constraints.max_length is not None:
        schemas.append({"maxLength": constraints.max_length})
    schemas += [{"pattern": pattern} for pattern in constraints.patterns]
    schemas += [{"format": checked_format(name) or name} for name in constraints.formats]
    schemas += [{"not": {"pattern": pattern}} for pattern in constraints.excluded_patterns]
    schemas += [{"not": {"format": name}} for name in constraints.excluded_formats]
    if constraints.excluded_values:
        schemas.append({"not": {"enum": [*constraints.excluded_values]}})
    try:
        return jsonschema_rs.Draft202012Validator({"allOf": schemas}, validate_formats=True).is_valid
    except ValueError as error:
        raise Unbuildable(f"{place}: {str(error).splitlines()[0]}") from None


def string_key(constraints: Constraints) -> Hashable:
    """A key that is the same for constraints that allow the same strings and have the same examples."""
    return (
        constraints.min_length,
        constraints.max_length,
        constraints.patterns,
        constraints.excluded_patterns,
        constraints.formats,
        constraints.excluded_formats,
        tuple(example for example in constraints.examples if isinstance(example, str)),
        tuple(value for value in constraints.excluded_values if isinstance(value, str)),
    )


def matching_strings(constraints: Constraints, place: str) -> MatchingStrings:
    """The strings that match the patterns of the constraints and those of their formats; if there are none,
    the patterns alone, as those of formats leave out some values. Raises Unbuildable.
    """
    of_formats = tuple(pattern for name in constraints.formats if (pattern := format_pattern(name)))
    choices = dict.fromkeys(((*constraints.patterns, *of_formats), constraints.patterns))
    for patterns in choices:
        try:
            return _mostly_valid(patterns, constraints, place) or _matching(
                patterns, constraints.excluded_patterns, constraints
            )
        except Unmatchable as reason:
            refusal = reason
    raise Unbuildable(f"{place}: {refusal}")


def _mostly_valid(patterns: Sequence[str], constraints: Constraints, place: str) -> MatchingStrings | None:
    """The strings that match the patterns, where nearly all of them match no excluded one. None where others
    are among them too often. To exclude them by an automaton may take seconds. Raises Unmatchable.
    """
    if not patterns or not constraints.excluded_patterns:
        return None
    strings, is_valid, random = (
        _matching(patterns, (), constraints),
        string_check(constraints, place),
        Random(1),
    )
    valid = sum(is_valid(strings.draw(random)) for _ in range(TRIED_STRINGS))
    return strings if valid >= TRIED_STRINGS * MOSTLY_VALID else None


def _matching(patterns: Sequence[str], excluded: Sequence[str], constraints: Constraints) -> MatchingStrings:
    return MatchingStrings(patterns, excluded, constraints.min_length, constraints.max_length)
