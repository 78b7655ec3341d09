"""Results, findings, objectives, and the page that shows them."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from contract_tests.support.documents import operation
from load.calls.connection import Reply
from load.calls.response_checks import findings, network
from load.errors import LoadError
from load.judgement.capacity import Search, Trial
from load.judgement.objectives import promised, stated
from load.judgement.recorded import Run, recorded
from load.judgement.verdict import judge
from load.measurements import results_file
from load.measurements.findings import Fault, Finding
from load.measurements.losses import Absence
from load.measurements.results import Results
from load.options.workload import Workload
from load.reports import junit
from load.reports.page import write_page
from load.reports.summary import summary
from openapi.operations import Operation

JSON = {"content-type": "application/json"}
IT = operation(
    "/things/{id}",
    responses={
        "200": {"content": {"application/json": {"schema": {"type": "array", "items": {"maximum": 1}}}}},
        "404": {"description": "gone"},
        "409": {"description": "taken"},
        "503": {"description": "busy"},
    },
    objectives={"p95_ms": 20, "p99.9_ms": 100, "error_rate": 0.1},
)
RUN = Run(
    "Things", "things.yaml", "http://127.0.0.1:1", "mixed", 3, Workload(), {"other": "no link tells id"}
)


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
def test_findings(absence: Absence | None, reply: Reply, expected: list[str]) -> None:
    assert [str(each) for each in findings(IT, absence, reply)] == expected


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
    ("asked", "told"),
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
    ids=lambda each: each.label if isinstance(each, Operation) else "",
)
def test_made_up_passwords_are_rightly_refused(asked: Operation, told: list[str]) -> None:
    assert [str(each) for each in findings(asked, None, Reply(401, {}, b""))] == told


def test_a_guess_at_what_exists_may_be_wrong() -> None:
    assert findings(IT, None, Reply(404, {}, b""), guessed=True) == []
    assert len(findings(IT, None, Reply(418, {}, b""), guessed=True)) == 1


@pytest.mark.parametrize(
    ("absence", "status", "told"),
    [
        (None, 404, ["refused although valid: status 404"]),
        (Absence.LOST, 410, ["lost: status 410 for something that nobody has deleted"]),
        # What another call has just moved is not what the body names.
        (Absence.EXPLAINED, 404, []),
        (Absence.LATE, 410, []),
        (Absence.EXPLAINED, 409, ["refused although valid: status 409"]),
    ],
)
def test_what_else_a_call_names_may_not_be_there(
    absence: Absence | None, status: int, told: list[str]
) -> None:
    plain = operation("/things/{id}", "put")
    found = findings(plain, absence, Reply(status, {}, b""), doubtful=True)
    assert [str(each) for each in found] == told


def test_results_of_processes_merge_without_loss() -> None:
    random = Random(1)
    whole, parts = Results.of(["a", "b"]), [Results.of(["a", "b"]) for _ in range(3)]
    finding = Finding(Fault.SERVER_ERROR, "status 500", "", "text")
    for _ in range(5_000):
        label, latency = random.choice("ab"), random.expovariate(30)
        wrong = [finding] if random.random() < 0.01 else []
        for results in (whole, random.choice(parts)):
            results.record(label, 500 if wrong else 200, latency, latency / 2, wrong)
    merged = Results.of([])
    for part in parts:
        merged.merge(part.message())
    for label in "ab":
        one, other = whole.operations[label], merged.operations[label]
        assert (one.requests, one.failures, one.statuses) == (other.requests, other.failures, other.statuses)
        assert one.findings == other.findings
        assert one.measured == other.measured
        assert [*one.seconds] == [*other.seconds]
    assert merged.total.requests == 5_000


def test_latencies_are_exact_to_three_digits() -> None:
    results = Results.of(["a"])
    for latency in range(1, 1_001):
        results.record("a", 200, latency / 1000 + 0.000054, 0.001, [])
    measured = results.operations["a"]
    assert measured.percentile_ms(50) == pytest.approx(500.054, rel=1e-3)
    assert measured.percentile_ms(99) == pytest.approx(990.054, rel=1e-3)
    assert measured.max_ms == pytest.approx(1000.054, rel=1e-3)


def test_one_place_and_rule_is_one_finding_with_a_sample() -> None:
    results = Results.of(["a"])
    for detail in ("first", "second"):
        results.record("a", 0, 1, 1, [Finding(Fault.NETWORK, "connection refused", "", detail)])
    assert results.operations["a"].findings == Counter(
        {Finding(Fault.NETWORK, "connection refused", "", "first"): 2}
    )


def verdict_of(latencies: list[float], wrong: Any = (), its: Any = IT) -> Any:
    results = Results.of([its.label])
    for latency in latencies:
        results.record(its.label, 200, latency / 1000, latency / 1000, [])
    for finding in wrong:
        results.record(its.label, 500, 0.001, 0.001, [finding])
    return results, judge(promised([its]), results)


@pytest.mark.parametrize(("refused", "passed"), [(49, True), (51, False)])
def test_a_run_that_is_mostly_refused_says_nothing(refused: int, passed: bool) -> None:
    plain = replace(IT, objectives={})
    wrong = [Finding(Fault.REFUSED, "status 403", "")] * refused
    _, verdict = verdict_of([10.0] * (100 - refused), wrong, plain)
    assert verdict.passed is passed
    told = "51 of 100 calls were refused although valid: too many to say how the service does"
    assert [str(each) for each in verdict.reasons] == [told] * (not passed)


def test_objectives_that_hold() -> None:
    _, verdict = verdict_of([10.0] * 1_000)
    assert verdict.passed
    assert [each.holds for each in verdict.outcomes] == [True, True, True]


@pytest.mark.parametrize(
    ("text", "calls", "slow", "word"),
    [
        ("p95 < 20ms", 20, 0, "holds"),
        ("p95 < 20ms", 19, 0, "not judged"),
        ("p99 < 20ms", 99, 1, "not judged"),
        ("p99 < 20ms", 100, 2, "does not hold"),
        ("p99.9 < 20ms", 1_000, 0, "holds"),
        ("p99.9 < 20ms", 999, 0, "not judged"),
        # More than half of the calls are beyond it: no more of them could make it hold.
        ("p99 < 20ms", 9, 5, "does not hold"),
        ("p99 < 20ms", 9, 4, "not judged"),
        ("max < 20ms", 1, 0, "holds"),
        ("mean < 20ms", 1, 1, "does not hold"),
    ],
)
def test_a_percentile_of_few_calls_is_not_judged(text: str, calls: int, slow: int, word: str) -> None:
    results = Results.of([IT.label])
    for taken in [30.0] * slow + [10.0] * (calls - slow):
        results.record(IT.label, 200, taken / 1000, taken / 1000, [])
    (outcome,) = judge([stated(text, {})], results).outcomes
    assert outcome.word == word
    assert ("calls are too few, it takes" in str(outcome)) is (word == "not judged")


@pytest.mark.parametrize(
    ("calls", "failed", "word"),
    [(50, 0, "not judged"), (1_000, 0, "holds"), (50, 1, "does not hold"), (1_000, 1, "holds")],
)
def test_few_calls_show_no_small_error_rate(calls: int, failed: int, word: str) -> None:
    results = Results.of([IT.label])
    for number in range(calls):
        results.record(IT.label, 200, 0.01, 0.01, [network("reset")] if number < failed else [])
    (outcome,) = judge([stated("error rate < 0.1%", {})], results).outcomes
    assert outcome.word == word


def test_what_is_not_judged_is_told_everywhere(tmp_path: Path) -> None:
    results, verdict = verdict_of([10.0] * 50)
    assert (verdict.word, len(verdict.notes)) == ("PASSED", 1)
    run = recorded(RUN, results, verdict)
    text = summary(run)
    told = f"{IT.label}: p99.9 ≤ 100 ms is not judged: 50 calls are too few, it takes 1,000; it was 10.0 ms"
    assert "\nPASSED\n  with 1 of 3 objectives not judged: too few calls\n" in text
    assert told in text
    assert "ok, 1 not judged" in text
    junit.write(tmp_path / "junit.xml", run)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    skipped = [case.get("name") for case in suite if case.find("skipped") is not None]
    assert skipped == [f"{IT.label}: p99.9 ≤ 100 ms"]
    assert (suite.get("skipped"), suite.get("failures")) == ("1", "0")
    page = write_page(tmp_path / "report.html", run).read_text()
    assert "1 of 3 objectives not judged: too few calls" in page


def test_a_run_that_answers_nothing_of_what_was_asked_is_invalid() -> None:
    results = Results.of([IT.label])
    for _ in range(30):
        results.record(IT.label, 200, 0.01, 0.01, [])
    none = judge([*promised([IT]), stated("p99 < 50ms", {})], results)
    assert (none.word, none.reasons) == ("INVALID", ())
    assert none.invalid[0].told.startswith("none of the objectives that were asked for could be judged")
    assert judge([stated("p95 < 50ms", {}), stated("p99 < 50ms", {})], results).word == "PASSED"


@pytest.mark.parametrize(
    ("latencies", "wrong", "reason"),
    [
        ([], [], "no call was made"),
        ([10.0] * 90 + [30.0] * 10, [], "p95 ≤ 20 ms does not hold, it was 30.0 ms"),
        ([10.0] * 999 + [200.0] * 9, [], "p99.9 ≤ 100 ms does not hold, it was 200"),
        ([10.0], [network("refused")], "error rate ≤ 10.00% does not hold, it was 50.00%"),
        ([10.0] * 99, [Finding(Fault.BROKEN_CONTRACT, "a", "b", "c")], "broken contract, 1 times"),
        ([10.0] * 99, [Finding(Fault.LOST, "a", "", "c")], "lost, 1 times"),
    ],
)
def test_what_a_run_fails_for(latencies: list[float], wrong: Any, reason: str) -> None:
    _, verdict = verdict_of(latencies, wrong)
    assert not verdict.passed
    assert any(reason in str(each) for each in verdict.reasons), verdict.reasons


def test_without_promises_only_refusals_are_excused() -> None:
    plain = operation("/plain")
    assert verdict_of([1.0], [Finding(Fault.REFUSED, "a", "", "b")], plain)[1].passed
    assert not verdict_of([1.0], [Finding(Fault.SERVER_ERROR, "a", "", "b")], plain)[1].passed


# How many series each plot shows.
LINES = "plots => plots.map(each => each.querySelectorAll('.series :is(path, circle)').length)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_from_disk(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    results, verdict = verdict_of(
        [10.0] * 9, [Finding(Fault.BROKEN_CONTRACT, "200 body", "type", "<b>1</b> is odd")]
    )
    search = Search(10, 100)
    search.learn(Trial(10, 10, 1, 2, 3, 0))
    search.learn(Trial(20, 12, 1, 2, 3, 0, "too slow"))
    page_path = write_page(tmp_path / "report.html", recorded(RUN, results, verdict, search.recorded()))
    page = browser.new_page(viewport={"width": 375, "height": 700}, color_scheme=scheme)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request", lambda request: errors.append(request.url) if not request.url.startswith("file:") else None
    )
    page.goto(page_path.as_uri())
    assert page_path.stat().st_size < 100_000
    assert page.locator("#verdict").inner_text() == "✗ Failed"
    assert "<b>1</b> is odd" in page.locator("body").inner_text()
    assert "no link tells id" in page.locator("body").inner_text()
    assert page.locator("#operations tbody tr").count() == 1
    assert "10/s within the objectives; at 20/s too slow" in page.locator("#capacity").inner_text()
    drawn = page.locator(".plot:visible").evaluate_all(LINES)
    assert len(drawn) == 5
    assert 0 not in drawn
    page.locator("#operation").select_option("GET /things/{id}")
    assert 0 not in page.locator(".plot:visible").evaluate_all(LINES)
    assert "GET /things/{id}: percentiles per second" in page.locator("body").inner_text()
    response = page.locator(".plot:visible").nth(3)
    response.hover()
    assert "s since the start" in response.locator("output").inner_text()
    assert "\np99: 10" in response.locator("output").inner_text()
    text = page.locator(".plot:visible text").first.evaluate("each => getComputedStyle(each).fill")
    assert text == page.locator("body").evaluate("each => getComputedStyle(each).color")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert errors == []
    page.close()


def test_the_summary_names_what_failed() -> None:
    broken = Finding(
        Fault.BROKEN_CONTRACT,
        "200 body",
        "type",
        "1 is odd",
        expected='type: "string"',
        found="1",
        answer='200 (application/json, 10 bytes): {"name": 1}',
        sample="curl -i http://it",
    )
    results, verdict = verdict_of([10.0] * 9, [broken])
    text = summary(recorded(RUN, results, verdict))
    assert "GET /things/{id}: broken contract: 200 body (type), once, 10.0% of its calls" in text
    lines = [
        'expected type: "string", found 1',
        'answered 200 (application/json, 10 bytes): {"name": 1}',
        "curl -i http://it",
    ]
    assert "".join(f"\n    {line}" for line in lines) + "\n" in text
    assert "FAILED" in text


def test_a_run_is_a_suite_of_tests_for_continuous_integration(tmp_path: Path) -> None:
    broken = Finding(Fault.BROKEN_CONTRACT, "200 body", "type", "1 is \x07 odd")
    run = recorded(RUN, *verdict_of([30.0] * 9, [broken]))
    results_file.write(tmp_path / "results.json", run)
    assert results_file.read(tmp_path) == run
    junit.write(tmp_path / "junit.xml", results_file.read(tmp_path))
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    failed = {
        case.get("name"): case.findtext("failure") for case in suite if case.find("failure") is not None
    }
    assert failed.keys() == {f"{IT.label}: p95 ≤ 20 ms", IT.label}
    assert r"1 is \x07 odd" in (failed[IT.label] or "")
    assert (suite.get("tests"), suite.get("failures")) == ("6", "2")


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot read"), ("{", "it is not JSON"), ("{}", "not a file of results of this version")],
)
def test_a_file_that_is_no_run(content: str | None, told: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(LoadError, match=told):
        results_file.read(tmp_path)
