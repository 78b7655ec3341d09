"""Requests are checked against their operation."""

import pytest

from contract_tests.support.documents import operation
from openapi.requests import Request, RequestCheck

JSON = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("n=1&tags=a&tags=b&list=1,2", []),
        ("", ["query, n: is missing"]),
        ("n=x", ['query, n: "x" is not of type "integer"']),
        ("n=1&n=2", ["query, n: occurs more than once"]),
        ("n=1&list=1,x", ['query, list/1: "x" is not of type "integer"']),
        ("n=1&flag=yes", ['query, flag: "yes" is not of type "boolean"']),
        ("n=1&other=2", ["query, other: is not a parameter of this operation"]),
        ("n=%FF", ["query: is not UTF-8"]),
    ],
)
def test_parameters_of_a_request(query: str, expected: list[str]) -> None:
    integers = {"type": "array", "items": {"type": "integer"}}
    checked = operation(
        parameters=[
            {"name": "n", "in": "query", "required": True, "schema": {"type": "integer"}},
            {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "list", "in": "query", "explode": False, "schema": integers},
            {"name": "flag", "in": "query", "schema": {"type": "boolean"}},
        ]
    )
    request = Request({}, query, {}, b"")
    assert [str(violation) for violation in RequestCheck(checked).read(request).violations] == expected


@pytest.mark.parametrize(
    ("headers", "body", "rules"),
    [
        ({"content-type": "application/json"}, b'{"a": 1}', []),
        ({"content-type": "application/json"}, b'{"a": 1, "a": 2}', ["json"]),
        ({"content-type": "text/plain"}, b"a", ["media type"]),
        ({"content-type": "application/json", "accept": "image/png"}, b'{"a": 1}', ["accept"]),
        ({}, b"", ["required"]),
        ({"content-type": "application/json", "x-key": "short"}, b'{"a": 1}', ["minLength"]),
        ({"content-type": "application/json", "cookie": "session=1"}, b'{"a": 1}', ["minLength"]),
    ],
)
def test_requests(headers: dict[str, str], body: bytes, rules: list[str]) -> None:
    long = {"type": "string", "minLength": 10}
    checked = operation(
        method="post",
        requestBody={"required": True, "content": JSON},
        parameters=[
            {"name": "X-Key", "in": "header", "schema": long},
            {"name": "session", "in": "cookie", "schema": long},
        ],
        responses={"200": {"content": JSON}},
    )
    arguments = RequestCheck(checked).read(Request({}, "", headers, body))
    assert [violation.rule for violation in arguments.violations] == rules
