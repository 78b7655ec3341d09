"""Responses are checked against their operation."""

import pytest

from contract_tests.support.documents import operation
from openapi.responses import response_violations

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
