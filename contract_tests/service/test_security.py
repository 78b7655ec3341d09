"""What a document requires of callers is enforced; what cannot be enforced is told before the start."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from contract_tests.support.asgi_client import in_loop, scope
from openapi.contract import Contract, ContractError
from openapi.operation_reader import read_operations
from students_service.access.keys import Key, digest_of, start_of
from students_service.access.security import read_security
from students_service.problems import Problem

SCHEMES: dict[str, Any] = {
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "api key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
}
WRITER, READER = (f"key_{number:08x}_{'x' * 43}" for number in (1, 2))
KEYS = {
    start_of(text): Key(name, str(start_of(text)), digest_of(text), read_only, datetime.now(UTC))
    for text, name, read_only in ((WRITER, "writer", False), (READER, "reader", True))
}
TOP: dict[str, Any] = {"security": [{"header": []}]}
ANSWERED = {"200": {"description": "ok"}, "401": {"description": "who"}, "403": {"description": "no"}}


def contract(
    operation: Any = None, top: Any = None, schemes: Any = None, responses: Any = None, method: str = "get"
) -> Contract:
    node = {"operationId": "it", "responses": responses or ANSWERED, **(operation or {})}
    document = {
        "openapi": "3.0.3",
        "info": {"title": 'Ünder "quotes"', "version": "1"},
        "paths": {"/it": {method: node}},
        "components": {"securitySchemes": schemes or SCHEMES},
        **(top or {}),
    }
    return Contract("it.yaml", document, (3, 0))


def securities(document: Contract) -> Any:
    return read_security(document, {each.operation_id: each for each in read_operations(document)})


def called(request: dict[str, Any], security: Any, method: str = "get") -> str | None:
    """The name of the caller of a request."""

    async def find(start: str) -> Key | None:
        return KEYS.get(start)

    enforced = securities(contract({"security": security}, method=method))["it"]
    name: str | None = in_loop(enforced.caller(request, find))
    return name


def refused(request: dict[str, Any], security: Any, method: str = "get") -> Problem:
    with pytest.raises(Problem) as problem:
        called(request, security, method)
    return problem.value


def with_header(name: str, *values: str) -> dict[str, Any]:
    return scope(headers=[(name.encode(), value.encode()) for value in values])


def basic(user: str, key: str, scheme: str = "Basic") -> dict[str, Any]:
    return with_header("authorization", f"{scheme} {b64encode(f'{user}:{key}'.encode()).decode()}")


@pytest.mark.parametrize(
    ("scheme", "request_"),
    [
        ("header", with_header("x-api-key", WRITER)),
        ("query", scope(query_string=f"a=1&api%20key={WRITER}".encode())),
        ("query", scope(query_string=f"api+key={WRITER.replace('_', '%5F')}".encode())),
        ("cookie", with_header("cookie", f"a=1; session={WRITER}; b")),
        ("bearer", with_header("authorization", f"bEARER {WRITER}")),
        ("basic", basic("writer", WRITER)),
        ("basic", basic("writer", WRITER, "BASIC")),
    ],
)
def test_a_valid_key_is_accepted_where_its_scheme_has_it(scheme: str, request_: dict[str, Any]) -> None:
    assert called(request_, [{scheme: []}], "post") == "writer"


@pytest.mark.parametrize(
    ("scheme", "request_"),
    [
        ("header", with_header("x-api-key", WRITER[:-1])),
        ("header", with_header("x-api-key", WRITER[:-1] + "y")),
        ("header", with_header("x-api-key", WRITER, WRITER)),
        ("header", with_header("x-api-key", "")),
        ("header", with_header("x-api-key", f"key_{3:08x}_{'x' * 43}")),
        ("query", scope(query_string=f"api+key={WRITER}&api+key={WRITER}".encode())),
        ("cookie", with_header("cookie", f"session={WRITER}; session={WRITER}")),
        ("bearer", with_header("authorization", "Bearer")),
        ("basic", basic("reader", WRITER)),
        ("basic", with_header("authorization", "Basic ;")),
        ("basic", with_header("authorization", f"Basic {b64encode(WRITER.encode()).decode()}")),
        ("basic", with_header("authorization", "Basic /zp4")),
    ],
)
def test_what_is_not_a_key_is_refused(scheme: str, request_: dict[str, Any]) -> None:
    problem = refused(request_, [{scheme: []}])
    assert problem.status == 401
    assert problem.detail.startswith("the key is not valid; send it ")
    assert WRITER not in problem.detail


@pytest.mark.parametrize(
    ("scheme", "elsewhere"),
    [
        ("bearer", basic("writer", WRITER)),
        ("basic", with_header("authorization", f"Bearer {WRITER}")),
        ("header", scope(query_string=f"X-API-Key={WRITER}".encode())),
        ("query", with_header("api key", WRITER)),
        ("cookie", with_header("session", WRITER)),
    ],
)
def test_a_key_in_another_place_is_none(scheme: str, elsewhere: dict[str, Any]) -> None:
    assert refused(elsewhere, [{scheme: []}]).detail.startswith("a key is missing; send it ")


def test_challenges_are_those_of_the_schemes() -> None:
    def challenge(request: dict[str, Any], *security: Any, method: str = "get") -> str:
        return refused(request, list(security), method).headers["WWW-Authenticate"]

    realm = 'realm="?nder ?quotes?"'
    assert challenge(scope(), {"bearer": []}) == f"Bearer {realm}"
    wrong = with_header("authorization", "Bearer x")
    assert challenge(wrong, {"bearer": []}) == f'Bearer {realm}, error="invalid_token"'
    assert challenge(scope(), {"basic": []}, {"basic": [], "bearer": []}) == (
        f'Basic {realm}, charset="UTF-8", Bearer {realm}'
    )
    assert challenge(scope(), {"header": []}) == f'ApiKey {realm}, in="header", name="X-API-Key"'
    reader = with_header("authorization", f"Bearer {READER}")
    assert challenge(reader, {"bearer": []}, method="put") == f'Bearer {realm}, error="insufficient_scope"'


def test_one_alternative_is_enough_and_takes_all_of_its_schemes() -> None:
    either: Any = [{"header": []}, {"bearer": []}]
    both: Any = [{"header": [], "bearer": []}]
    one = with_header("authorization", f"Bearer {WRITER}")
    two = scope(headers=[(b"x-api-key", READER.encode()), *one["headers"]])
    assert called(one, either) == "writer"
    assert refused(one, both).detail == (
        "a key is missing; send it in the header, as X-API-Key and as a bearer token"
    )
    assert called(two, both) == "reader"
    # One of the two may not write.
    assert refused(two, both, "post").status == 403
    assert called(two, either, "post") == "writer"


def test_a_key_that_may_only_read_calls_what_changes_nothing() -> None:
    reader = with_header("x-api-key", READER)
    for method in ("get", "head", "options"):
        assert called(reader, [{"header": []}], method) == "reader"
    for method in ("post", "put", "patch", "delete"):
        assert refused(reader, [{"header": []}], method).status == 403


def test_an_optional_requirement_admits_everybody() -> None:
    optional: Any = [{"header": []}, {}]
    assert called(scope(), optional) is None
    assert called(with_header("x-api-key", "wrong"), optional) is None
    assert called(with_header("x-api-key", WRITER), optional) == "writer"


def test_a_key_goes_no_further_than_to_its_check() -> None:
    request = scope(query_string=f"a=%2B&api%20key={WRITER}&b".encode())
    called(request, [{"query": []}])
    assert request["query_string"] == b"a=%2B&b"


def test_an_operation_overrides_the_document() -> None:
    assert set(securities(contract(top=TOP))) == {"it"}
    assert securities(contract({"security": []}, TOP)) == {}
    assert securities(contract({"security": [{}]}, TOP)) == {}
    assert securities(contract()) == {}
    own = securities(contract({"security": [{"basic": []}]}, TOP))["it"]
    assert [[reader.scheme.name for reader in each] for each in own.alternatives] == [["basic"]]


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ({"type": "oauth2", "flows": {}}, "cannot enforce oauth2"),
        ({"type": "openIdConnect", "openIdConnectUrl": "https://x"}, "cannot enforce openIdConnect"),
        ({"type": "mutualTLS"}, "cannot enforce mutualTLS"),
        ({"type": "http", "scheme": "digest"}, "cannot enforce the HTTP scheme 'digest'"),
        ({"type": "apiKey", "in": "body", "name": "x"}, "an 'in' that is one of header, query, cookie"),
        ({"type": "apiKey", "in": "header"}, "an apiKey needs a 'name'"),
        (None, "components/securitySchemes has no scheme of this name"),
    ],
)
def test_what_cannot_be_enforced_is_told_with_its_place(scheme: Any, words: str) -> None:
    schemes = {"odd": scheme} if scheme else {"other": SCHEMES["basic"]}
    for operation, top, place in (
        ({"security": [{"odd": []}]}, None, "it.yaml: GET /it, security, odd: "),
        (None, {"security": [{}, {"odd": []}]}, "it.yaml: security, odd: "),
    ):
        with pytest.raises(ContractError, match=words) as error:
            securities(contract(operation, top, schemes))
        assert str(error.value).startswith(place)


def test_scopes_are_refused_where_nothing_grants_them() -> None:
    with pytest.raises(ContractError, match=r"GET /it, security, header: scopes are for oauth2"):
        securities(contract({"security": [{"header": ["read"]}]}))


@pytest.mark.parametrize(("method", "status"), [("get", 401), ("post", 401), ("post", 403)])
def test_refusals_must_be_documented(method: str, status: int) -> None:
    responses = {key: value for key, value in ANSWERED.items() if key != str(status)}
    words = f"{method.upper()} /it needs credentials, and documents no response {status}"
    with pytest.raises(ContractError, match=words):
        securities(contract(top=TOP, responses=responses, method=method))
    securities(contract(top=TOP, responses={**responses, "4XX": {"description": "no"}}, method=method))
    securities(contract(top={"security": [{}, {"header": []}]}, responses=responses, method=method))
