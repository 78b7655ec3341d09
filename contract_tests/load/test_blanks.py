"""Identifiers in bodies: in place of what was made up, and never at the price of validity."""

from typing import Any

import jsonschema_rs
import pytest

from load.calls.placeholders import filled


def valid(_: Any) -> bool:
    return True


@pytest.mark.parametrize(
    ("payload", "pointer", "value", "expected"),
    [
        ({"a": 1}, "/a", 7, {"a": 7}),
        ({"a": 1}, "/a", "7", {"a": 7}),
        ({"a": "x"}, "/a", 7, {"a": "7"}),
        ({"a": ["x", "y"]}, "/a", "7", {"a": ["7"]}),
        ({"a": []}, "/a", "7", {"a": ["7"]}),
        ({"a": None}, "/a", "7", {"a": None}),
        ({}, "/a", "7", {}),
        ({"a": [{"b": 1}, {}]}, "/a/*/b", 7, {"a": [{"b": 7}, {}]}),
        ({"a/b": 1}, "/a~1b", 7, {"a/b": 7}),
    ],
)
def test_values_take_the_places_that_a_payload_has(
    payload: Any, pointer: str, value: Any, expected: Any
) -> None:
    before = str(payload)
    assert filled(payload, {pointer: value}, [], valid) == expected
    assert str(payload) == before


def test_what_nothing_tells_of_is_left_out_unless_it_is_given() -> None:
    assert filled({"a": 1, "b": 2}, {}, ["/a", "/b"], valid) == {}
    assert filled({"a": 1, "b": 2}, {"/a": 5}, ["/a", "/b"], valid) == {"a": 5}


def test_what_would_make_a_body_invalid_is_not_done() -> None:
    schema = {"required": ["b"], "properties": {"a": {"format": "uuid"}, "b": {"type": "integer"}}}
    is_valid = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid
    made_up = {"a": "0b4e2c4e-58a5-4ea3-a7a1-5df0d3a1a5c1", "b": 1}
    assert filled(made_up, {"/a": "Campbell", "/b": 7}, [], is_valid) == {**made_up, "b": 7}
    assert filled(made_up, {}, ["/b"], is_valid) == made_up
