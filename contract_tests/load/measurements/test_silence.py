"""A service that no longer answers ends the run early."""

import json
from pathlib import Path

import httpx2 as httpx
import pytest

from contract_tests.support.processes import Start, free_port, running_service
from load.calls.response_checks import network_finding
from load.measurements.results import Results
from load.measurements.silence import Silence, combined


def test_an_answer_ends_the_silence() -> None:
    silence = Silence()
    silence.record_answer(5.0)
    # A call that was sent earlier says nothing about what came later.
    silence.record_unanswered(4.0)
    assert silence.length(9.0) == 0
    silence.record_unanswered(5.5)
    silence.record_unanswered(5.2)
    assert silence.length(9.2) == pytest.approx(4.0)
    assert str(silence) == "no answers since 5.0 s: 2 calls got none"
    others = [Silence(3.0, 3.1, 7), Silence()]
    assert str(combined([silence, *others])) == "no answers since 5.0 s: 9 calls got none"
    assert combined([silence, Silence(9.0)]).length(20.0) == 0


def test_refused_connections_do_not_count_as_answers() -> None:
    results = Results.of(["a"])
    for _ in range(30):
        results.record("a", 200, 0.1, 0.1, [])
    for _ in range(300):
        results.record("a", 0, 0.0003, 0.0003, [network_finding("connection refused")])
    # A call that timed out shows how long users wait at least.
    results.record("a", 0, 60.0, 60.0, [network_finding("no complete answer within 60 s")])
    results.clock.ended = results.clock.began + 10
    assert results.total.percentile_ms(50) == pytest.approx(100, rel=0.01)
    assert results.total.max_ms == pytest.approx(60_000, rel=0.01)
    assert results.total.rate(10) == 3
    assert results.total.failures == 301
    again = Results.of([])
    again.merge(results.message())
    assert again.total.rate(10) == 3
    assert again.silences.combined.calls == results.silences.combined.calls > 0


@pytest.mark.parametrize("workload", [("--rate", "20"), ("-u", "2")])
def test_a_run_whose_service_dies_ends_early_and_fails(
    workload: tuple[str, str], start: Start, tmp_path: Path
) -> None:
    port = str(free_port())
    arguments = ("-t", "2m", "--warm-up", "0", *workload, "--objective", "error rate < 100%")
    with running_service("adjustable_service", "--port", port) as url:
        load = start(
            "contract-load", "run", f"{url}/openapi.json", "--host", url, *arguments, "-o", str(tmp_path)
        )
        while httpx.get(f"{url}/count").json() < 20:
            assert load.process.poll() is None, load.output
    # The service is gone, and nothing stops the run.
    assert load.wait(60) == 1, load.output
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["verdict"] == "FAILED"
    # One cause is reported once, whatever was called meanwhile.
    assert len(results["reasons"]) == 2, load.output
    ended, gone = results["reasons"]
    assert results["explained"]["bottlenecks"] == []
    assert " network: connection refused" not in load.output
    # The calls that were under way as it died, one of each user, were cut off instead of refused.
    assert load.output.count(" network: ") <= 2, load.output
    assert load.output.count("\nnetwork: connection refused, ") == 1
    assert ended == "the run was ended early: there was no answer for 10 s"
    assert gone.startswith("no answers since ")
    total = results["total"]
    assert sum(second["answers"] for second in total["seconds"]) == total["requests"] - total["statuses"]["0"]
    assert results["seconds"] < 40
    # Users do not call a dead service as fast as they can, and the generator is not reported as the limit.
    assert total["statuses"]["0"] < 500
    assert not any("generator" in reason for reason in results["invalid"])
