"""Values that were sent are compared with those that were answered or read."""

from typing import Any

import pytest

from load.journeys.envelopes import unwrapped
from load.journeys.representations import (
    CASED,
    CUT,
    OTHERWISE,
    ROUNDED,
    change,
    is_earlier,
    is_failure,
    is_under_way,
)
from load.measurements.losses import DROPPED


@pytest.mark.parametrize(
    ("written", "found", "how"),
    [
        (2, 1, OTHERWISE),
        (0.86, 0.9, ROUNDED),
        (0.86, 0.8, ROUNDED),
        (2.5, 2, ROUNDED),
        (2.5, 3.5, OTHERWISE),
        (1234, 1200, ROUNDED),
        (1234, 1234.5, OTHERWISE),
        (0.1, 0.10000000149011612, ROUNDED),
        (16_777_217, 16_777_216, ROUNDED),
        (1e400, 5, OTHERWISE),
        (100, 99, OTHERWISE),
    ],
)
def test_numbers_that_were_rounded(written: float, found: float, how: str) -> None:
    assert change(written, found) == how


THING = {"title": "A title of its own", "text": "and a text"}


@pytest.mark.parametrize(
    ("written", "found", "how"),
    [
        ("Zoë Müller", "Zo? M?ller", DROPPED),
        ("Zoë", "Zo", DROPPED),
        ("Zoë", "ZoÃ«", DROPPED),
        ("Zoë 日本", "Zoë ??", DROPPED),
        ("Zoë", "Zo\ufffd", DROPPED),
        ("Zoë", "Zoe", OTHERWISE),
        ("Zoë", "zoë", CASED),
        ("what?", "what", CUT),
    ],
)
def test_texts_whose_characters_are_not_kept(written: str, found: str, how: str) -> None:
    assert change(written, found) == how


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ({"status": "failed"}, True),
        ({"status": {"phase": "Active"}}, False),
        ({"status": ["failed"]}, False),
        ({"success": False}, True),
        ({"IsSuccess": False}, True),
        ({"success": 0}, True),
        ({"success": True}, False),
        ({"status": "fail", "data": None}, True),
        ({"data": None, "errors": [{"message": "taken"}]}, True),
        ({"data": {"id": 1}, "errors": [{"message": "an old field"}]}, False),
        ({"code": 40901, "msg": "taken", "data": None}, True),
        ({"code": "TITLE_TAKEN", "data": None}, True),
        ({"code": 0, "msg": "ok", "data": None}, False),
        ({"code": 200, "data": None}, False),
        ({"code": "OK", "data": None}, False),
        ({"code": 40901, "data": {"id": 1}}, False),
        ([], False),
    ],
)
def test_answers_that_say_that_the_call_failed(body: Any, failed: bool) -> None:
    assert is_failure(body) is failed


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
def test_what_a_thing_is_wrapped_in(body: Any, names: list[str]) -> None:
    assert unwrapped(body, names) == THING


def test_what_belongs_to_a_thing_is_not_the_thing() -> None:
    body = {"id": 1, "state": "open", "made": 1, "owner": {"name": "a", "id": 7}}
    assert unwrapped(body, ["name"]) == body
    assert unwrapped(body, ["state", "name", "place"]) == body


def test_a_state_that_the_call_has_sent_is_no_failure() -> None:
    assert is_failure({"status": "failed"}, {"status": "passed"})
    assert not is_failure({"status": "failed"}, {"status": "failed"})


@pytest.mark.parametrize(
    ("body", "sent", "is_open"),
    [
        ({"status": "pending"}, {"title": "a"}, True),
        # A change request may have the number of the thing.
        ({"change_request": 7, "status": "pending"}, {"title": "a"}, True),
        ({"id": 7, "title": "a", "status": "pending"}, {"title": "a"}, False),
        ({"id": 7, "status": "deleting"}, {}, True),
        ({"id": 7, "status": "pending"}, {}, False),
        ({"status": "pending"}, {}, True),
    ],
)
def test_answers_that_say_that_it_is_still_to_be_done(body: Any, sent: Any, is_open: bool) -> None:
    assert is_under_way(body, 7, sent) is is_open


def test_a_time_of_creation_that_was_sent_tells_nothing() -> None:
    date, created = "Thu, 26 Nov 2026 12:00:00 GMT", "2019-05-04T10:20:30Z"
    assert is_earlier({"created_at": created}, {}, date, 0.1)
    assert not is_earlier({"created_at": created}, {"created_at": created}, date, 0.1)
