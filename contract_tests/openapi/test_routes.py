"""Paths lead to operations."""

from contract_tests.support.documents import operation
from openapi.routes import Routes


def test_concrete_paths_come_before_templated_ones() -> None:
    text = {"schema": {"type": "string"}, "in": "path", "required": True, "name": "x"}
    one, me = operation("/a/{x}", parameters=[text]), operation("/a/me")
    routes = Routes([one, me])
    concrete, templated = routes.find("/a/me"), routes.find("/a/1")
    assert concrete is not None
    assert templated is not None
    assert concrete.operation("GET") is me
    assert templated.operation("HEAD") is one
    assert templated.operation("PUT") is None
    assert templated.texts == {"x": "1"}
    assert routes.find("/a") is None


def test_paths_match_and_are_filled_in() -> None:
    text = {"schema": {"type": "string"}, "in": "path", "required": True}
    matched = operation("/a.b/{x}/c/{y}", parameters=[{"name": "x", **text}, {"name": "y", **text}])
    assert matched.match("/a.b/1/c/2") == {"x": "1", "y": "2"}
    assert matched.match("/aXb/1/c/2") is None
    assert matched.match("/a.b/1/c/") is None
    assert matched.url({"x": "a/b?", "y": "é"}) == "/a.b/a%2Fb%3F/c/%C3%A9"
