"""Throttled calls: how long to wait, and what they say of the service."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from contract_tests.support.documents import operation
from contract_tests.support.processes import StartService, run
from load.calls.connection import Reply
from load.calls.response_checks import check_response
from load.calls.throttling import retry_after_s
from load.judgement.verdict import judge
from load.measurements.findings import Fault, Finding
from load.measurements.results import Results
from load.measurements.throttling import throttling_of
from load.measurements.timeline import CallOutcome

IT = operation(
    "/things/{id}",
    responses={
        "200": {"description": "it"},
        "429": {"content": {"application/json": {"schema": {"type": "object", "required": ["why"]}}}},
    },
)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(429, {"retry-after": "1"}, b""), ["throttled: status 429", "broken contract: 429 media type"]),
        (
            Reply(429, {"content-type": "application/json"}, b"{}"),
            ["throttled: status 429", "broken contract: 429 body /why (required)"],
        ),
        (Reply(429, {"content-type": "application/json"}, b'{"why": 1}'), ["throttled: status 429"]),
        (Reply(503, {"retry-after": "1"}, b""), ["throttled: status 503"]),
        (Reply(503, {}, b""), ["server error: status 503"]),
    ],
)
def test_throttling_is_its_own_kind_of_fault(reply: Reply, expected: list[str]) -> None:
    findings = [str(finding) for finding in check_response(IT, reply)]
    assert len(findings) == len(expected)
    assert all(one.startswith(other) for one, other in zip(findings, expected, strict=True)), findings


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("", 0),
        ("soon", 0),
        ("-1", 0),
        ("999999999999", 86_400),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_retry_after_gives_seconds_to_wait(header: str, seconds: float) -> None:
    assert retry_after_s(Reply(429, {"retry-after": header}, b"")) == seconds


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after_s(Reply(503, {"retry-after": date}, b"")) == pytest.approx(30, abs=2)


def test_throttled_calls_do_not_count_as_answers() -> None:
    results = Results.of(["a"])
    for _ in range(40):
        results.record("a", 200, 0.1, 0.1, [])
        results.record("a", 429, 0.001, 0.001, [Finding(Fault.THROTTLED, "status 429", "", "Retry-After: 1")])
    results.clock.ended = results.clock.began + 1
    assert results.total.percentile_ms(50) == pytest.approx(100, rel=0.01)
    assert results.total.rate(1) == 40
    assert str(throttling_of(results)) == (
        "throttled beyond 40/s: from 0 s on, 40 of 80 calls were put off (status 429, Retry-After: 1)"
    )
    assert judge([], results).word == "PASSED"
    results.record("a", 429, 0.001, 0.001, [Finding(Fault.THROTTLED, "status 429", "")])
    assert judge([], results).word == "INVALID"


def test_a_service_that_throttles_every_call_of_an_operation_is_unavailable() -> None:
    results = Results.of(["home", "list", "read"])
    lost = Finding(Fault.THROTTLED, "status 503", "", "Retry-After: 1")
    for second in range(100):
        results.operations["home"].timeline.record(second, 0.001, 0.001, failed=False)
        is_lost = 10 <= second < 20
        results.operations["list"].timeline.record(
            second, 0.1, 0.1, is_lost, CallOutcome.THROTTLED if is_lost else CallOutcome.ANSWERED
        )
        results.operations["read"].timeline.record(second, 0.1, 0.1, failed=False)
    results.operations["list"].findings[lost] = 10
    results.operations["list"].statuses.update({503: 10, 200: 290})
    results.clock.ended = results.clock.began + 100
    assert str(throttling_of(results)).startswith("unavailable from 10 s to 20 s: 10 of ")
    verdict = judge([], results)
    assert (verdict.word, [reason.message for reason in verdict.invalid]) == (
        "INVALID",
        [str(throttling_of(results))],
    )
    for second in range(10, 20):
        results.operations["list"].timeline.record(second, 0.1, 0.1, failed=False)
    assert str(throttling_of(results)).startswith("throttled beyond 3/s: from 10 s on")
    assert judge([], results).word == "PASSED"


def test_users_obey_retry_after_and_capacity_ends_where_throttling_begins(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--limit", "20")
    arguments = ("--host", url, "--include", "GET /fixed", "--warm-up", "0", "-o", str(tmp_path))
    run("contract-load", "run", f"{url}/openapi.json", *arguments, "-u", "2", "-t", "3s")
    results = json.loads((tmp_path / "results.json").read_text())
    # Two users are throttled once per second; without waiting they would be a thousand times.
    assert results["throttling"]["throttled"] <= 12
    assert results["throttling"]["told"].startswith("throttled beyond 2")
    searched = run(
        *("contract-load", "capacity", f"{url}/openapi.json", *arguments),
        *("--from", "15", "--to", "40", "--step-time", "2s"),
    )
    assert re.search(r"the service throttles beyond (19|20)/s: status 429, Retry-After: 1", searched.output)
    results = json.loads((tmp_path / "results.json").read_text())
    assert 15 < results["capacity"]["rate"] <= 20
