"""The entity is found within what an answer wraps it in."""

from typing import Any

import pytest

from load.representations.envelopes import unwrapped

THING = {"title": "A title of its own", "text": "and a text"}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"_index": "a", "_id": "1", "_version": 2, "found": True, "_source": THING}, ["title", "text"]),
        ({"_index": "a", "_id": "1", "_version": 2, "found": True, "_source": THING}, ["title"]),
        (
            {"jsonapi": {}, "links": {}, "meta": {}, "data": {"id": "1", "attributes": THING}},
            ["title", "text"],
        ),
        ({"code": 0, "msg": "ok", "data": THING}, ["title"]),
        ({"data": THING}, ["other"]),
    ],
)
def test_the_entity_is_found_in_its_envelope(body: Any, names: list[str]) -> None:
    assert unwrapped(body, names) == THING


def test_a_nested_object_is_not_the_entity() -> None:
    body = {"id": 1, "state": "open", "made": 1, "owner": {"name": "a", "id": 7}}
    assert unwrapped(body, ["name"]) == body
    assert unwrapped(body, ["state", "name", "place"]) == body


def test_properties_are_matched_in_other_spellings() -> None:
    assert unwrapped({"fullName": "a", "other": 1}, ["full_name"]) == {"full_name": "a", "other": 1}
    both = {"full_name": "a", "fullName": "b"}
    assert unwrapped(both, ["full_name"]) == both


def test_names_that_differ_only_in_signs_are_not_mixed_up() -> None:
    assert unwrapped({"+1": 5, "total": 6}, ["+1", "-1", "total"]) == {"+1": 5, "total": 6}
    assert unwrapped({"_id": 5}, ["_id", "id"]) == {"_id": 5}
