"""Results of several processes are merged, and figures are exact to three digits."""

from collections import Counter
from random import Random

import pytest

from load.measurements.findings import Fault, Finding
from load.measurements.results import Results


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


def test_response_times_are_exact_to_three_digits() -> None:
    results = Results.of(["a"])
    for latency in range(1, 1_001):
        results.record("a", 200, latency / 1000 + 0.000054, 0.001, [])
    measured = results.operations["a"]
    assert measured.percentile_ms(50) == pytest.approx(500.054, rel=1e-3)
    assert measured.percentile_ms(99) == pytest.approx(990.054, rel=1e-3)
    assert measured.max_ms == pytest.approx(1000.054, rel=1e-3)


def test_findings_of_one_place_and_rule_are_counted_together() -> None:
    results = Results.of(["a"])
    for detail in ("first", "second"):
        results.record("a", 0, 1, 1, [Finding(Fault.NETWORK, "connection refused", "", detail)])
    assert results.operations["a"].findings == Counter(
        {Finding(Fault.NETWORK, "connection refused", "", "first"): 2}
    )
