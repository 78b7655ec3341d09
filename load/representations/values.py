"""What kind of value a JSON value is, and the values within it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TypeGuard

from openapi.contract import Json

# Services write "no value" in these ways.
EMPTY: tuple[Json, ...] = (None, "", [], {})
# Shorter texts (characters) and smaller whole numbers are often equal by chance or by default.
_SHORT = 4
_SMALL = 1_000


def is_distinctive(value: Json) -> bool:
    """Whether a value is unlikely to appear unless somebody wrote it: not a flag, not one of a few states,
    not a small number.
    """
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, str):
        return len(value) >= _SHORT
    if isinstance(value, (int, float)):
        return abs(value) >= _SMALL or (isinstance(value, float) and not value.is_integer())
    return any(map(is_distinctive, value.values() if isinstance(value, dict) else value))


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number. True and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_free_text(value: Json) -> bool:
    """Whether a value is a text that only its writer has a reason to change."""
    return isinstance(value, str) and is_distinctive(value) and parse_time(value) is None


def is_time(value: Json) -> bool:
    """Whether a value is a date with a time (RFC 3339)."""
    return isinstance(value, str) and parse_time(value) is not None


def parse_time(text: str) -> datetime | None:
    """The date and time in a text (RFC 3339); None when the text is something else."""
    if len(text) < len("2000-01-01T00:00") or not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def scalars(value: Json) -> Iterator[Json]:
    """All texts, numbers, flags and nulls within a value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    else:
        yield value


def scalars_by_path(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """The texts, numbers and flags within nested objects, each with its path, such as `/address/city`. Lists
    and nulls are left out.
    """
    if isinstance(value, dict):
        for name, item in value.items():
            yield from scalars_by_path(item, f"{path}/{name}")
    elif not isinstance(value, list) and value is not None:
        yield path, value


def scalars_of_items(items: Iterable[Json]) -> Iterator[Json]:
    """The texts, numbers and flags of a list, also those within its objects."""
    for item in items:
        yield from (scalar for _, scalar in scalars_by_path(item))


def without_properties(value: Json, names: Collection[str]) -> Json:
    """A value without the properties of these names, at any depth."""
    if isinstance(value, dict):
        return {name: without_properties(item, names) for name, item in value.items() if name not in names}
    return [without_properties(item, names) for item in value] if isinstance(value, list) else value
