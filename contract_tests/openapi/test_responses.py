"""Responses are checked against their operation."""

from typing import Any

import pytest

from contract_tests.support.documents import operation
from openapi.responses import response_violations, unchecked_responses

JSON = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
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
def test_responses(status: int, headers: dict[str, str], body: bytes | None, expected: list[str]) -> None:
    headed = {"X-Count": {"required": True, "schema": {"type": "integer"}}}
    checked = operation(
        responses={"200": {"content": JSON, "headers": headed}, "418": {"description": "teapot"}}
    )
    violations = [str(violation) for violation in response_violations(checked, status, headers, body)]
    assert len(violations) == len(expected)
    for violation, start in zip(violations, expected, strict=True):
        assert violation.startswith(start)


def test_ranges_and_defaults_document_statuses() -> None:
    checked = operation(responses={"2XX": {"description": "fine"}, "default": {"content": JSON}})
    assert response_violations(checked, 204, {}, b"") == []
    assert [
        violation.rule for violation in response_violations(checked, 500, {"content-type": "text/plain"}, b"")
    ] == ["media type"]


@pytest.mark.parametrize("body", [b'[{"a": 1}]', b"\x00\xff"])
def test_a_file_may_have_any_content(body: bytes) -> None:
    file = {"type": "string", "format": "binary"}
    checked = operation(responses={"200": {"content": {"application/*": {"schema": file}}}})
    assert response_violations(checked, 200, {"content-type": "application/json"}, body) == []


@pytest.mark.parametrize(
    ("source", "text", "rules"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "string", "format": "date"}]}, "5", []),
        ({"anyOf": [{"type": "integer"}, {"type": "string", "format": "date"}]}, "2024-02-29", []),
        ({"anyOf": [{"type": "integer"}, {"type": "string", "format": "date"}]}, "soon", ["format"]),
        ({"oneOf": [{"type": "boolean"}, {"type": "null"}]}, "true", []),
        ({"enum": [1, 2]}, "1", []),
        ({"enum": [1, 2]}, "3", ["enum"]),
        ({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"enum": ["*"]}]}}, "1, *", []),
        ({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"enum": ["none"]}]}, "none", []),
        ({"type": "integer", "format": "int32"}, "2147483648", ["format"]),
    ],
)
def test_headers_are_read_by_the_type_that_fits(source: Any, text: str, rules: list[str]) -> None:
    checked = operation(responses={"200": {"headers": {"X-It": {"schema": source}}}})
    violations = response_violations(checked, 200, {"x-it": text}, b"")
    assert [violation.rule for violation in violations] == rules


@pytest.mark.parametrize(
    ("source", "content_type", "body", "rules"),
    [
        ({"type": "integer"}, "text/plain", b"42\n", []),
        ({"type": "integer"}, "text/plain", b"many", ["type"]),
        ({"type": "number", "maximum": 1}, "text/plain", b"1.5", ["maximum"]),
        ({"type": "boolean"}, "text/plain", b"true", []),
        ({"type": "boolean"}, "text/plain", b"yes", ["type"]),
        ({"type": "string", "pattern": "^\u00e9$"}, "text/plain; charset=iso-8859-1", b"\xe9", []),
        ({"type": "string", "maxLength": 1}, "text/plain; charset=unheard-of", b"ab", ["maxLength"]),
    ],
)
def test_texts_are_read_by_their_type(source: Any, content_type: str, body: bytes, rules: list[str]) -> None:
    checked = operation(responses={"200": {"content": {"text/plain": {"schema": source}}}})
    violations = response_violations(checked, 200, {"content-type": content_type}, body)
    assert [violation.rule for violation in violations] == rules


@pytest.mark.parametrize(
    ("content_type", "rules"),
    [
        ("application/json;version=1", []),
        ("application/json; version=2", ["required"]),
        ("application/json;version=3", ["media type"]),
        ("application/json", []),
    ],
)
def test_versions_of_a_media_type_have_schemas_of_their_own(content_type: str, rules: list[str]) -> None:
    old, new = ({"schema": {"type": "object", "required": [name]}} for name in "ab")
    content = {"application/json;version=1": old, "application/json;version=2": new}
    checked = operation(responses={"200": {"content": content}})
    violations = response_violations(checked, 200, {"content-type": content_type}, b'{"a": 1}')
    assert [violation.rule for violation in violations] == rules


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"application/xml": JSON["application/json"]}, ["application/xml"]),
        ({"text/event-stream": JSON["application/json"]}, ["text/event-stream"]),
        ({"application/xml": JSON["application/json"], **JSON}, []),
        ({"application/*": JSON["application/json"]}, []),
        ({"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, []),
        ({"text/html": {"schema": {"type": "string"}}, "image/png": {}}, []),
    ],
)
def test_what_has_a_structure_that_is_not_read_is_named(content: Any, named: list[str]) -> None:
    reason = "bodies of this media type are not compared with their schema"
    its = operation(responses={"200": {"content": content}})
    assert [*unchecked_responses(its)] == [f"response 200, {name}: {reason}" for name in named]
