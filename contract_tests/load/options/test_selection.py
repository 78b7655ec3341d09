"""Which operations a run calls."""

import pytest

from contract_tests.support.documents import operation
from load.errors import LoadError
from load.options.selection import Selection
from openapi.operations import Operation

GET = operation("/things/{id}", operationId="get_thing", tags=["stock"])
LIST = operation("/things", operationId="list_things", tags=["stock"])
POST = operation("/orders", "post", operationId="make_order", tags=["shop"])
DELETE = operation("/things", "delete", operationId="empty")
RESET = operation("/admin/cache-reset", "post", operationId="x")
ALL = (GET, LIST, POST, DELETE, RESET)


@pytest.mark.parametrize(
    ("selection", "called"),
    [
        (Selection(), [GET, LIST, POST]),
        (Selection(allow_destructive=True), [*ALL]),
        (Selection(include=("get_thing",)), [GET]),
        (Selection(include=("stock",)), [GET, LIST]),
        (Selection(include=("/things*",)), [GET, LIST]),
        (Selection(include=("/things/{id}",)), [GET]),
        (Selection(include=("POST",)), [POST]),
        (Selection(include=("GET /things",)), [LIST]),
        (Selection(exclude=("get",)), [POST]),
        (Selection(include=("stock", "shop"), exclude=("list_*",)), [GET, POST]),
        (Selection(read_only=True), [GET, LIST]),
        (Selection(read_only=True, allow_destructive=True), [GET, LIST]),
    ],
    ids=str,
)
def test_filters_select_operations(selection: Selection, called: list[Operation]) -> None:
    assert [candidate for candidate in ALL if not selection.refusal(candidate)] == called


def test_a_switch_that_disables_the_service_is_not_called() -> None:
    refusals = [Selection().refusal(operation("/maintenance", method)) for method in ("get", "put")]
    assert refusals[0] == ""
    assert "named 'maintenance'" in refusals[1]


def test_a_filter_that_matches_nothing_is_reported() -> None:
    with pytest.raises(LoadError, match=r"--exclude nosuch: no operation has this id, tag, path or method"):
        Selection(exclude=("nosuch",)).check(ALL)
