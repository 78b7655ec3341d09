"""The search for the highest rate (calls/s) at which the objectives hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.support.processes import StartService, run
from load.judgement.capacity import PRECISION, Search
from load.measurements.run_records import Trial

HANDLERS, TAKES_MS = 5, 100
TRUTH = HANDLERS / TAKES_MS * 1000


def searched(limit: float, hiccups: int = 0, answers: float = 1.0, **bounds: float) -> Search:
    """A search of a service that keeps its objectives up to a rate (calls/s), and answers a multiple of that
    when it is asked for more.
    """
    search = Search(bounds.get("lowest", 10), bounds.get("highest", 10_000))
    while (rate := search.next_rate) is not None:
        assert len(search.trials) < 40, "it does not end"
        broken = "p95 of it passes 5.0 ms" if rate > limit else ""
        throughput = min(rate, limit * answers) if broken else rate
        if not broken and hiccups:
            broken, hiccups = "a hiccup", hiccups - 1
        search.add(Trial(rate, throughput, 1, 2, 3, 0, broken))
    return search


@pytest.mark.parametrize("limit", [10.2, 57, 412, 1_650, 9_700])
@pytest.mark.parametrize("answers", [0.33, 1.0, 1.5, 9.0])
def test_the_search_finds_the_limit(limit: float, answers: float) -> None:
    search = searched(limit, answers=answers)
    assert search.best is not None
    assert search.worst is not None
    assert limit * (1 - PRECISION) * 0.99 <= search.best.rate <= limit < search.worst.rate
    assert len(search.trials) <= 20


def test_a_hiccup_is_no_limit() -> None:
    search = searched(500, hiccups=1)
    assert search.best is not None
    assert search.best.rate == pytest.approx(500, rel=PRECISION)
    assert "a hiccup" in [trial.broken for trial in search.trials]


def test_the_answer_of_a_search_states_the_capacity() -> None:
    assert searched(5).answer.startswith("not even 10/s is within the objectives: p95 of it passes 5.0 ms;")
    assert searched(1e9, highest=90).answer == (
        "at least 90/s within the objectives; nothing higher was tried"
    )
    assert searched(50).answer.endswith("/s p95 of it passes 5.0 ms")
    search = Search(10, 100)
    search.add(Trial(10, 10, 1, 2, 3, 0))
    for _ in range(2):
        search.add(Trial(20, 20, 1, 2, 3, 0, invalid="the load's generator was at its limit"))
    search.add(Trial(15, 15, 1, 2, 3, 0))
    assert "at least 15/s within the objectives; beyond, the load's generator" in search.answer


def capacity(url: str, folder: Path, *options: str) -> tuple[int, Any]:
    arguments = ("--host", url, "--step-time", "4s", "--warm-up", "1s", "-o", str(folder))
    done = run("contract-load", "capacity", f"{url}/openapi.json", *arguments, *options)
    assert (folder / "results.json").exists(), done.output
    return done.wait(), json.loads((folder / "results.json").read_text())


@pytest.mark.alone
def test_the_capacity_of_a_handler_pool_is_found(adjustable_service: StartService, tmp_path: Path) -> None:
    url = adjustable_service("--pool", str(HANDLERS), "--delay-ms", str(TAKES_MS))
    objectives = ("--from", "40", "--objective", "get_thing p95 < 200ms", "--objective", "rate > 1000/s")
    code, results = capacity(url, tmp_path, *objectives)
    assert results["capacity"]["rate"] == pytest.approx(TRUTH, rel=0.05)
    assert "/s within the objectives; at " in results["capacity"]["answer"]
    assert (code, results["verdict"]) == (1, "FAILED")
    assert [objective["holds"] for objective in results["objectives"]] == [True, False]
    assert results["workload"]["rate"] == results["capacity"]["rate"]
    tried = results["capacity"]["trials"]
    assert tried == sorted(tried, key=lambda trial: trial["rate"])
    assert max(trial["throughput"] for trial in tried) < TRUTH * 1.05


@pytest.mark.process
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--profile", "steps"), "scenario steps sets the number of users by stages; choose one without"),
        (("--from", "50", "--to", "20"), "--to 20 is lower than --from 50"),
        (("--from", "0"), "--from"),
        (("--step-time", "soon"), "'soon' is not a time"),
    ],
)
def test_bad_input_is_reported_in_one_line(options: tuple[str, ...], message: str) -> None:
    done = run("contract-load", "capacity", *options)
    assert done.wait() in (1, 2)
    (line,) = done.lines
    assert message in line


def test_a_service_too_slow_for_the_first_rate_has_no_capacity(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--pool", "1", "--delay-ms", "200")
    code, results = capacity(url, tmp_path, "--include", "GET /fixed")
    assert (code, results["capacity"]["rate"]) == (1, None)
    assert "not even 10/s is within the objectives: the service falls behind" in results["reasons"][0]
