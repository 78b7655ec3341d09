"""Credentials are sent where the document asks for them, and never shown."""

import shlex
from random import Random
from typing import Any

import pytest

from contract_tests.support.documents import contract, operation
from load.calls.builder import CallBuilder
from load.errors import LoadError
from load.options.credentials import Secret, credentials
from load.options.options import read_options
from load.options.scenario_file import load_scenario
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import security_schemes

SCHEMES = security_schemes(
    contract(
        securitySchemes={
            "token": {"type": "http", "scheme": "Bearer"},
            "login": {"type": "http", "scheme": "basic"},
            "flow": {"type": "oauth2", "flows": {}},
            "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "query": {"type": "apiKey", "in": "query", "name": "key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
            "mutual": {"type": "mutualTLS"},
        }
    )
)


def secured(*alternatives: list[str]) -> Operation:
    return operation(security=[{name: [] for name in names} for names in alternatives])


GIVEN = credentials((), "tok-en", ("header=k-1", "k-2"), "ada:pass-word", SCHEMES)


@pytest.mark.parametrize(
    ("alternatives", "secret"),
    [
        ([["token"]], Secret({"Authorization": "Bearer tok-en"})),
        ([["flow"]], Secret({"Authorization": "Bearer tok-en"})),
        ([["login"]], Secret({"Authorization": "Basic YWRhOnBhc3Mtd29yZA=="})),
        ([["header"]], Secret({"X-Key": "k-1"})),
        ([["query"]], Secret({}, "key=k-2")),
        ([["header", "cookie"]], Secret({"X-Key": "k-1", "Cookie": "session=k-2"})),
        ([["mutual"], ["query"]], Secret({}, "key=k-2")),
        ([[], ["query"]], Secret({}, "key=k-2")),
        ([], Secret()),
    ],
    ids=str,
)
def test_credentials_match_the_security_schemes(alternatives: list[list[str]], secret: Secret) -> None:
    assert GIVEN.secret(secured(*alternatives), SCHEMES) == secret
    assert GIVEN.missing(secured(*alternatives), SCHEMES) == ""


def test_missing_credentials_are_reported() -> None:
    none = credentials((), "", (), "", SCHEMES)
    assert none.missing(secured(["token"]), SCHEMES) == "asks for credentials: give --bearer"
    assert (
        none.missing(secured(["header", "login"]), SCHEMES)
        == "asks for credentials: give --api-key and --basic"
    )
    assert none.missing(secured(["token"], []), SCHEMES) == ""
    other = credentials(("X-Any: thing",), "", (), "", SCHEMES)
    assert other.missing(secured(["token"]), SCHEMES) == ""


def test_credentials_without_a_scheme_are_sent_everywhere() -> None:
    """Somebody who gives credentials knows that the service needs them."""
    schemes = {"key": SCHEMES["query"]}
    given = credentials((), "tok-en", (), "", schemes)
    for alternatives in ([], [["key"]]):
        assert given.missing(secured(*alternatives), schemes) == ""
        sent = given.secret(secured(*alternatives), schemes)
        assert sent == Secret({"Authorization": "Bearer tok-en"})
        assert sent.arguments == ('-H "Authorization: Bearer $CONTRACT_BEARER"',)
    basic = credentials((), "", (), "me:it", schemes).secret(secured(), schemes)
    assert basic == Secret({"Authorization": "Basic bWU6aXQ="})
    # A header that was given is kept.
    own = credentials(("authorization: other",), "tok-en", (), "", schemes).secret(secured(), schemes)
    assert own == Secret({"authorization": "other"})
    # If the document has such a scheme, it says which calls need the credentials.
    assert GIVEN.secret(secured(), SCHEMES).is_empty


@pytest.mark.parametrize(
    ("given", "message"),
    [({"header": ["se-cret"]}, "a header looks like"), ({"basic": "se-cret"}, "look like user:password")],
)
def test_malformed_credentials_are_reported_without_showing_them(given: Any, message: str) -> None:
    with pytest.raises(LoadError, match=message) as raised:
        read_options(load_scenario("mixed"), given, SCHEMES)
    assert "se-cret" not in str(raised.value)


def test_credentials_are_never_shown() -> None:
    secured_operation = operation("/things", "post", security=[{"query": [], "token": []}])
    builder = CallBuilder(
        secured_operation, PayloadFactory(1), Random(1), GIVEN.secret(secured_operation, SCHEMES)
    )
    call = builder.build({})
    assert call.sent_target == "/things?key=k-2"
    assert call.sent_headers["Authorization"] == "Bearer tok-en"
    curl = shlex.split(call.as_curl("http://127.0.0.1:1"))
    assert curl[:5] == ["curl", "-i", "-X", "POST", "http://127.0.0.1:1/things"]
    assert "Authorization: Bearer $CONTRACT_BEARER" in curl
    assert curl[-3:-1] == ["--url-query", "key=$CONTRACT_API_KEY"] or "--url-query" in curl
    shown = f"{GIVEN!r} {call.as_curl('')}"
    assert not any(secret in shown for secret in ("tok-en", "k-1", "k-2", "pass-word"))
