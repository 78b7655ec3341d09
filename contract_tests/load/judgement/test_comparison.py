"""Two runs are compared, and chance is not taken for a difference."""

from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from contract_tests.support.processes import StartService, run
from load.errors import LoadError
from load.judgement.comparison import BETTER, SAME, WORSE, compare_runs
from load.judgement.objectives import ALL
from load.judgement.run_record import Run, make_record
from load.judgement.verdict import judge
from load.measurements.results import Results
from load.measurements.results_file import RunRecord
from load.measurements.run_records import CapacityRecord
from load.measurements.workload import Workload
from load.options.options import Options
from load.options.scenario_file import load_scenario

LABELS = ("GET /it", "POST /it")
SECONDS, CALLS = 30, 20
RUN = Run("Things", "things.yaml", "0123", "http://127.0.0.1:1", 3, Options(load_scenario("mixed")), {})


def ran(seed: int, slower: float = 1.0, **changed: Any) -> RunRecord:
    """A run whose times vary by call and by second; those of POST are multiplied by `slower`."""
    random = Random(seed)
    results = Results.of(LABELS)
    for at in range(SECONDS):
        drift = random.uniform(0.8, 1.25)
        for _ in range(CALLS):
            for label, factor in zip(LABELS, (1.0, slower), strict=True):
                taken = random.lognormvariate(-4, 0.4) * drift * factor
                results.operations[label].timeline.record(at, taken, taken, False)
                results.operations[label].statuses[200] += 1
    results.clock.ended = results.clock.began + SECONDS
    made = make_record(RUN, results, judge([], results))
    return msgspec.structs.replace(made, **{"began": str(seed), **changed})


def changed_of(made: RunRecord, label: str, figures: dict[str, Any], **seconds: Any) -> RunRecord:
    """A run with other figures for an operation and for every second of it."""
    former = made.operations[label]
    each_second = [msgspec.structs.replace(second, **seconds) for second in former.seconds]
    operation = msgspec.structs.replace(former, seconds=each_second, **figures)
    return msgspec.structs.replace(made, operations={**made.operations, label: operation})


def test_slower_operations_are_reported() -> None:
    comparison = compare_runs(ran(3), ran(4, slower=1.3), 0.05)
    verdicts = {
        (difference.operation, difference.measure): difference for difference in comparison.differences
    }
    assert verdicts["POST /it", "median"].verdict == verdicts["POST /it", "p95"].verdict == WORSE
    assert verdicts["POST /it", "median"].low < 0.3 < verdicts["POST /it", "median"].high
    assert {verdicts["GET /it", measure].verdict for measure in ("median", "p95", "error rate")} == {SAME}
    assert verdicts[ALL, "rate"].verdict == SAME
    back = compare_runs(ran(4, slower=1.3), ran(3), 0.05)
    assert not back.worse
    assert {difference.operation for difference in back.differences if difference.verdict == BETTER} >= {
        "POST /it"
    }
    assert not compare_runs(ran(3), ran(4, slower=1.3), 0.6).worse


def test_chance_is_no_difference() -> None:
    """Of many pairs of runs of the same service, at most one shows any difference."""
    comparisons = [compare_runs(ran(seed), ran(seed + 100), 0.0) for seed in range(5)]
    assert (
        sum(
            any(difference.verdict != SAME for difference in comparison.differences)
            for comparison in comparisons
        )
        <= 1
    )


def test_the_interval_contains_the_true_difference() -> None:
    comparisons = [compare_runs(ran(seed), ran(seed + 50, slower=1.2), 0.0) for seed in range(4)]
    changes = [
        difference
        for one in comparisons
        for difference in one.differences
        if (difference.operation, difference.measure) == ("POST /it", "p95")
    ]
    assert sum(change.low <= 0.2 <= change.high for change in changes) >= 3
    assert all(change.high - change.low < 0.6 for change in changes)


SEARCHED = CapacityRecord(answer="", rate=3, trials=[])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scenario": "spike"}, "the scenario was mixed, and is now spike"),
        ({"users": 9}, "the number of users was 3, and is now 9"),
        ({"title": "Others"}, "the title of the document was Things, and is now Others"),
        ({"invalid": ["the load's generator was at its limit"]}, "after is invalid: the load's generator"),
        ({"measured_seconds": 3.0}, "after measured 3.0 s, 5 s are the least"),
        ({"began": "1"}, "they are the same run"),
        (
            {"capacity": CapacityRecord(answer="", rate=3, trials=[])},
            "after is a search for the capacity, not a run",
        ),
        ({"operations": {}}, "they have no operation in common"),
        (
            {"workload": Workload(rate=50.0, arrivals="poisson", warm_up=0, manner="")},
            "the workload was closed, and is now open with 50 poisson arrivals/s",
        ),
    ],
)
def test_incomparable_runs_are_reported(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(LoadError, match="the runs cannot be compared: ") as raised:
        compare_runs(ran(1), ran(2, **changed), 0.05)
    assert message in str(raised.value)


def test_few_calls_have_no_percentiles() -> None:
    measures = {
        (difference.operation, difference.measure)
        for difference in compare_runs(ran(1), ran(2), 0.05).differences
    }
    assert SECONDS * CALLS * 0.01 > 5
    assert ("GET /it", "p99") in measures
    few = changed_of(ran(2), "GET /it", {}, requests=5)
    measures = {
        (difference.operation, difference.measure)
        for difference in compare_runs(ran(1), few, 0.05).differences
    }
    assert {("GET /it", "median"), ("GET /it", "p95"), ("POST /it", "p99")} <= measures
    assert ("GET /it", "p99") not in measures


def test_new_failures_are_reported() -> None:
    failing = changed_of(ran(2), "GET /it", {"failures": 2 * SECONDS}, failures=2)
    (worse,) = (
        difference
        for difference in compare_runs(ran(1), failing, 0.05).worse
        if difference.measure == "error rate"
    )
    assert str(worse).startswith("GET /it: error rate 0% → 10%, +10.0% (")


def test_two_real_runs_are_compared(
    adjustable_service: StartService, tmp_path: Path, browser: Browser
) -> None:
    folders = [tmp_path / name for name in ("before", "after")]
    for folder, delay in zip(folders, ("10", "40"), strict=True):
        url = adjustable_service("--delay-ms", delay)
        arguments = ("--host", url, "-u", "3", "-t", "6s", "--warm-up", "0", "-o", str(folder))
        run("contract-load", "run", f"{url}/openapi.json", *arguments)
    done = run("contract-load", "compare", *map(str, folders))
    assert done.wait() == 1, done.output
    assert "all operations: median 1" in done.output
    assert "): worse" in done.output
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.goto((folders[1] / "comparison.html").as_uri())
    assert "measures got worse" in page.locator("#comparison").inner_text()
    assert page.locator("#changes .series path").count() == 2
    page.close()
    back = run("contract-load", "compare", str(folders[1] / "results.json"), str(folders[0]))
    assert back.wait() == 0
