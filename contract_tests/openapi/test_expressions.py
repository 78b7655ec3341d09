"""Runtime expressions and JSON pointers in them."""

from typing import Any

import pytest

from openapi.expressions import UNRESOLVABLE, Exchange, evaluate, split_at_first_item

EXCHANGE = Exchange(
    method="POST",
    url="/things?x=1",
    path={"id": 7},
    query={"x": 1},
    request_headers={"accept": "*/*"},
    request_body={"name": "n"},
    status=201,
    response_headers={"location": "/things/7"},
    response_body={"id": 7, "all": [{"id": 8}, {"id": 9}], "a/b": {"~": None}},
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$url", "/things?x=1"),
        ("$method", "POST"),
        ("$statusCode", 201),
        ("$request.path.id", 7),
        ("$request.query.x", 1),
        ("$request.header.Accept", "*/*"),
        ("$request.body#/name", "n"),
        ("$response.header.Location", "/things/7"),
        ("$response.body#/all/1/id", 9),
        ("$response.body#/a~1b/~0", None),
        ("$response.body", EXCHANGE.response_body),
        ("$response.body#/all/2/id", UNRESOLVABLE),
        ("$response.body#/nothing", UNRESOLVABLE),
        ("$request.path.other", UNRESOLVABLE),
        ("$nonsense", UNRESOLVABLE),
        ("/things/{$response.body#/id}/x", "/things/7/x"),
        ("/things/{$response.body#/no}", UNRESOLVABLE),
        ("plain", "plain"),
        (5, 5),
    ],
)
def test_runtime_expressions(expression: Any, value: Any) -> None:
    assert evaluate(expression, EXCHANGE) == value


def test_what_is_said_of_the_first_item_holds_for_all() -> None:
    assert split_at_first_item("$response.body#/all/0/id") == ("/all", "/id")
    assert split_at_first_item("$response.body#/0") == ("", "")
    assert split_at_first_item("$response.body#/id") is None
