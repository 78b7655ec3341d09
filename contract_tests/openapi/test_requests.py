"""Requests are checked against their operation."""

from typing import Any

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


FILTER = {"type": "object", "properties": {
    "a": {"type": "integer"}, "b": {"type": "object", "properties": {"c": {"type": "boolean"}}},
    "tags": {"type": "array", "items": {"type": "integer"}}}}  # fmt: skip
OF_TEXTS = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("described", "query", "value"),
    [
        ({"style": "deepObject", "schema": FILTER}, "v[a]=1&v%5Bb%5D[c]=true",
         {"a": 1, "b": {"c": True}}),
        ({"style": "deepObject", "schema": FILTER}, "v[tags]=1&v[tags]=2", {"tags": [1, 2]}),
        ({"style": "deepObject", "schema": FILTER}, "v[tags][]=1&v[tags][]=2", {"tags": [1, 2]}),
        ({"style": "deepObject", "schema": FILTER}, "v[tags][0]=1&v[tags][1]=2", {"tags": [1, 2]}),
        ({"schema": FILTER}, "a=1&tags=2&tags=3", {"a": 1, "tags": [2, 3]}),
        ({"schema": FILTER, "explode": False}, "v=a,1", {"a": 1}),
        ({"schema": OF_TEXTS, "explode": False}, "v=a%2Cb,c+d", ["a,b", "c d"]),
        ({"schema": OF_TEXTS}, "v=a%2Cb&v=c", ["a,b", "c"]),
        ({"schema": OF_TEXTS, "style": "pipeDelimited", "explode": False}, "v=a%7Cb|c", ["a", "b", "c"]),
        ({"schema": OF_TEXTS, "style": "spaceDelimited", "explode": False}, "v=a%20b+c", ["a", "b", "c"]),
        ({"schema": {"enum": [1, 2]}}, "v=1", 1),
        ({"schema": {"anyOf": [{"type": "integer"}, {"type": "string", "format": "date"}]}}, "v=5", 5),
        ({"content": {"application/json": {"schema": FILTER}}}, "v=%7B%22a%22%3A1%7D", {"a": 1}),
    ],
    ids=str,
)  # fmt: skip
def test_queries_are_read_in_their_style(described: dict[str, Any], query: str, value: Any) -> None:
    checked = operation(parameters=[{"name": "v", "in": "query", "required": True, **described}])
    arguments = RequestCheck(checked).read(Request({}, query, {}, b""))
    assert arguments.violations == []
    assert arguments.values["v"] == value


@pytest.mark.parametrize(
    ("described", "query", "expected"),
    [
        ({"style": "deepObject", "schema": FILTER}, "v[a]=x", ['query, v/a: "x" is not of type "integer"']),
        ({"style": "deepObject", "schema": FILTER}, "v[a=1",
         ["query, v[a: is not a parameter of this operation"]),
        ({"schema": {**FILTER, "additionalProperties": False}}, "z=1",
         ["query, z: is not a parameter of this operation"]),
        ({"schema": OF_TEXTS, "explode": False}, "v=a&v=b", ["query, v: occurs more than once"]),
        ({"schema": {"enum": [1, 2]}}, "v=3", ["query, v: 3 is not one of 1 or 2"]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_in_a_query_is_told(described: dict[str, Any], query: str, expected: list[str]) -> None:
    checked = operation(parameters=[{"name": "v", "in": "query", **described}])
    arguments = RequestCheck(checked).read(Request({}, query, {}, b""))
    assert [str(violation) for violation in arguments.violations] == expected


@pytest.mark.parametrize(
    ("style", "explode", "source", "text", "value"),
    [
        ("label", False, {"type": "integer"}, ".5", 5),
        ("label", True, OF_TEXTS, ".a.b", ["a", "b"]),
        ("label", True, FILTER, ".a=1", {"a": 1}),
        ("matrix", False, {"type": "integer"}, ";v=5", 5),
        ("matrix", False, OF_TEXTS, ";v=a,b", ["a", "b"]),
        ("matrix", True, OF_TEXTS, ";v=a;v=b", ["a", "b"]),
        ("matrix", True, FILTER, ";a=1", {"a": 1}),
        ("simple", False, OF_TEXTS, "a,b", ["a", "b"]),
    ],
)
def test_paths_are_read_in_their_style(style: str, explode: bool, source: Any, text: str, value: Any) -> None:
    described = {"name": "v", "in": "path", "required": True, "style": style, "explode": explode}
    checked = operation("/things/{v}", parameters=[{**described, "schema": source}])
    arguments = RequestCheck(checked).read(Request({"v": text}, "", {}, b""))
    assert (arguments.violations, arguments.values) == ([], {"v": value})


FORM = {"type": "object", "required": ["n"], "properties": {
    "n": {"type": "integer"}, "tags": OF_TEXTS, "at": FILTER,
    "file": {"type": "string", "format": "binary"}}}  # fmt: skip


def multipart(*parts: tuple[str, str]) -> bytes:
    sections = [f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n" for head, text in parts]
    return "".join([*sections, "--x--\r\n"]).encode()


@pytest.mark.parametrize(
    ("content_type", "body", "value", "rules"),
    [
        ("application/x-www-form-urlencoded", b"n=5&tags=a%26&tags=b", {"n": 5, "tags": ["a&", "b"]}, []),
        ("application/x-www-form-urlencoded", b"n=5&at=%7B%22a%22:1%7D", {"n": 5, "at": {"a": 1}}, []),
        ("application/x-www-form-urlencoded", b"n=five", {"n": "five"}, ["type"]),
        ("application/x-www-form-urlencoded", b"tags=a", {"tags": ["a"]}, ["required"]),
        ("application/x-www-form-urlencoded", b"n=%FF", None, ["form"]),
        ("multipart/form-data; boundary=x",
         multipart(('name="n"', "5"), ('name="file"; filename="f"', "1"), ('name="tags"', "a")),
         {"n": 5, "file": "1", "tags": ["a"]}, []),
        ("multipart/form-data; boundary=x", multipart(('name="n"', "5"), ('name="%22"', "a")),
         {"n": 5, '"': "a"}, []),
        ("multipart/form-data; boundary=x",
         multipart(('name="at"\r\nContent-Type: application/json', '{"a": "x"}')),
         {"at": {"a": "x"}}, ["required", "type"]),
        ("multipart/form-data; boundary=y", multipart(('name="n"', "5")), None, ["form"]),
    ],
)  # fmt: skip
def test_forms_are_checked(content_type: str, body: bytes, value: Any, rules: list[str]) -> None:
    kind = content_type.partition(";")[0]
    checked = operation(method="post", requestBody={"content": {kind: {"schema": FORM}}})
    arguments = RequestCheck(checked).read(Request({}, "", {"content-type": content_type}, body))
    assert sorted(violation.rule for violation in arguments.violations) == rules
    assert arguments.values["body"] == value
