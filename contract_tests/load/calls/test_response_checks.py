"""Which findings a response gives."""

from typing import Any

import pytest

from contract_tests.support.documents import operation
from contract_tests.support.judged_runs import IT
from load.calls.connection import Reply
from load.calls.response_checks import Expectation, check_response
from load.measurements.losses import Absence
from openapi.operations import Operation

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("absence", "reply", "expected"),
    [
        (None, Reply(200, JSON, b"[1]"), []),
        (None, Reply(200, JSON, b"[0, 7, 8]"), ["broken contract: 200 body /* (maximum)"]),
        (None, Reply(418, JSON, b""), ["broken contract: 418 status (status)"]),
        (None, Reply(200, {}, b"[1]"), ["broken contract: 200 media type (media type)"]),
        (None, Reply(503, {}, b""), ["server error: status 503"]),
        (None, Reply(409, {}, b""), ["refused although valid: status 409"]),
        (
            Absence.LOST,
            Reply(404, {}, b""),
            ["lost: status 404 for something that nobody has deleted"],
        ),
        (None, Reply(404, {}, b""), ["refused although valid: status 404"]),
        (Absence.LATE, Reply(404, {}, b""), []),
        (Absence.EXPLAINED, Reply(404, {}, b""), []),
        (Absence.UNKNOWN, Reply(410, {}, b""), []),
        (None, Reply(500, {}, b""), ["server error: status 500"]),
    ],
)
def test_answers_give_the_expected_findings(
    absence: Absence | None, reply: Reply, expected: list[str]
) -> None:
    assert [str(finding) for finding in check_response(IT, reply, Expectation(absence))] == expected


SECRET = {"type": "object", "properties": {"user": {"type": "string"}, "password": {"type": "string"}}}
ORDER = {"type": "object", "properties": {"article": {"type": "string"}}}


def entrance(path: str, body: Any = SECRET, security: Any = (), status: str = "401") -> Operation:
    return operation(
        path,
        "post",
        operationId="it",
        requestBody={"content": {"application/json": {"schema": body}}},
        responses={"200": {"description": "in"}, status: {"description": "no"}},
        security=[*security],
    )


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        (entrance("/login"), []),
        (entrance("/auth/token", security=[{"basic": []}]), []),
        (entrance("/login", status="404"), []),
        (entrance("/unlock"), []),
        (entrance("/unlock", security=[{}, {"basic": []}]), []),
        (entrance("/orders", ORDER), ["refused although valid: status 401"]),
        (entrance("/unlock", security=[{"basic": []}]), ["refused although valid: status 401"]),
        (entrance("/unlock", status="404"), ["broken contract: 401 status (status)"]),
    ],
    ids=lambda value: value.label if isinstance(value, Operation) else "",
)
def test_refusing_invented_passwords_is_no_finding(called: Operation, expected: list[str]) -> None:
    assert [str(finding) for finding in check_response(called, Reply(401, {}, b""))] == expected


def test_404_for_a_guessed_identifier_is_no_finding() -> None:
    assert check_response(IT, Reply(404, {}, b""), Expectation(guesses_path=True)) == []
    assert len(check_response(IT, Reply(418, {}, b""), Expectation(guesses_path=True))) == 1


@pytest.mark.parametrize(
    ("absence", "status", "expected"),
    [
        (None, 404, ["refused although valid: status 404"]),
        (Absence.LOST, 410, ["lost: status 410 for something that nobody has deleted"]),
        # A late or explained absence concerns the path, not the identifiers in the body.
        (Absence.EXPLAINED, 404, []),
        (Absence.LATE, 410, []),
        (Absence.EXPLAINED, 409, ["refused although valid: status 409"]),
    ],
)
def test_404_may_mean_another_entity_that_the_call_names(
    absence: Absence | None, status: int, expected: list[str]
) -> None:
    plain = operation("/things/{id}", "put")
    findings = check_response(
        plain, Reply(status, {}, b""), Expectation(absence, has_unknown_references=True)
    )
    assert [str(finding) for finding in findings] == expected
