"""A successful answer may say in its body that the call failed, or is not done yet."""

from typing import Any

import pytest

from load.representations.outcomes import is_failure, is_pending


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
def test_bodies_that_report_failure_are_recognised(body: Any, failed: bool) -> None:
    assert is_failure(body) is failed


def test_a_failed_status_that_the_call_sent_is_no_failure() -> None:
    assert is_failure({"status": "failed"}, {"status": "passed"})
    assert not is_failure({"status": "failed"}, {"status": "failed"})


@pytest.mark.parametrize(
    ("body", "sent", "is_open"),
    [
        ({"status": "pending"}, {"title": "a"}, True),
        # A change request may have the number of the entity.
        ({"change_request": 7, "status": "pending"}, {"title": "a"}, True),
        ({"id": 7, "title": "a", "status": "pending"}, {"title": "a"}, False),
        ({"id": 7, "status": "deleting"}, {}, True),
        ({"id": 7, "status": "pending"}, {}, False),
        ({"status": "pending"}, {}, True),
    ],
)
def test_bodies_that_report_pending_work_are_recognised(body: Any, sent: Any, is_open: bool) -> None:
    assert is_pending(body, 7, sent) is is_open
