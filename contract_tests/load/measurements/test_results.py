"""Results of several processes are merged, and figures are exact to three digits."""

from collections import Counter
from random import Random

import msgspec
import pytest

from load.measurements.clock import Clock
from load.measurements.findings import Fault, Finding
from load.measurements.load_generator import Generator
from load.measurements.losses import Loss, LossKind
from load.measurements.results import Results
from load.run import protocol
from load.run.protocol import Report

LOSS = Loss(
    kind=LossKind.ALTERED,
    name="name",
    label="a",
    target="/things/1",
    expected="name 'one'",
    found="'two'",
    sent=1.0,
    acknowledged=1.1,
    read=9.0,
)


def test_results_of_processes_merge_without_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    random, now = Random(1), 0.0
    monkeypatch.setattr(Clock, "elapsed", property(lambda _: now))
    whole, parts = Results.of(["a", "b"]), [Results.of(["a", "b"]) for _ in range(3)]
    finding = Finding(Fault.SERVER_ERROR, "status 500", "", "text")
    for _ in range(5_000):
        label, latency = random.choice("ab"), random.expovariate(30)
        wrong = [finding] if random.random() < 0.01 else []
        now += 0.001
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


def test_a_message_arrives_as_it_was_sent() -> None:
    """Locust packs and unpacks the messages of workers by msgpack."""
    results = Results.of(["a"])
    results.record("a", 500, 0.02, 0.01, [Finding(Fault.SERVER_ERROR, "status 500", "", "text")])
    results.record("a", 0, 2.0, 2.0, [])
    results.record_loss(LOSS, "curl -i http://it")
    results.record_unjudged("the credentials are not accepted", 1.5, 3)
    results.side_calls["to see what exists"] += 2
    generator = Generator(10, 9.5)
    generator.lateness.record(0.1)
    results.add_generator("worker", generator)
    sent = results.message()
    packed = msgspec.msgpack.encode(Report(run="one", number=1, results=sent).plain)
    received = protocol.received(Report, msgspec.msgpack.decode(packed)).results
    assert received == sent
    assert received.calls == 2
    merged = Results.of([])
    merged.merge(received)
    assert merged.message().operations == sent.operations
    assert (merged.account, merged.unaccepted) == (results.account, results.unaccepted)
    assert merged.generators == results.generators
    assert [*merged.operations["a"].findings] == [*results.operations["a"].findings]


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
