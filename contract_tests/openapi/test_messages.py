"""Requests, responses, media types, parameters, expressions."""

from typing import Any

import pytest

from contract_tests.support.documents import operation
from openapi import media_types, strict_json
from openapi.expressions import UNRESOLVABLE, Exchange, evaluate, split_at_first_item
from openapi.requests import Request, RequestCheck
from openapi.responses import response_violations
from openapi.routes import Routes

JSON = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}
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


def test_the_first_item_speaks_for_all() -> None:
    assert split_at_first_item("$response.body#/all/0/id") == ("/all", "/id")
    assert split_at_first_item("$response.body#/0") == ("", "")
    assert split_at_first_item("$response.body#/id") is None


@pytest.mark.parametrize(
    ("status", "headers", "body", "found"),
    [
        (200, {"content-type": "application/json", "x-count": "3"}, b'{"a": 1}', []),
        (200, {"content-type": "application/json; charset=utf-8", "x-count": "3"}, b'{"a": 1}', []),
        (200, {"content-type": "application/json", "x-count": "3"}, None, []),
        (
            200,
            {"content-type": "application/json", "x-count": "3"},
            b"{}",
            ['body, /a: "a" is missing'],
        ),
        (200, {"content-type": "application/json", "x-count": "3"}, b"<p>", ["body: not JSON"]),
        (
            200,
            {"content-type": "text/html", "x-count": "3"},
            b"<p>",
            ["media type: text/html is not documented"],
        ),
        (200, {"x-count": "3"}, b"", ["media type: none is not documented"]),
        (200, {"content-type": "application/json"}, b'{"a": 1}', ["header, X-Count: is missing"]),
        (
            200,
            {"content-type": "application/json", "x-count": "three"},
            b'{"a": 1}',
            ['header, X-Count: "three"'],
        ),
        (404, {}, b"", ["status: 404 is not documented; 200, 4"]),
        (418, {}, b"", []),
    ],
)
def test_responses(status: int, headers: dict[str, str], body: bytes | None, found: list[str]) -> None:
    headed = {"X-Count": {"required": True, "schema": {"type": "integer"}}}
    it = operation(responses={"200": {"content": JSON, "headers": headed}, "418": {"description": "teapot"}})
    violations = [str(each) for each in response_violations(it, status, headers, body)]
    assert len(violations) == len(found)
    for violation, expected in zip(violations, found, strict=True):
        assert violation.startswith(expected)


def test_a_range_and_a_default_document_statuses() -> None:
    it = operation(responses={"2XX": {"description": "fine"}, "default": {"content": JSON}})
    assert response_violations(it, 204, {}, b"") == []
    assert [each.rule for each in response_violations(it, 500, {"content-type": "text/plain"}, b"")] == [
        "media type"
    ]


@pytest.mark.parametrize("body", [b'[{"a": 1}]', b"\x00\xff"])
def test_a_file_may_hold_anything(body: bytes) -> None:
    file = {"type": "string", "format": "binary"}
    it = operation(responses={"200": {"content": {"application/*": {"schema": file}}}})
    assert response_violations(it, 200, {"content-type": "application/json"}, body) == []


@pytest.mark.parametrize(
    ("query", "found"),
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
def test_parameters_of_a_request(query: str, found: list[str]) -> None:
    integers = {"type": "array", "items": {"type": "integer"}}
    it = operation(
        parameters=[
            {"name": "n", "in": "query", "required": True, "schema": {"type": "integer"}},
            {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "list", "in": "query", "explode": False, "schema": integers},
            {"name": "flag", "in": "query", "schema": {"type": "boolean"}},
        ]
    )
    request = Request({}, query, {}, b"")
    assert [str(each) for each in RequestCheck(it).read(request).violations] == found


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
    it = operation(
        method="post",
        requestBody={"required": True, "content": JSON},
        parameters=[
            {"name": "X-Key", "in": "header", "schema": long},
            {"name": "session", "in": "cookie", "schema": long},
        ],
        responses={"200": {"content": JSON}},
    )
    read = RequestCheck(it).read(Request({}, "", headers, body))
    assert [each.rule for each in read.violations] == rules


@pytest.mark.parametrize(
    ("accept", "fine"),
    [
        ("", True),
        ("*/*", True),
        ("application/json", True),
        ("application/*", True),
        ("text/html, */*;q=0.1", True),
        ("text/html", False),
        ("application/json;q=0", False),
        ("*/*, application/json;q=0", False),
        ("text/*;q=x", False),
    ],
)
def test_accept(accept: str, fine: bool) -> None:
    assert media_types.is_acceptable(accept, ("application/json",)) is fine
    assert media_types.is_acceptable(accept, ())


def test_media_types() -> None:
    assert (
        media_types.find({"application/*": 1, "application/json": 2}, "Application/JSON; charset=utf-8") == 2
    )
    assert media_types.find({"application/*": 1}, "application/xml") == 1
    assert media_types.find({"text/plain": 1}, "application/xml") is None
    assert media_types.is_json("application/problem+json")
    assert media_types.charset('application/json; Charset="Latin-1"') == "latin-1"


def test_concrete_paths_come_before_templated_ones() -> None:
    text = {"schema": {"type": "string"}, "in": "path", "required": True, "name": "x"}
    one, me = operation("/a/{x}", parameters=[text]), operation("/a/me")
    routes = Routes([one, me])
    found, other = routes.find("/a/me"), routes.find("/a/1")
    assert found is not None
    assert other is not None
    assert found.operation("GET") is me
    assert other.operation("HEAD") is one
    assert other.operation("PUT") is None
    assert other.texts == {"x": "1"}
    assert routes.find("/a") is None


def test_paths_match_and_are_filled_in() -> None:
    text = {"schema": {"type": "string"}, "in": "path", "required": True}
    it = operation("/a.b/{x}/c/{y}", parameters=[{"name": "x", **text}, {"name": "y", **text}])
    assert it.match("/a.b/1/c/2") == {"x": "1", "y": "2"}
    assert it.match("/aXb/1/c/2") is None
    assert it.match("/a.b/1/c/") is None
    assert it.url({"x": "a/b?", "y": "é"}) == "/a.b/a%2Fb%3F/c/%C3%A9"


@pytest.mark.parametrize(
    "text",
    [
        b"NaN",
        b"1e999",
        b'{"a":1,"a":2}',
        b'[{"b":{"a":1,"a":2}}]',
        b'"\xff"',
        b'"\\ud800"',
        b"{",
        b"",
        b"[" * 5000,
    ],
)
def test_json_is_read_strictly(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"not JSON|occurs twice"):
        strict_json.loads(text)


def test_json_that_is_fine() -> None:
    assert strict_json.loads(b'{"a": {"a": 1}, "b": [{"a": 1}, {"a": "\\ud83d\\ude00"}]}') == {
        "a": {"a": 1},
        "b": [{"a": 1}, {"a": "\U0001f600"}],
    }
