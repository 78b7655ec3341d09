"""Media types, ranges of them and Accept headers."""

import pytest

from openapi import media_types


@pytest.mark.parametrize(
    ("accept", "is_acceptable"),
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
def test_accept_headers(accept: str, is_acceptable: bool) -> None:
    assert media_types.is_acceptable(accept, ("application/json",)) is is_acceptable
    assert media_types.is_acceptable(accept, ())


def test_media_types() -> None:
    assert (
        media_types.find({"application/*": 1, "application/json": 2}, "Application/JSON; charset=utf-8") == 2
    )
    assert media_types.find({"application/*": 1}, "application/xml") == 1
    assert media_types.find({"text/plain": 1}, "application/xml") is None
    assert media_types.is_json("application/problem+json")
    assert media_types.charset('application/json; Charset="Latin-1"') == "latin-1"
