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


@pytest.mark.parametrize(
    ("content_type", "found"),
    [
        ("application/json;version=1", 1),
        ('application/json; Version="2"; charset=utf-8', 2),
        ("application/json;version=3", None),
        ("application/json", 1),
        ("application/xml;version=3", 4),
        ("application/hal+json;version=2", 3),
        ('text/x;a="b;version=1"', None),
    ],
)
def test_parameters_tell_media_types_apart(content_type: str, found: int | None) -> None:
    content = {
        "application/json;version=1": 1,
        "application/json; version=2": 2,
        "application/*;version=2": 3,
        "application/*": 4,
    }
    if found is None:
        del content["application/*"]
    assert media_types.find(content, content_type) == found


def test_the_version_that_is_accepted_is_offered() -> None:
    offered = ("application/json;version=1",)
    assert media_types.is_acceptable("application/json;version=1", offered)
    assert not media_types.is_acceptable("application/json;version=2", offered)
    assert media_types.is_acceptable("application/json;version=2, */*;q=0.1", offered)
    assert media_types.is_acceptable("application/json;q=0, application/json;version=1", offered)
