"""The verdict is judged again from the results file."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contract_tests.support.documents import operation
from contract_tests.support.processes import StartService, run
from load.calls.response_checks import network_finding
from load.judgement.circumstances import circumstances
from load.judgement.objectives import parse_objective, promised_objectives
from load.judgement.rejudging import rejudge
from load.judgement.run_record import Run, make_record
from load.judgement.verdict import judge
from load.measurements import results_file
from load.measurements.findings import Fault, Finding
from load.measurements.ledger_account import LedgerRecord
from load.measurements.load_generator import Generator
from load.measurements.losses import Loss, LossKind
from load.measurements.results import Results
from load.measurements.workload import Workload
from load.options.options import Options
from load.options.scenario_file import load_scenario
from load.reports.operations_table import verdict_of_all

IT = operation("/things/{id}", objectives={"p95_ms": 20, "error_rate": 0.1})
OPTIONS = Options(load_scenario("mixed"), workload=Workload(warm_up=2))
RUN = Run("Things", "it.yaml", "0123", "http://127.0.0.1:1", 3, OPTIONS, {}, {IT.label: IT})
LOST = Loss(
    kind=LossKind.LOST,
    label=IT.label,
    target="/things/1",
    expected="something",
    found="nothing",
    sent=1.0,
    acknowledged=1.1,
    read=9.0,
)


def measured(taken: float = 0.01, findings: Any = (), **more: Any) -> Results:
    results = Results.of([IT.label], warm_up=2)
    for second in range(10):
        for _ in range(20):
            results.operations[IT.label].timeline.record(second, taken, taken, False)
            results.operations[IT.label].statuses[200] += 1
    for finding in findings:
        results.record(IT.label, 0 if finding.fault is Fault.NETWORK else 500, 0.01, 0.01, [finding])
    results.clock.ended = results.clock.began + 10
    results.account.followed = results.account.read = 5
    for name, value in more.items():
        setattr(results, name, value)
    return results


@pytest.mark.parametrize(
    ("results", "known", "word"),
    [
        (measured(), {}, "PASSED"),
        (measured(0.05), {}, "FAILED"),
        (measured(findings=[network_finding("reset")] * 50), {}, "FAILED"),
        (measured(findings=[Finding(Fault.LOST, "status 404", "", "it")]), {}, "FAILED"),
        (measured(0.05, generators={"": Generator(10, 9.5)}), {}, "INVALID"),
        (measured(account=LedgerRecord(followed=5, read=4, unreadable=1)), {}, "INVALID"),
        (measured(), {"cut_short": "interrupted after 5 s of 10 s"}, "INVALID"),
        (measured(), {"missing": ["worker 1 was last heard of at 3 s"]}, "INVALID"),
        (measured(), {"incomplete": ["nobody had answered for 10 s"]}, "FAILED"),
    ],
)
def test_the_same_objectives_give_the_same_verdict(
    results: Results, known: dict[str, Any], word: str, tmp_path: Path
) -> None:
    results.record_loss(LOST, "curl -i http://it") if word == "FAILED" else None
    requested = [parse_objective("it p99 < 1s", {IT.label: "it"}), parse_objective("late < 1s", {})]
    verdict = judge([*promised_objectives([IT]), *requested], results, circumstances(results, **known))
    assert verdict.word == word
    run = make_record(RUN, results, verdict)
    results_file.write(tmp_path / "results.json", run)
    again = rejudge(results_file.read(tmp_path), requested)
    assert msgspec.json.encode(again) == msgspec.json.encode(run)


def test_other_objectives_give_another_verdict() -> None:
    results = measured(0.015)
    run = make_record(
        RUN, results, judge([*promised_objectives([IT]), parse_objective("p50 < 1ms", {})], results)
    )
    assert run.verdict == "FAILED"
    assert rejudge(run, []).verdict == "PASSED"
    again = rejudge(run, [parse_objective("it p95 < 12ms", {IT.label: "it"})])
    assert again.reasons == [f"{IT.label}: p95 ≤ 12 ms does not hold, it was 15.0 ms"]
    assert again.operations[IT.label].verdict == "FAILED"
    verdicts = [
        verdict_of_all(compared_run)
        for compared_run in (run, again, rejudge(run, [parse_objective("p50 < 1s", {})]))
    ]
    assert verdicts == ["FAILED", "", "ok"]


def test_the_judge_command_uses_the_results_file(adjustable_service: StartService, tmp_path: Path) -> None:
    url, folder = adjustable_service("--delay-ms", "20"), tmp_path / "run"
    arguments = ("--host", url, "-u", "3", "-t", "3s", "--warm-up", "0", "-o", str(folder))
    assert run("contract-load", "run", f"{url}/openapi.json", *arguments).wait() == 0
    before = (folder / "results.json").read_bytes()
    done = run("contract-load", "judge", str(folder), "--objective", "get_thing p95 < 5ms")
    assert done.wait() == 1
    p95 = json.loads(before)["operations"]["GET /things/{thing_id}"]["p95_ms"]
    assert f"GET /things/{{thing_id}}: p95 ≤ 5 ms does not hold, it was {p95:.1f} ms" in done.output
    assert (folder / "results.json").read_bytes() == before
    there = ("-o", str(tmp_path / "again"))
    assert run("contract-load", "judge", str(folder), "--objective", "p95 < 5s", *there).wait() == 0
    assert results_file.read(tmp_path / "again").verdict == "PASSED"
    wrong = run("contract-load", "judge", str(folder), "--objective", "nobody p95 < 5s")
    assert wrong.wait() == 1
    assert wrong.lines == [
        "contract-load: 'nobody p95 < 5s': there is no operation 'nobody'; there are get_fixed, "
        "create_thing, get_thing, replace_thing, delete_thing"
    ]
