"""Open workloads on a service whose pace is known, by one process and by several."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.support.processes import StartService, free_port, run
from load.measurements.time_histogram import TimeHistogram


def loaded(url: str, folder: Path, *options: str) -> Any:
    """The results of a run without warm-up."""
    arguments = ("--host", url, "--warm-up", "0", "-o", str(folder))
    done = run("contract-load", "run", f"{url}/openapi.json", *arguments, *options)
    assert (folder / "results.json").exists(), done.output
    return json.loads((folder / "results.json").read_text())


def test_a_stall_shows_in_the_figures_of_an_open_workload(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--freeze", "0.5", "--every", "2.5")
    results = loaded(url, tmp_path, "--rate", "100", "-t", "5s", "--include", "GET /fixed")
    total = results["total"]
    # A fifth of all calls is due during a freeze, and waits for the rest of it.
    assert 480 <= total["requests"] <= 520
    assert total["rate"] == pytest.approx(100, rel=0.05)
    assert total["p95_ms"] == pytest.approx(375, rel=0.15)
    assert total["max_ms"] == pytest.approx(500, rel=0.15)
    assert total["median_ms"] < 100
    assert sum(second["requests"] for second in total["seconds"]) == total["requests"]


def test_response_time_counts_from_when_a_call_was_due(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    """A service with one handler gets more calls than it can answer, so that they wait."""
    url = adjustable_service("--pool", "1", "--delay-ms", "50")
    results = loaded(url, tmp_path, "--rate", "30", "-t", "3s", "--include", "GET /fixed")
    assert results["total"]["max_ms"] > 1000
    assert results["users"] is None
    assert results["workload"]["rate"] == 30


@pytest.mark.parametrize(
    ("workers", "delay_ms"), [(1, 2), (2, 2), (4, 2), (2, 500)], ids=["1", "2", "4", "reading for long"]
)
def test_several_workers_make_one_load(
    adjustable_service: StartService, workers: int, delay_ms: int, tmp_path: Path
) -> None:
    url = adjustable_service("--delay-ms", str(delay_ms))
    arguments = ("--headless", "--document", f"{url}/openapi.json", "--host", url, "--rate", "60", "-t", "6s")
    port = str(free_port())
    processes = ("--processes", str(workers), "--master-bind-port", port, "--master-port", port)
    records = tmp_path / "records"
    records.mkdir()
    recording = ("locust", "-f", "contract_tests/support/recording_locustfile.py")
    done = run(
        *recording, *processes, *arguments, "--output", str(tmp_path), environment={"RECORDS": str(records)}
    )
    total = re.search(r"^all operations +(\d+) +(\d+) ", done.output, re.MULTILINE)
    assert total is not None, done.output
    # Reading back takes additional calls, which the run states.
    read = re.search(r"ledger: (\d+) of (\d+) written entities were read back; none", done.output)
    assert read is not None, done.output
    assert read[1] == read[2]
    answered = httpx.get(f"{url}/count").json()
    located = re.search(r"(\d+) to see where the API is", done.output)
    assert located is not None, done.output
    assert int(total[1]) + int(read[1]) + int(located[1]) == answered
    assert f"{read[1]} to read back what was written" in done.output
    assert int(total[2]) == 0
    # No call was refused because of another process's name: names are unique.
    # Workers start when they are ready: earlier arrivals are not caught up.
    assert 230 <= int(total[1]) <= 430
    raw = defaultdict[str, TimeHistogram](TimeHistogram)
    for file in records.iterdir():
        for line in file.read_text().splitlines():
            label, taken = line.split("\t")
            raw[label].record(float(taken))
    assert len([*records.iterdir()]) == workers
    archived = json.loads((tmp_path / "results.json").read_text())["operations"]
    assert {
        label: TimeHistogram.decoded(operation["histogram"]) for label, operation in archived.items()
    } == raw


def test_warm_up_calls_are_checked_but_not_measured(adjustable_service: StartService, tmp_path: Path) -> None:
    url = adjustable_service("--freeze", "1", "--every", "100")
    results = loaded(url, tmp_path, "--rate", "50", "-t", "2s", "--warm-up", "2s", "--include", "GET /fixed")
    assert results["total"]["max_ms"] < 500
    assert results["total"]["requests"] - results["total"]["measured_requests"] == pytest.approx(100, abs=10)
    assert results["measured_seconds"] == pytest.approx(2, abs=0.3)
