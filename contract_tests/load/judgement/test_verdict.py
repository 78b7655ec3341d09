"""Whether a run is PASSED, FAILED or INVALID."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contract_tests.support.documents import operation
from contract_tests.support.judged_runs import IT, RUN, verdict_of
from load.calls.response_checks import network_finding
from load.judgement.objectives import parse_objective, promised_objectives
from load.judgement.run_record import make_record
from load.judgement.verdict import judge
from load.measurements import results_file
from load.measurements.findings import Fault, Finding
from load.measurements.results import Results
from load.reports import junit
from load.reports.page import page, write_page
from load.reports.summary import summary


@pytest.mark.parametrize(("refused", "passed"), [(49, True), (51, False)])
def test_a_mostly_refused_run_is_invalid(refused: int, passed: bool) -> None:
    plain = replace(IT, objectives={})
    wrong = [Finding(Fault.REFUSED, "status 403", "")] * refused
    _, verdict = verdict_of([10.0] * (100 - refused), wrong, plain)
    assert verdict.passed is passed
    message = "51 of 100 calls were refused although valid: too many to judge the service"
    assert [str(reason) for reason in verdict.reasons] == [message] * (not passed)


def test_objectives_that_hold() -> None:
    _, verdict = verdict_of([10.0] * 1_000)
    assert verdict.passed
    assert [outcome.holds for outcome in verdict.outcomes] == [True, True, True]


@pytest.mark.parametrize(
    ("text", "calls", "slow", "word"),
    [
        ("p95 < 20ms", 20, 0, "holds"),
        ("p95 < 20ms", 19, 0, "not judged"),
        ("p99 < 20ms", 99, 1, "not judged"),
        ("p99 < 20ms", 100, 2, "does not hold"),
        ("p99.9 < 20ms", 1_000, 0, "holds"),
        ("p99.9 < 20ms", 999, 0, "not judged"),
        # More than half of the calls exceed the limit: more calls could not make it hold.
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
    (outcome,) = judge([parse_objective(text, {})], results).outcomes
    assert outcome.word == word
    assert ("is not judged: it needs" in str(outcome)) is (word == "not judged")


@pytest.mark.parametrize(
    ("calls", "failed", "word"),
    [(50, 0, "not judged"), (1_000, 0, "holds"), (50, 1, "does not hold"), (1_000, 1, "holds")],
)
def test_few_calls_cannot_show_a_small_error_rate(calls: int, failed: int, word: str) -> None:
    results = Results.of([IT.label])
    for number in range(calls):
        results.record(IT.label, 200, 0.01, 0.01, [network_finding("reset")] if number < failed else [])
    (outcome,) = judge([parse_objective("error rate < 0.1%", {})], results).outcomes
    assert outcome.word == word


def test_unjudged_objectives_are_shown_everywhere(tmp_path: Path) -> None:
    results, verdict = verdict_of([10.0] * 50)
    assert (verdict.word, len(verdict.notes)) == ("PASSED", 1)
    run = make_record(RUN, results, verdict)
    text = summary(run)
    message = f"{IT.label}: p99.9 ≤ 100 ms is not judged: it needs 1,000 calls and had 50; it was 10.0 ms"
    assert "\nPASSED\n  with 1 of 3 objectives not judged: too few calls\n" in text
    assert message in text
    assert "ok, 1 not judged" in text
    junit.write(tmp_path / "junit.xml", run)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    skipped = [case.get("name") for case in suite if case.find("skipped") is not None]
    assert skipped == [f"{IT.label}: p99.9 ≤ 100 ms"]
    assert (suite.get("skipped"), suite.get("failures")) == ("1", "0")
    page = write_page(tmp_path / "report.html", run).read_text()
    assert "1 of 3 objectives not judged: too few calls" in page


def test_a_run_that_can_judge_no_requested_objective_is_invalid() -> None:
    results = Results.of([IT.label])
    for _ in range(30):
        results.record(IT.label, 200, 0.01, 0.01, [])
    none = judge([*promised_objectives([IT]), parse_objective("p99 < 50ms", {})], results)
    assert (none.word, none.reasons) == ("INVALID", ())
    assert none.invalid[0].message.startswith("none of the requested objectives could be judged")
    assert (
        judge([parse_objective("p95 < 50ms", {}), parse_objective("p99 < 50ms", {})], results).word
        == "PASSED"
    )


@pytest.mark.parametrize(
    ("latencies", "wrong", "reason"),
    [
        ([], [], "no call was made"),
        ([10.0] * 90 + [30.0] * 10, [], "p95 ≤ 20 ms does not hold, it was 30.0 ms"),
        ([10.0] * 999 + [200.0] * 9, [], "p99.9 ≤ 100 ms does not hold, it was 200"),
        ([10.0], [network_finding("refused")], "error rate ≤ 10.00% does not hold, it was 50.00%"),
        ([10.0] * 99, [Finding(Fault.BROKEN_CONTRACT, "a", "b", "c")], "broken contract, once"),
        ([10.0] * 99, [Finding(Fault.LOST, "a", "", "c")], "lost, once"),
    ],
)
def test_a_failed_run_says_why(latencies: list[float], wrong: Any, reason: str) -> None:
    _, verdict = verdict_of(latencies, wrong)
    assert not verdict.passed
    assert any(reason in str(given) for given in verdict.reasons), verdict.reasons


def test_findings_for_people_to_judge_are_told_with_the_verdict(tmp_path: Path) -> None:
    """They do not change it."""
    refused, dropped = (
        Finding(Fault.REFUSED, "status 409", ""),
        Finding(Fault.DROPPED, "/name is not kept", ""),
    )
    run = make_record(RUN, *verdict_of([10.0] * 40, [refused, refused, dropped], operation("/plain")))
    line = "PASSED, with 2 findings for you to judge"
    assert (run.passed, run.verdict, run.to_judge) == (True, "PASSED", 2)
    assert f"\n{line}\n" in f"{summary(run)}\n"
    assert "✓ Passed, with 2 findings for you to judge" in page(run)
    assert "There was no objective; no response broke the contract." in page(run)
    junit.write(tmp_path / "junit.xml", run)
    told = ElementTree.parse(tmp_path / "junit.xml").findtext("system-out") or ""
    assert told.startswith(f"{line}\nGET /plain: refused although valid: status 409, 2 times")
    broken = Finding(Fault.BROKEN_CONTRACT, "200 body", "type")
    failed = make_record(RUN, *verdict_of([10.0] * 40, [refused, broken], operation("/plain")))
    assert "\nFAILED; 1 finding is for you to judge\n" in summary(failed)


def test_calls_of_several_operations_without_an_answer_are_one_finding_to_judge() -> None:
    results = Results.of([IT.label, "GET /other"])
    for label in [IT.label, "GET /other"] * 10:
        results.record(label, 0, 0.01, 0.01, [network_finding("reset")])
    verdict = judge([parse_objective("error rate < 100%", {})], results)
    assert verdict.to_judge == 1


def test_what_was_not_checked_is_told_at_the_end(tmp_path: Path) -> None:
    unchecked = [
        f"GET /plain: response {status}, application/json: no such file" for status in range(200, 205)
    ]
    shortened = replace(RUN, omitted=["POST /plain: /owner: no value"], unchecked=unchecked)
    results, verdict = verdict_of([10.0] * 40, (), operation("/plain"))
    results_file.write(tmp_path / "results.json", make_record(shortened, results, verdict))
    run = results_file.read(tmp_path)
    assert (run.omitted, run.unchecked) == (["POST /plain: /owner: no value"], unchecked)
    text, whole = summary(run), page(run)
    assert "never sent:\n    POST /plain: /owner: no value\n" in text
    assert f"not checked:\n    {unchecked[0]}\n" in text
    assert "    and 2 parts more in the report\n" in text
    assert text.endswith("PASSED\n  5 parts of responses could not be checked")
    assert "every response" not in whole
    assert "None: no checked response broke the contract; 5 parts of responses could not be checked." in whole
    assert whole.count(unchecked[4]) == 1
    assert "None: no response broke the contract." in page(make_record(RUN, results, verdict))
    junit.write(tmp_path / "junit.xml", run)
    told = ElementTree.parse(tmp_path / "junit.xml").findtext("system-out") or ""
    assert told.splitlines()[1:3] == [
        "5 parts of responses could not be checked",
        f"not checked: {unchecked[0]}",
    ]


def test_without_objectives_only_refusals_are_excused() -> None:
    plain = operation("/plain")
    assert verdict_of([1.0], [Finding(Fault.REFUSED, "a", "", "b")], plain)[1].passed
    assert not verdict_of([1.0], [Finding(Fault.SERVER_ERROR, "a", "", "b")], plain)[1].passed
