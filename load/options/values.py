"""Values that a scenario gives to parameters and properties: fixed ones, and those of rows of a file."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from load.errors import LoadError
from load.planning.plan import Slot
from openapi.contract import Json
from openapi.near_words import did_you_mean

LOCATIONS = ("body", "query", "header", "cookie", "path")
Row = dict[str, Json]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"file": "from"}):
    """A column of a file, which is CSV with a line of names, or a JSON list of objects."""

    file: str
    column: str


class Bound(msgspec.Struct, frozen=True):
    """A slot of calls with its value or, where there is a `source`, that of the row whose turn it is."""

    slot: Slot
    value: Json = None
    source: Source | None = None


class Values(msgspec.Struct, frozen=True):
    """What slots are bound to, by the key that names their operations; and the rows of files, by path."""

    bound: Mapping[str, tuple[Bound, ...]] = msgspec.field(default_factory=dict)
    tables: Mapping[str, tuple[Row, ...]] = msgspec.field(default_factory=dict)


def beside(scenario: Path, described: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The values of a scenario with the paths of their files, which are relative to its own."""
    return {
        key: {
            slot: {**value, "from": str(scenario.parent / value["from"])}
            if isinstance(value, dict) and isinstance(value.get("from"), str)
            else value
            for slot, value in slots.items()
        }
        for key, slots in described.items()
    }


def read_values(place: str, described: Mapping[str, Mapping[str, Any]]) -> Values:
    """The values of a scenario with the rows of its files. Raises LoadError with the place of a mistake."""
    bound = {
        key: tuple(_bound(f"{place}: values.{key}.{slot}", slot, value) for slot, value in slots.items())
        for key, slots in described.items()
    }
    sources = {one.source.file: key for key, each in bound.items() for one in each if one.source}
    tables = {file: _rows(f"{place}: values.{key}", Path(file)) for file, key in sources.items()}
    for key, each in bound.items():
        for one in each:
            if one.source and one.source.column not in tables[one.source.file][0]:
                names = [*tables[one.source.file][0]]
                near = did_you_mean(one.source.column, names) or f"; it has {', '.join(names)}"
                lacking = f"{one.source.file} has no column {one.source.column}"
                raise LoadError(f"{place}: values.{key}.{one.slot}: {lacking}{near}")
    return Values(bound, tables)


def _bound(place: str, text: str, value: Any) -> Bound:
    location, _, name = text.strip().partition(" ")
    name = name.strip()
    if location not in LOCATIONS or not name or (location == "body" and not name.startswith("/")):
        raise LoadError(
            f"{place}: a key looks like 'body /customer/id', 'query limit', 'header X-Tenant', 'cookie lang' "
            "or 'path id'"
        )
    if not isinstance(value, dict) or "from" not in value:
        return Bound(Slot(location, name), value)
    try:
        return Bound(Slot(location, name), source=msgspec.convert(value, Source))
    except msgspec.ValidationError:
        raise LoadError(f"{place}: a column of a file looks like {{from: users.csv, column: id}}") from None


def _rows(place: str, path: Path) -> tuple[Row, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise LoadError(f"{place}: cannot read {path}: {reason}") from None
    rows = tuple(_of_json(place, path, text) if path.suffix == ".json" else _of_csv(place, path, text))
    if not rows:
        raise LoadError(f"{place}: {path} has no rows")
    return rows


def _of_csv(place: str, path: Path, text: str) -> Iterator[Row]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                count = len(reader.fieldnames or ())
                raise LoadError(f"{place}: {path}:{reader.line_num}: this row does not have {count} values")
            yield dict(row)
    except csv.Error as error:
        raise LoadError(f"{place}: {path}:{reader.line_num}: {error}") from None


def _of_json(place: str, path: Path, text: str) -> Iterator[Row]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise LoadError(f"{place}: {path}: not JSON: {error}") from None
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise LoadError(f"{place}: {path}: a list of objects is expected")
    yield from content
