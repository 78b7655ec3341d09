"""Services that do not keep up, that throttle, and that go: each is told, and none passes for quick."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.support.documents import operation
from contract_tests.support.processes import Start, StartService, free_port, run, served
from load.calls.connection import Reply
from load.calls.response_checks import findings, network
from load.calls.throttling import retry_after_s
from load.judgement.backlog import behind
from load.judgement.verdict import judge
from load.measurements.findings import Fault, Finding
from load.measurements.generator import Generator
from load.measurements.operation_results import Outcome
from load.measurements.results import Results
from load.measurements.silence import Silence, together
from load.measurements.times import Times
from load.run.watch import Watch

IT = operation(
    "/things/{id}",
    responses={
        "200": {"description": "it"},
        "429": {"content": {"application/json": {"schema": {"type": "object", "required": ["why"]}}}},
    },
)


def loaded(rate: float, seconds: float, takes: Any, warm_up: float = 0.0) -> Results:
    """Results of an open workload, whose calls take what `takes` says (s), by when they are due (s)."""
    results = Results.of(["a"], warm_up)
    calls = sorted(
        (due + takes(due), due) for due in (number / rate for number in range(int(rate * seconds)))
    )
    results.ended = results.began + seconds
    for ended, due in calls:
        results.operations["a"].record(ended, ended - due, ended - due, False)
        results.operations["a"].afterwards += ended > seconds
        results.operations["a"].statuses[200] += 1
    return results


@pytest.mark.parametrize(
    ("rate", "seconds", "takes", "asked", "answered"),
    [
        (150, 15, lambda due: 0.01 + due * 0.5, 150, 100),
        (1_000, 10, lambda due: 0.01 + due * 0.05, 1_000, 952),
        (10, 4, lambda due: 0.2 + due, 10, 5),
        # It keeps up at first, and not in the second half.
        (100, 40, lambda due: 0.01 + max(due - 20, 0), 100, 50),
    ],
)
def test_a_service_that_falls_behind(
    rate: float, seconds: float, takes: Any, asked: float, answered: float
) -> None:
    found = behind(loaded(rate, seconds, takes))
    assert found is not None
    assert found.asked == pytest.approx(asked, rel=0.1)
    assert found.answered == pytest.approx(answered, rel=0.1)


@pytest.mark.parametrize(
    ("rate", "seconds", "takes"),
    [
        (100, 10, lambda _due: 0.01),
        # As many calls are under way at the end as there were all the time.
        (100, 10, lambda _due: 3.0),
        (100, 2, lambda _due: 3.0),
        (2, 10, lambda _due: 3.0),
        (2, 1, lambda _due: 0.4),
        (50, 1, lambda due: 0.01 + due),
        # It warms up, it stalls, it stalls at the end.
        (100, 10, lambda due: max(2.0 - due, 0.01)),
        (100, 10, lambda due: 0.01 + max(7.0 - due, 0.0) * (due > 3.0)),
        (100, 10, lambda due: 0.01 + (10.5 - due) * (due > 8.0)),
        (100, 10, lambda due: 3.0 + 0.3 * (int(due * 97) % 10) / 10),
    ],
)
def test_a_service_that_keeps_up(rate: float, seconds: float, takes: Any) -> None:
    assert behind(loaded(rate, seconds, takes)) is None


def test_when_the_generator_is_slow_the_service_is_not_said_to_fall_behind() -> None:
    results = loaded(150, 15, lambda due: 0.01 + due * 0.5)
    results.watched("", Generator(15, 14.5))
    assert behind(results) is None


def test_a_run_of_a_service_that_falls_behind_does_not_pass(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--pool", "1", "--delay-ms", "20")
    told = ("--host", url, "--rate", "80", "-t", "4s", "--warm-up", "0", "--include", "GET /fixed")
    done = run("contract-load", "run", f"{url}/openapi.json", *told, "-o", str(tmp_path))
    assert done.wait() == 1
    found = json.loads((tmp_path / "results.json").read_text())
    (reason,) = found["reasons"]
    told_of = re.fullmatch(r"the service falls behind: (\d+)/s asked, (\d+)/s answered", reason)
    assert told_of, reason
    asked, answered = map(int, told_of.groups())
    # One answer takes 20 ms, one at a time. What is asked for is counted, to whole seconds.
    assert abs(asked - 80) <= 2
    assert 0 < answered <= 50
    assert not any("generator" in each for each in found["invalid"])


def lateness(*sent: tuple[float, float]) -> Times:
    times = Times()
    for due, at in sent:
        times.record(at - due)
    return times


def test_answers_that_come_at_once_are_not_the_generators_doing() -> None:
    watch = Watch(0, rate=300)
    watch._since = (0.0, 0.0)
    for number in range(900):
        watch.worked(5.0 + number / 9_000)
    watch.arrived(5.0, 5.1)
    # It was as late as that while it did its usual work.
    for number in range(60):
        watch.worked(7.0 + number / 600)
    watch.arrived(7.0, 7.1)
    watch.arrived(8.0, 8.001)
    watch.end()
    seen = watch.taken()
    assert seen.held_up == 1
    assert seen.lateness == lateness((7.0, 7.1), (8.0, 8.001))
    assert Generator.told(seen.message()).held_up == 1


def test_arrivals_that_a_burst_of_answers_has_held_up_are_sent_after_it() -> None:
    watch = Watch(0, rate=300)
    watch._since = (0.0, 0.0)
    for number in range(900):
        watch.worked(5.0 + number / 1_500)
    watch.arrived(5.0, 5.1)
    # In this time alone there was less work than that, but what was left of the burst came first.
    watch.arrived(5.08, 5.14)
    for number in range(60):
        watch.worked(5.61 + number / 600)
    watch.arrived(5.62, 5.72)
    watch.end()
    seen = watch.taken()
    assert seen.held_up == 2
    assert seen.lateness == lateness((5.62, 5.72))


def test_work_after_an_arrival_was_sent_has_not_held_it_up() -> None:
    watch = Watch(0, rate=300)
    watch._since = (0.0, 0.0)
    # Its answer took 2 s, in which there was the usual work.
    for number in range(1_200):
        watch.worked(7.0 + number / 600)
    watch.arrived(7.0, 7.1)
    watch.end()
    seen = watch.taken()
    assert seen.held_up == 0
    assert seen.lateness == lateness((7.0, 7.1))


def test_a_generator_that_stood_still_is_a_limit() -> None:
    assert [*Generator(10, 1, halted_s=0.9).limits()] == []
    (limit,) = Generator(10, 1, halted_s=2.0).limits()
    assert limit.startswith("it stood still for 2.0 s")


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
def test_throttling_is_a_kind_of_its_own(reply: Reply, expected: list[str]) -> None:
    found = [str(each) for each in findings(IT, None, reply)]
    assert len(found) == len(expected)
    assert all(one.startswith(other) for one, other in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("7", 7),
        ("", 0),
        ("soon", 0),
        ("-1", 0),
        ("999999999999", 86_400),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_how_long_to_wait(stated: str, seconds: float) -> None:
    assert retry_after_s(Reply(429, {"retry-after": stated}, b"")) == seconds


def test_until_when_to_wait() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after_s(Reply(503, {"retry-after": date}, b"")) == pytest.approx(30, abs=2)


def test_throttled_calls_are_no_quick_answers() -> None:
    results = Results.of(["a"])
    for _ in range(40):
        results.record("a", 200, 0.1, 0.1, [])
        results.record("a", 429, 0.001, 0.001, [Finding(Fault.THROTTLED, "status 429", "", "Retry-After: 1")])
    results.ended = results.began + 1
    assert results.total.percentile_ms(50) == pytest.approx(100, rel=0.01)
    assert results.total.rate(1) == 40
    assert str(results.throttling) == (
        "throttled beyond 40/s: from 0 s on, 40 of 80 calls were put off (status 429, Retry-After: 1)"
    )
    assert judge([], results).word == "PASSED"
    results.record("a", 429, 0.001, 0.001, [Finding(Fault.THROTTLED, "status 429", "")])
    assert judge([], results).word == "INVALID"


def test_a_service_that_puts_off_all_of_an_operation_is_unavailable() -> None:
    results = Results.of(["home", "list", "read"])
    lost = Finding(Fault.THROTTLED, "status 503", "", "Retry-After: 1")
    for second in range(100):
        results.operations["home"].record(second, 0.001, 0.001, failed=False)
        is_lost = 10 <= second < 20
        results.operations["list"].record(
            second, 0.1, 0.1, is_lost, Outcome.THROTTLED if is_lost else Outcome.ANSWERED
        )
        results.operations["read"].record(second, 0.1, 0.1, failed=False)
    results.operations["list"].findings[lost] = 10
    results.operations["list"].statuses.update({503: 10, 200: 290})
    results.ended = results.began + 100
    assert str(results.throttling).startswith("unavailable from 10 s to 20 s: 10 of ")
    verdict = judge([], results)
    assert (verdict.word, [each.told for each in verdict.invalid]) == ("INVALID", [str(results.throttling)])
    for second in range(10, 20):
        results.operations["list"].record(second, 0.1, 0.1, failed=False)
    assert str(results.throttling).startswith("throttled beyond 3/s: from 10 s on")
    assert judge([], results).word == "PASSED"


def test_users_wait_as_they_are_told_and_capacity_ends_where_throttling_begins(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--limit", "20")
    told = ("--host", url, "--include", "GET /fixed", "--warm-up", "0", "-o", str(tmp_path))
    run("contract-load", "run", f"{url}/openapi.json", *told, "-u", "2", "-t", "3s")
    found = json.loads((tmp_path / "results.json").read_text())
    # Two users are put off once a second each, where they would be put off a thousand times.
    assert found["throttling"]["throttled"] <= 12
    assert found["throttling"]["told"].startswith("throttled beyond 2")
    searched = run(
        *("contract-load", "capacity", f"{url}/openapi.json", *told),
        *("--from", "15", "--to", "40", "--step-time", "2s"),
    )
    assert re.search(r"the service throttles beyond (19|20)/s: status 429, Retry-After: 1", searched.output)
    found = json.loads((tmp_path / "results.json").read_text())
    assert 15 < found["capacity"]["rate"] <= 20


def test_a_silence_ends_with_an_answer() -> None:
    silence = Silence()
    silence.heard(5.0)
    # One that was sent before says nothing of what came after.
    silence.missed(4.0)
    assert silence.lasts(9.0) == 0
    silence.missed(5.5)
    silence.missed(5.2)
    assert silence.lasts(9.2) == pytest.approx(4.0)
    assert str(silence) == "nobody has answered since 5.0 s: 2 calls got no answer"
    others = [Silence(3.0, 3.1, 7), Silence()]
    assert str(together([silence, *others])) == "nobody has answered since 5.0 s: 9 calls got no answer"
    assert together([silence, Silence(9.0)]).lasts(20.0) == 0


def test_refused_connections_are_not_answers() -> None:
    results = Results.of(["a"])
    for _ in range(30):
        results.record("a", 200, 0.1, 0.1, [])
    for _ in range(300):
        results.record("a", 0, 0.0003, 0.0003, [network("connection refused")])
    # One that waited in vain tells how long users wait at least.
    results.record("a", 0, 60.0, 60.0, [network("no whole answer within 60 s")])
    results.ended = results.began + 10
    assert results.total.percentile_ms(50) == pytest.approx(100, rel=0.01)
    assert results.total.max_ms == pytest.approx(60_000, rel=0.01)
    assert results.total.rate(10) == 3
    assert results.total.failures == 301
    again = Results.of([])
    again.merge(results.message())
    assert again.total.rate(10) == 3
    assert again.nobody.calls == results.nobody.calls > 0


@pytest.mark.parametrize("workload", [("--rate", "20"), ("-u", "2")])
def test_a_run_whose_service_goes_ends_early_and_does_not_pass(
    workload: tuple[str, str], start: Start, tmp_path: Path
) -> None:
    port = str(free_port())
    told = ("-t", "2m", "--warm-up", "0", *workload, "--objective", "error rate < 100%")
    with served("adjustable_service", "--port", port) as url:
        load = start("contract-load", "run", f"{url}/openapi.json", "--host", url, *told, "-o", str(tmp_path))
        while httpx.get(f"{url}/count").json() < 20:
            assert load.process.poll() is None, load.output
    # The service is gone; nobody tells the run to end.
    assert load.wait(60) == 1, load.output
    found = json.loads((tmp_path / "results.json").read_text())
    assert found["verdict"] == "FAILED"
    # One cause is told once, whatever was asked for meanwhile.
    ended, gone = found["reasons"]
    assert found["explained"]["bottlenecks"] == []
    assert " network: " not in load.output
    assert load.output.count("\nnetwork: connection refused, ") == 1
    assert ended == "the run was ended early: nobody had answered for 10 s"
    assert gone.startswith("nobody has answered since ")
    total = found["total"]
    assert sum(each["answers"] for each in total["seconds"]) == total["requests"] - total["statuses"]["0"]
    assert found["seconds"] < 40
    # Users do not knock as fast as they can where nobody is, nor is their own speed told as a limit.
    assert total["statuses"]["0"] < 500
    assert not any("generator" in each for each in found["invalid"])
