"""Open workloads, workers and figures, on a service whose pace is known."""

import itertools
import json
import re
from collections import defaultdict
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import Any

import httpx2 as httpx
import pytest
from hdrh.histogram import HdrHistogram

from contract_tests.support.documents import operation
from contract_tests.support.processes import StartService, free_port, run
from load.errors import LoadError
from load.judgement.objectives import Objective, promised, stated
from load.judgement.verdict import judge
from load.measurements.arrivals import CONSTANT, POISSON, Share, arrivals
from load.measurements.findings import Fault, Finding
from load.measurements.generator import Generator
from load.measurements.results import Results
from load.measurements.times import HIGHEST_US, Times
from load.options.workload import workload

IT = operation("/things/{id}")


def loaded(url: str, folder: Path, *options: str) -> Any:
    """The results of a run."""
    told = ("--host", url, "--warm-up", "0", "-o", str(folder))
    done = run("contract-load", "run", f"{url}/openapi.json", *told, *options)
    assert (folder / "results.json").exists(), done.output
    return json.loads((folder / "results.json").read_text())


def test_processes_make_the_arrivals_of_one_between_them() -> None:
    alone = list(itertools.islice(arrivals(CONSTANT, 40, Share(), 0.5, Random()), 60))
    parts = [arrivals(CONSTANT, 40, Share(index, 3), 0.5, Random()) for index in range(3)]
    together = sorted(due for part in parts for due in itertools.islice(part, 20))
    assert together == pytest.approx(alone)
    assert alone == pytest.approx([0.5 + number / 40 for number in range(60)])


def test_poisson_arrivals_are_as_random_as_they_should_be() -> None:
    due = list(itertools.islice(arrivals(POISSON, 50, Share(1, 2), 3.0, Random(1)), 20_000))
    gaps = [after - before for before, after in itertools.pairwise(due)]
    assert min(due) > 3.0
    assert mean(gaps) == pytest.approx(2 / 50, rel=0.03)
    assert stdev(gaps) == pytest.approx(2 / 50, rel=0.03)


@pytest.mark.parametrize("count", [1, 7, 3_000])
def test_figures_are_those_of_a_histogram_of_the_same_buckets(count: int) -> None:
    random, times = Random(count), Times()
    histogram = HdrHistogram(1, HIGHEST_US, 3)
    for _ in range(count):
        taken = random.lognormvariate(-4, 2)
        times.record(taken)
        histogram.record_value(int(taken * 1_000_000))
    for percentile in (1, 50, 95, 99, 99.9, 100):
        assert times.percentile_ms(percentile) == histogram.get_value_at_percentile(percentile) / 1000
    assert times.max_ms == histogram.get_max_value() / 1000
    assert times.mean_ms == pytest.approx(histogram.get_mean_value() / 1000, rel=0.001)
    assert Times.decoded(times.encoded()) == times
    assert Times.unpacked(times.packed()) == times


