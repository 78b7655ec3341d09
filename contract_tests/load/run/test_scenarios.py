"""What a scenario asks for is what the service counts, by one process and by several."""

import json
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.support.processes import StartService, free_port, run
from contract_tests.support.students_runs import LOCUST

SCENARIO = """
weights: {GET /fixed: 7, read: 1, create: 2}
stages: [{rate: {from: 20, to: 100}, seconds: 3}, {rate: 100, seconds: 2s}]
"""


def counted(url: str, results: dict[str, Any]) -> int:
    """How many calls of users the service counted."""
    beside = sum(int(count) for purpose, count in results["beside"].items() if "GET /" not in purpose)
    return int(httpx.get(f"{url}/count").json()) - beside


@pytest.mark.parametrize("workers", [0, 2], ids=["alone", "two workers"])
def test_stages_of_rates_and_weights_are_exact(
    adjustable_service: StartService, workers: int, tmp_path: Path
) -> None:
    url = adjustable_service("--delay-ms", "2")
    file = tmp_path / "mine.yaml"
    file.write_text(SCENARIO.replace("GET /fixed", '"GET /fixed"'))
    options = ("--host", url, "--scenario", str(file), "--warm-up", "0s", "--output", str(tmp_path))
    if workers:
        port = str(free_port())
        processes = ("--processes", str(workers), "--master-bind-port", port, "--master-port", port)
        document = ("--document", f"{url}/openapi.json")
        done = run(*LOCUST, "--headless", *document, *options, *processes, "-u", "3")
        assert "--users: no effect, because the stages of scenario mine set rates and time" in done.output
    else:
        done = run("contract-load", "run", f"{url}/openapi.json", *options)
    results = json.loads((tmp_path / "results.json").read_text())
    assert "stage 1, from 0 s to 3 s, at 20/s to 100/s: 60.0 calls/s were due" in done.output
    called = {label: figures["requests"] for label, figures in results["operations"].items()}
    total = sum(called.values())
    # What is due before all processes make calls is not made up for, which takes longer on a busy machine.
    seconds = results["total"]["seconds"]
    assert sum(second["requests"] for second in seconds if second["at"] >= 3) == pytest.approx(200, rel=0.02)
    assert total <= 381
    assert workers or total == pytest.approx(380, rel=0.02)
    assert counted(url, results) == total
    shares = [called[label] / total for label in ("GET /fixed", "GET /things/{thing_id}", "POST /things")]
    assert shares == pytest.approx([0.7, 0.1, 0.2], abs=0.01)
    assert {label for label, count in called.items() if count} == {
        "GET /fixed", "GET /things/{thing_id}", "POST /things"
    }  # fmt: skip


def test_think_times_are_exact(adjustable_service: StartService, tmp_path: Path) -> None:
    """A call takes 20 ms, and is followed by 80 ms or, on average, 180 ms, each for half of the calls."""
    url = adjustable_service("--delay-ms", "20")
    file = tmp_path / "mine.yaml"
    file.write_text(
        "weights: {other: 1, create: 1}\nwait: 0.08\nwait_after: {create: {between: [0.08, 0.28]}}\n"
        "users: 10\nspawn_rate: 100\nrun_time: 4s\nwarm_up: 1s"
    )
    done = run(
        *("contract-load", "run", f"{url}/openapi.json", "--host", url),
        *("--scenario", str(file), "--output", str(tmp_path)),
    )
    assert "with 10 users for 4 s, scenario mine" in done.output
    total = json.loads((tmp_path / "results.json").read_text())["total"]
    expected = 10 / (total["mean_ms"] / 1000 + 0.13)
    assert total["rate"] == pytest.approx(expected, rel=0.03)
