"""Regular expressions are understood as their authors meant them, those with large counts as well."""

import re
from typing import Any

import pytest

from contract_tests.support.documents import contract, schema
from openapi.message_type import MessageType
from openapi.patterns import readable_pattern
from openapi.payloads import PayloadFactory
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator


def values(source: Any, count: int = 500) -> list[Any]:
    make = PayloadFactory(1).generator(schema(source, (3, 1)))
    return [make() for _ in range(count)]


def of_response(source: Any) -> Schema:
    return Schema(SchemaTranslator(contract(version=(3, 1)), MessageType.RESPONSE), source)


# The pattern of the author, and what Python's module says it means.
MEANT = {
    r"\A[a-f]{4}\Z": "[a-f]{4}",
    r"\A[a-f]{4}\z": "[a-f]{4}",
    r"^[\w-.]+$": r"[A-Za-z0-9_.-]+",
    r"^[.-\d]+$": r"[0-9.-]+",
    "^[a-c]{,3}$": "[a-c]{0,3}",
    r"^(?P<first>a|b)-(?P=first)$": "a-a|b-b",
    r"^(?<first>a|b)-\k<first>1$": "a-a1|b-b1",
    "^[[:alpha:]][[:digit:]-_]*$": "[A-Za-z][0-9_-]*",
    "^[]a]+$": r"[\]a]+",
    "/^[a-f]{4}$/": "[a-f]{4}",
    "/^ab$/i": "[aA][bB]",
    r"^\Qa.b\E+$": r"a\.b+",
    r"^\x{41}\07$": "A\x07",
    r"^a{x}$": r"a\{x\}",
    r"(?x) ^ a \d $ # a digit": "a[0-9]",
    "^(?>ab)+$": "(ab)+",
    "^[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]$": "[\U00010000-\U0010ffff]",
    r"^\uD83D\uDE00$": "\U0001f600",
    "^a[^]$": r"a[\s\S]",
}


@pytest.mark.parametrize("pattern", MEANT)
def test_patterns_mean_what_their_authors_meant(pattern: str) -> None:
    made = values({"type": "string", "pattern": pattern})
    assert all(re.fullmatch(MEANT[pattern], value) for value in made)
    checked = of_response({"type": "string", "pattern": pattern})
    assert checked.fault == ""
    assert all(map(checked.validator.is_valid, made))
    assert not checked.validator.is_valid("?!")


@pytest.mark.parametrize(
    "pattern", ["*a", "(", "a**", r"(?P>more)", r"\p{javaLetter}", "[z-a]", "[a", r"\k<no>"]
)
def test_a_pattern_without_a_certain_meaning_is_not_guessed(pattern: str) -> None:
    assert readable_pattern(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["^[a-z]+$", r"^\w{2,4}-?$", r"[\w-]+", "[[]", r"\.\-", "(?i)^a", "^a{2,}$"]
)
def test_other_patterns_stay_as_they_are(pattern: str) -> None:
    assert readable_pattern(pattern) == (pattern, None, False)


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [
        ("^.{0,262144}$", (0, 262_144)),
        (r"^([^\s]{1,70000})$", (1, 70_000)),
        (r"^\p{L}{2,3000}$", (2, 3_000)),
        ("^[a-z]{5000}$", (5_000, 5_000)),
        ("^[a-z]{1,5000}/[a-z]{1,5000}$", (3, 10_001)),
        (r"^a.{0,70000}b$", (2, 70_002)),
        ("(?:.{0,4096}){0,64}", (0, 262_144)),
    ],
)
def test_large_counts_are_kept(pattern: str, lengths: tuple[int, int]) -> None:
    made = values({"type": "string", "pattern": pattern})
    assert all(lengths[0] <= len(value) <= lengths[1] for value in made)
    checked = of_response({"type": "string", "pattern": pattern}).validator
    assert all(map(checked.is_valid, made))


def test_large_counts_are_checked() -> None:
    checked = of_response({"type": "string", "pattern": "^.{2,262144}$"}).validator
    assert [checked.is_valid("x" * length) for length in (1, 2, 262_144, 262_145)] == [
        False,
        True,
        True,
        False,
    ]


def test_lengths_of_patterns_are_of_all_sizes() -> None:
    lengths = [len(value) for value in values({"type": "string", "pattern": "^[A-Z]{1,500}$"}, 3_000)]
    assert all(any(low <= length < low + 100 for length in lengths) for low in range(0, 500, 100))
    assert {1, 500} <= {*lengths}
    assert sum(length < 30 for length in lengths) > len(lengths) / 2


def test_names_by_pattern_are_understood_too() -> None:
    source = {
        "type": "object",
        "patternProperties": {r"\A[x-z.-]{,3}\Z": {"type": "integer"}},
        "minProperties": 1,
    }
    checked = schema({**source, "additionalProperties": False}, (3, 1))
    make = PayloadFactory(1).generator(checked)
    assert all(re.fullmatch("[x-z.-]{0,3}", name) for _ in range(200) for name in make())


@pytest.mark.parametrize("pattern", [r"^(a|b)\1$", r"^(.*)\1$"])
def test_a_reference_back_excludes_no_more_than_it_says(pattern: str) -> None:
    source = {"type": "string", "not": {"pattern": pattern}, "minLength": 2}
    made = values(source)
    assert all(map(schema(source, (3, 1)).validator.is_valid, made))
    assert len({*made}) > 20


@pytest.mark.parametrize(
    "pattern", [r"^(?!.*(.)\1)[a-c]{3}$", r"^[ab]{2,9}(?<!(a|b)\1)$", r"^(?!(\d)\1*$)\d{11}$"]
)
def test_what_looks_for_a_reference_back_is_left_to_the_check(pattern: str) -> None:
    source = {"type": "string", "pattern": pattern}
    made = values(source)
    assert all(map(schema(source, (3, 1)).validator.is_valid, made))
    assert len({*made}) > 5


def test_an_excluded_pattern_need_not_be_followed_exactly() -> None:
    """An automaton that excludes it has more than 10,000 states."""
    source = {"type": "string", "pattern": "^[01]{30,60}$", "not": {"pattern": "01(0|1){12}010$"}}
    assert all(map(schema(source, (3, 1)).validator.is_valid, values(source)))


def test_an_optional_property_with_an_unreadable_pattern_is_left_out_and_told() -> None:
    payloads = PayloadFactory(1)
    properties = {"a": {"type": "string"}, "b": {"type": "string", "pattern": "*.png"}}
    make = payloads.generator(schema({"type": "object", "properties": properties}, (3, 1)))
    assert {name for _ in range(100) for name in make()} == {"a"}
    assert len(payloads.omitted) == 1
    assert "*.png" in payloads.omitted[0]