def test_a_stall_is_in_the_figures_of_an_open_workload(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--freeze", "0.5", "--every", "2.5")
    found = loaded(url, tmp_path, "--rate", "100", "-t", "5s", "--include", "GET /fixed")
    total = found["total"]
    # A fifth of all calls is due in a freeze, and waits for what is left of it.
    assert 480 <= total["requests"] <= 520
    assert total["rate"] == pytest.approx(100, rel=0.05)
    assert total["p95_ms"] == pytest.approx(375, rel=0.15)
    assert total["max_ms"] == pytest.approx(500, rel=0.15)
    assert total["median_ms"] < 100
    assert sum(each["requests"] for each in total["seconds"]) == total["requests"]


def test_response_time_counts_from_when_a_call_was_due(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    """One process that is kept busy by a thing per call is not asked for by more than it can take."""
    url = adjustable_service("--pool", "1", "--delay-ms", "50")
    found = loaded(url, tmp_path, "--rate", "30", "-t", "3s", "--include", "GET /fixed")
    assert found["total"]["max_ms"] > 1000
    assert found["users"] is None
    assert found["workload"]["rate"] == 30


@pytest.mark.parametrize(
    ("workers", "delay_ms"), [(1, 2), (2, 2), (4, 2), (2, 500)], ids=["1", "2", "4", "reading for long"]
)
def test_workers_together_are_one_load(
    adjustable_service: StartService, workers: int, delay_ms: int, tmp_path: Path
) -> None:
    url = adjustable_service("--delay-ms", str(delay_ms))
    told = ("--headless", "--document", f"{url}/openapi.json", "--host", url, "--rate", "60", "-t", "6s")
    port = str(free_port())
    processes = ("--processes", str(workers), "--master-bind-port", port, "--master-port", port)
    records = tmp_path / "records"
    records.mkdir()
    recording = ("locust", "-f", "contract_tests/support/recording_locustfile.py")
    done = run(
        *recording, *processes, *told, "--output", str(tmp_path), environment={"RECORDS": str(records)}
    )
    total = re.search(r"^all operations +(\d+) +(\d+) ", done.output, re.MULTILINE)
    assert total is not None, done.output
    # Reads of the ledger come on top of the calls, as the run tells.
    read = re.search(r"ledger: (\d+) of (\d+) written entities were read back; none", done.output)
    assert read is not None, done.output
    assert read[1] == read[2]
    answered = httpx.get(f"{url}/count").json()
    located = re.search(r"(\d+) to see where the API is", done.output)
    assert located is not None, done.output
    assert int(total[1]) + int(read[1]) + int(located[1]) == answered
    assert f"{read[1]} to read back what was written" in done.output
    assert int(total[2]) == 0
    # None was refused for a name that another process had given, too: names are unique.
    # Workers begin when they are ready: what was due before is not made up for.
    assert 230 <= int(total[1]) <= 430
    raw = defaultdict[str, Times](Times)
    for file in records.iterdir():
        for line in file.read_text().splitlines():
            label, taken = line.split("\t")
            raw[label].record(float(taken))
    assert len([*records.iterdir()]) == workers
    archived = json.loads((tmp_path / "results.json").read_text())["operations"]
    assert {label: Times.decoded(each["histogram"]) for label, each in archived.items()} == raw


def test_a_warm_up_is_checked_and_not_in_the_figures(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--freeze", "1", "--every", "100")
    found = loaded(url, tmp_path, "--rate", "50", "-t", "2s", "--warm-up", "2s", "--include", "GET /fixed")
    assert found["total"]["max_ms"] < 500
    assert found["total"]["requests"] - found["total"]["measured_requests"] == pytest.approx(100, abs=10)
    assert found["measured_seconds"] == pytest.approx(2, abs=0.3)


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
def test_objectives_in_words(text: str, expected: Objective) -> None:
    found = stated(text, {IT.label: "it"})
    assert (found.label, found.measure) == (expected.label, expected.measure)
    assert found.limit == pytest.approx(expected.limit)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fast please", "is not an objective; one looks like"),
        ("nobody p95 < 5ms", "there is no operation 'nobody'; there are it"),
        ("p95 < 5%", "p95 is given in ms or s"),
        ("rate < 5/s", "rate is to be reached: >"),
        ("p95 > 5ms", "p95 is to be kept below: <"),
        ("it late < 5ms", "how late things show is told of the whole run: 'late < 1s'"),
    ],
)
def test_objectives_that_are_none(text: str, told: str) -> None:
    with pytest.raises(LoadError, match=re.escape(told)):
        stated(text, {IT.label: "it"})


def test_objectives_of_a_document_that_are_none() -> None:
    with pytest.raises(LoadError, match="x-objectives: p95: 3 is not an objective; there are p95_ms"):
        list(promised([operation(objectives={"p95": 3})]))


def test_an_objective_without_calls_is_not_kept() -> None:
    results = Results.of([IT.label, "other"])
    for _ in range(20):
        results.record("other", 200, 0.01, 0.01, [])
    verdict = judge([stated("it p95 < 5ms", {IT.label: "it"}), stated("p95 < 20ms", {})], results)
    assert [each.holds for each in verdict.outcomes] == [False, True]
    assert verdict.outcomes[1].margin == pytest.approx(0.5, rel=0.01)
    assert (verdict.word, verdict.reasons) == ("INVALID", ())
    told = f"{IT.label}: p95 ≤ 5 ms cannot be judged, there was no call after the warm-up"
    assert [str(each) for each in verdict.invalid] == [told]


def test_a_run_whose_generator_was_the_limit_does_not_pass() -> None:
    late, busy, dropping = Times(), Generator(10, 9.5), Generator(10, 1, dropped=3)
    for lateness in [0.001] * 95 + [0.2] * 5:
        late.record(lateness)
    for seen, told in [
        (Generator(10, 1, lateness=late), "5.0% of arrivals were sent more than 50 ms late"),
        (busy, "it used 95% of a core"),
        (dropping, "3 arrivals were not sent"),
    ]:
        results = Results.of(["a"])
        results.record("a", 200, 0.01, 0.01, [])
        results.watched("", seen)
        verdict = judge([stated("p95 < 1ms", {})], results)
        assert (verdict.word, verdict.passed) == ("INVALID", False)
        assert told in verdict.invalid[0].told
        assert "it was 10.0 ms, which such a run cannot tell" in verdict.invalid[1].told
        results.record("a", 500, 0.01, 0.01, [Finding(Fault.SERVER_ERROR, "500", "")])
        assert judge([], results).word == "FAILED"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rate": "fast"}, "--rate fast: a number of calls per second above 0 is expected"),
        ({"rate": "0"}, "--rate 0: a number"),
        ({"rate": "5", "arrivals": "random"}, "--arrivals random: there are constant and poisson"),
        ({"arrivals": "poisson"}, "--arrivals says how those of --rate are spread"),
        ({"warm_up": "soon"}, "--warm-up 'soon' is not a time"),
    ],
)
def test_workloads_that_are_none(given: dict[str, str], told: str) -> None:
    with pytest.raises(LoadError, match=re.escape(told)):
        workload(given, 0)
