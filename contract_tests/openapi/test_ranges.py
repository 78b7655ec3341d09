"""Values are visited over their whole range, and strict parsers take those of formats."""

import base64
import ipaddress
import re
import uuid
import zoneinfo
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import faker.providers.date_time
import pytest

from contract_tests.support.documents import schema
from openapi.payloads import PayloadFactory


def values(source: Any, name: str = "", count: int = 1_500) -> list[Any]:
    make = PayloadFactory(1).generator(schema(source, (3, 1)), name)
    return [make() for _ in range(count)]


def aware(text: str) -> bool:
    return datetime.fromisoformat(text).utcoffset() is not None


def of_version(version: int) -> Callable[[str], bool]:
    return lambda text: uuid.UUID(text).version == version


def between(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: text == str(int(text)) and low <= int(text) <= high


PARSERS: dict[str, Callable[[str], Any]] = {
    "uuid4": of_version(4),
    "UUID": of_version(4),
    "uuid1": of_version(1),
    "uuid7": lambda text: text[14] == "7" and uuid.UUID(text),
    "int8": between(-(2**7), 2**7 - 1),
    "int64": between(-(2**63), 2**63 - 1),
    "uint32": between(0, 2**32 - 1),
    "double-int": between(-(2**53), 2**53),
    "decimal": lambda text: Decimal(text).is_finite(),
    "money": lambda text: Decimal(text).is_finite(),
    "char": lambda text: len(text) == 1,
    "byte": lambda text: base64.b64encode(base64.b64decode(text, validate=True)).decode() == text,
    "base64url": lambda text: "=" not in text and base64.b64decode(text, b"-_", validate=True),
    "date": date.fromisoformat,
    "date-time": aware,
    "dateTime": aware,
    "date-time-local": lambda text: not aware(text),
    "time": lambda text: time.fromisoformat(text).tzinfo is not None,
    "time-local": lambda text: time.fromisoformat(text).tzinfo is None,
    "http-date": parsedate_to_datetime,
    "timezone": zoneinfo.ZoneInfo,
    "iso-week": lambda text: date.fromisocalendar(int(text[:4]), int(text[6:]), 1),
    "unix-time": lambda text: datetime.fromtimestamp(int(text)).year >= 2000,
    "duration": re.compile(r"P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?").fullmatch,
    "ipvanyaddress": ipaddress.ip_address,
    "ipv4network": ipaddress.ip_network,
    "ipv6": ipaddress.IPv6Address,
    "mac": re.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}").fullmatch,
    "objectid": re.compile("[0-9a-f]{24}").fullmatch,
    "ulid": re.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}").fullmatch,
    "semver": re.compile(r"\d+\.\d+\.\d+").fullmatch,
    "phone": re.compile(r"\+1\d{10}").fullmatch,
    "color": re.compile("#[0-9a-f]{6}").fullmatch,
    "sf-boolean": re.compile(r"\?[01]").fullmatch,
    "sf-token": re.compile(r"[A-Za-z*][\w.-]*").fullmatch,
    "media-range": re.compile(r"[\w*.+-]+/[\w*.+-]+").fullmatch,
}


@pytest.mark.parametrize("name", PARSERS)
def test_strict_parsers_take_values_of_formats(name: str) -> None:
    refused = [value for value in values({"type": "string", "format": name}) if not PARSERS[name](value)]
    assert not refused


