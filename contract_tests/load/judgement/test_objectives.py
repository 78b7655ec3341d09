"""How objectives are parsed and judged."""

import re

import pytest

from contract_tests.support.documents import operation
from load.errors import LoadError
from load.judgement.objectives import Objective, parse_objective, promised_objectives
from load.judgement.verdict import judge
from load.measurements.findings import Fault, Finding
from load.measurements.load_generator import Generator
from load.measurements.results import Results
from load.measurements.time_histogram import TimeHistogram

IT = operation("/things/{id}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it p95 < 50ms", Objective(IT.label, "p95", 50)),
        ("GET /things/{id} p99.9 <= 1.5s", Objective(IT.label, "p99.9", 1500)),
        ("error rate < 0.1%", Objective("all operations", "error rate", 0.001)),
        ("rate > 500/s", Objective("all operations", "rate", 500)),
        ("it median<3ms", Objective(IT.label, "median", 3)),
        ("late < 0.5s", Objective("all operations", "late", 500)),
    ],
)
def test_objectives_are_parsed(text: str, expected: Objective) -> None:
    objective = parse_objective(text, {IT.label: "it"})
    assert (objective.label, objective.measure) == (expected.label, expected.measure)
    assert objective.limit == pytest.approx(expected.limit)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fast please", "is not an objective; one looks like"),
        ("nobody p95 < 5ms", "there is no operation 'nobody'; there are it"),
        ("p95 < 5%", "p95 is given in ms or s"),
        ("rate < 5/s", "rate is to be reached: >"),
        ("p95 > 5ms", "p95 is to be kept below: <"),
        ("it late < 5ms", "lateness is measured over all operations: 'late < 1s'"),
    ],
)
def test_malformed_objectives_are_reported(text: str, message: str) -> None:
    with pytest.raises(LoadError, match=re.escape(message)):
        parse_objective(text, {IT.label: "it"})


def test_malformed_objectives_of_a_document_are_reported() -> None:
    with pytest.raises(LoadError, match="x-objectives: p95: 3 is not an objective; there are p95_ms"):
        list(promised_objectives([operation(objectives={"p95": 3})]))


def test_an_objective_without_calls_is_invalid() -> None:
    results = Results.of([IT.label, "other"])
    for _ in range(20):
        results.record("other", 200, 0.01, 0.01, [])
    verdict = judge(
        [parse_objective("it p95 < 5ms", {IT.label: "it"}), parse_objective("p95 < 20ms", {})], results
    )
    assert [outcome.holds for outcome in verdict.outcomes] == [False, True]
    assert verdict.outcomes[1].margin == pytest.approx(0.5, rel=0.01)
    assert (verdict.word, verdict.reasons) == ("INVALID", ())
    message = f"{IT.label}: p95 ≤ 5 ms cannot be judged, there was no call after the warm-up"
    assert [str(reason) for reason in verdict.invalid] == [message]


def test_a_run_limited_by_its_generator_is_invalid() -> None:
    late, busy, dropping = TimeHistogram(), Generator(10, 9.5), Generator(10, 1, dropped=3)
    for lateness in [0.001] * 95 + [0.2] * 5:
        late.record(lateness)
    for generator, message in [
        (Generator(10, 1, lateness=late), "5.0% of arrivals were sent more than 50 ms late"),
        (busy, "it used 95% of a core"),
        (dropping, "3 arrivals were not sent"),
    ]:
        results = Results.of(["a"])
        results.record("a", 200, 0.01, 0.01, [])
        results.add_generator("", generator)
        verdict = judge([parse_objective("p95 < 1ms", {})], results)
        assert (verdict.word, verdict.passed) == ("INVALID", False)
        assert message in verdict.invalid[0].message
        assert "it was 10.0 ms, but the service may not be the reason" in verdict.invalid[1].message
        results.record("a", 500, 0.01, 0.01, [Finding(Fault.SERVER_ERROR, "500", "")])
        assert judge([], results).word == "FAILED"