@pytest.mark.parametrize(
    "rules",
    [
        {"format": "ipv4", "pattern": r"^10\.0\."},
        {"format": "ipv6", "maxLength": 10},
        {"format": "uuid", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7"},
        {"format": "time", "pattern": ":00Z$"},
        {"format": "email", "minLength": 60},
        {"format": "email", "pattern": r"^[a-z]+@company\.com$"},
        {"format": "hostname", "pattern": r"\.local$"},
        {"format": "byte", "minLength": 100, "maxLength": 120},
        {"format": "uri", "minLength": 200},
        {"format": "phone", "pattern": r"^\+49\d{6,10}$"},
        {"format": "full-time", "maxLength": 3},
    ],
    ids=str,
)
def test_formats_go_with_other_rules(rules: dict[str, Any]) -> None:
    source = {"type": "string", **rules}
    is_valid, made = schema(source, (3, 1)).validator.is_valid, values(source)
    assert all(map(is_valid, made))
    assert len({*made}) > 50
    parse = PARSERS.get(rules["format"])
    assert parse is None or "pattern" in rules or all(map(parse, made))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({"type": "string", "format": "uuid", "example": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}, ""),
        ({"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}, ""),
        ({"type": "string", "format": "uuid7"}, "id"),
        ({"type": "string"}, "request_uuid"),
    ],
)
def test_uuids_never_repeat(source: Any, name: str) -> None:
    made = values(source, name, 5_000)
    assert len({*made}) == len(made)


@pytest.mark.parametrize(
    ("name", "parse"),
    [
        ("ip_address", ipaddress.ip_address),
        ("createdAt", datetime.fromisoformat),
        ("timezone", zoneinfo.ZoneInfo),
        ("start_date", date.fromisoformat),
        ("sha256", re.compile("[0-9a-f]{64}").fullmatch),
        ("mime_type", re.compile(r"[a-z]+/\S+").fullmatch),
    ],
)
def test_names_say_what_is_meant(name: str, parse: Callable[[str], Any]) -> None:
    assert all(map(parse, values({"type": "string"}, name)))
    assert max(values({"type": "number"}, "latitude")) == 90
    assert min(values({"type": "integer"}, "quantity")) == 0


def test_times_are_of_any_century_offset_and_precision() -> None:
    times = values({"type": "string", "format": "date-time"})
    years = [int(text[:4]) for text in times]
    assert sum(2000 <= year <= 2030 for year in years) > len(years) / 2
    assert min(years) < 1970
    assert max(years) > 2050
    assert {"Z", "+", "-"} <= {text[19:20] for text in times} | {text[-6:-5] for text in times}
    assert any("." in text for text in times)
    assert any("-02-29T" in text for text in times)


def test_lengths_of_all_sizes_are_drawn() -> None:
    lengths = [len(text) for text in values({"type": "string", "maxLength": 500})]
    assert all(any(low <= each < low + 100 for each in lengths) for low in range(0, 500, 100))
    assert {1, 500} <= {*lengths}
    assert sum(length < 30 for length in lengths) > len(lengths) / 2
    assert 5_000 in {len(text) for text in values({"type": "string", "maxLength": 5_000})}


def test_numbers_of_all_sizes_and_signs_are_drawn() -> None:
    assert any(number < 0 for number in values({"type": "integer"}))
    assert any(number < 0 for number in values({"type": "number"}))
    large = values({"type": "integer", "format": "int64"})
    assert {-(2**63), 2**63 - 1} <= {*large}
    assert any(10**9 < number < 10**15 for number in large)
    assert sum(abs(number) <= 10_000 for number in large) > len(large) / 2


@pytest.mark.parametrize(
    "source",
    [
        {"type": "integer", "minimum": 0.5, "maximum": 8.5, "not": {"multipleOf": 3}},
        {"type": "integer", "exclusiveMinimum": 0.5, "exclusiveMaximum": 2},
        {"type": "integer", "multipleOf": 0.4, "minimum": 1.2},
    ],
    ids=str,
)
def test_integers_within_bounds_that_are_none(source: Any) -> None:
    assert all(map(schema(source, (3, 1)).validator.is_valid, values(source)))


def test_objects_are_empty_then_full_then_of_every_density() -> None:
    names = [f"p{number}" for number in range(8)]
    inner = {"type": "object", "properties": {"x": {"type": "integer"}}}
    properties = {name: {"type": "string"} for name in names} | {"inner": inner}
    for seed in range(20):
        make = PayloadFactory(seed).generator(schema({"type": "object", "properties": properties}))
        assert make() == {}
        full: Any = make()
        assert {*full} == {*properties}
        assert "x" in full["inner"]
    counts = [len(value) for value in values({"type": "object", "properties": properties})]
    assert all(counts.count(size) > 30 for size in range(10))


def test_values_do_not_follow_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    formats = ("date", "date-time", "time", "http-date", "duration", "uuid1", "unix-time")
    names = ("birth_date", "created_at", "start_date")
    source = {
        "type": "object",
        "required": [*formats, *names],
        "properties": {name: {"type": "string", "format": name} for name in formats}
        | {name: {"type": "string"} for name in names},
    }
    now = values(source, count=300)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return cls(2051, 5, 17, 3, 4, 5, tzinfo=tz)

    class LaterDay(date):
        @classmethod
        def today(cls) -> "LaterDay":
            return cls(2051, 5, 17)

    monkeypatch.setattr(faker.providers.date_time, "datetime", Later)
    monkeypatch.setattr(faker.providers.date_time, "dtdate", LaterDay)
    assert values(source, count=300) == now
