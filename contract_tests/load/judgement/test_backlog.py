"""A service that falls behind the arrival rate is noticed, and one that keeps up is not accused."""

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contract_tests.support.processes import StartService, run
from load.judgement.backlog import behind
from load.measurements.arrivals import CONSTANT, Share, arrivals
from load.measurements.load_generator import Generator
from load.measurements.rate_course import RateCourse, RateStage
from load.measurements.results import Results


def loaded(rate: float, seconds: float, takes: Any, warm_up: float = 0.0) -> Results:
    """Results of an open workload in which a call that is due at `due` (s) takes `takes(due)` (s)."""
    results = Results.of(["a"], warm_up)
    calls = sorted(
        (due + takes(due), due) for due in (number / rate for number in range(int(rate * seconds)))
    )
    results.clock.ended = results.clock.began + seconds
    for ended, due in calls:
        results.operations["a"].timeline.record(ended, ended - due, ended - due, False)
        results.operations["a"].afterwards += ended > seconds
        results.operations["a"].statuses[200] += 1
    return results


@pytest.mark.parametrize(
    ("rate", "seconds", "takes", "requested", "answered"),
    [
        (150, 15, lambda due: 0.01 + due * 0.5, 150, 100),
        (1_000, 10, lambda due: 0.01 + due * 0.05, 1_000, 952),
        (10, 4, lambda due: 0.2 + due, 10, 5),
        # It keeps up only in the first half.
        (100, 40, lambda due: 0.01 + max(due - 20, 0), 100, 50),
    ],
)
def test_a_growing_backlog_is_noticed(
    rate: float, seconds: float, takes: Any, requested: float, answered: float
) -> None:
    backlog = behind(loaded(rate, seconds, takes))
    assert backlog is not None
    assert backlog.due == pytest.approx(requested, rel=0.1)
    assert backlog.answered == pytest.approx(answered, rel=0.1)


def course_of(*stages: tuple[float, float, float]) -> RateCourse:
    """Stages of rates, each from a rate to another (arrivals/s) within a time (s)."""
    return RateCourse(RateStage(*stage) for stage in stages)


def loaded_in_stages(course: RateCourse, takes: Any) -> Results:
    """Results of a course of rates in which a call that is due at `due` (s) takes `takes(due)` (s)."""
    results, seconds = Results.of(["a"], 0), course.spans[-1].end
    results.clock.ended = results.clock.began + seconds
    due = arrivals(CONSTANT, course, Share(), 0, Random())
    for ended, at in sorted((at + takes(at), at) for at in due):
        results.operations["a"].timeline.record(ended, ended - at, ended - at, False)
        results.operations["a"].afterwards += ended > seconds
        results.operations["a"].statuses[200] += 1
    return results


def test_a_backlog_is_noticed_in_the_stage_that_has_it() -> None:
    """The service answers 60 calls/s, and has caught up at the end."""
    course = course_of((20, 20, 10), (100, 100, 15), (10, 10, 15))
    results = loaded_in_stages(
        course, lambda due: 0.01 + max(min((due - 10) * 2 / 3, 10 - (due - 25) * 5 / 6), 0)
    )
    backlog = behind(results, spans=course.spans)
    assert backlog is not None
    assert backlog.due == pytest.approx(100, rel=0.1)
    assert backlog.answered == pytest.approx(60, rel=0.1)
    assert "the service falls behind at 100/s, from 10 s to 25 s: " in str(backlog)


@pytest.mark.parametrize(
    ("course", "takes"),
    [
        (course_of((10, 10, 10), (100, 100, 10)), lambda _due: 0.01),
        (course_of((10, 10, 10), (100, 100, 10)), lambda _due: 3.0),
        # More calls at a time take longer, and longer calls are missing at the end: that proves nothing.
        (course_of((10, 100, 20)), lambda due: 0.01 + due * 0.2),
        (course_of((10, 100, 20), (100, 100, 10)), lambda due: 0.01 + min(due, 20) * 0.2),
        (course_of((100, 100, 10), (0, 0, 5)), lambda _due: 0.01),
    ],
)
def test_a_rate_that_changes_is_no_backlog(course: RateCourse, takes: Any) -> None:
    assert behind(loaded_in_stages(course, takes), spans=course.spans) is None


@pytest.mark.parametrize(
    ("rate", "seconds", "takes"),
    [
        (100, 10, lambda _due: 0.01),
        # The number of calls in flight is constant.
        (100, 10, lambda _due: 3.0),
        (100, 2, lambda _due: 3.0),
        (2, 10, lambda _due: 3.0),
        (2, 1, lambda _due: 0.4),
        (50, 1, lambda due: 0.01 + due),
        # It warms up; it stalls; it stalls at the end.
        (100, 10, lambda due: max(2.0 - due, 0.01)),
        (100, 10, lambda due: 0.01 + max(7.0 - due, 0.0) * (due > 3.0)),
        (100, 10, lambda due: 0.01 + (10.5 - due) * (due > 8.0)),
        (100, 10, lambda due: 3.0 + 0.3 * (int(due * 97) % 10) / 10),
    ],
)
def test_a_service_that_keeps_up_has_no_backlog(rate: float, seconds: float, takes: Any) -> None:
    assert behind(loaded(rate, seconds, takes)) is None


def test_a_slow_generator_is_not_blamed_on_the_service() -> None:
    results = loaded(150, 15, lambda due: 0.01 + due * 0.5)
    results.add_generator("", Generator(15, 14.5))
    assert behind(results) is None


@pytest.mark.alone
def test_a_run_of_a_service_that_falls_behind_does_not_pass(
    adjustable_service: StartService, tmp_path: Path
) -> None:
    url = adjustable_service("--pool", "1", "--delay-ms", "20")
    arguments = ("--host", url, "--rate", "80", "-t", "4s", "--warm-up", "0", "--include", "GET /fixed")
    done = run("contract-load", "run", f"{url}/openapi.json", *arguments, "-o", str(tmp_path))
    assert done.wait() == 1
    results = json.loads((tmp_path / "results.json").read_text())
    (reason,) = results["reasons"]
    told_of = re.fullmatch(r"the service falls behind: (\d+)/s were due, (\d+)/s were answered", reason)
    assert told_of, reason
    requested, answered = map(int, told_of.groups())
    # Answers take 20 ms, one at a time. Due calls are counted in whole seconds.
    assert abs(requested - 80) <= 2
    assert 0 < answered <= 50
    assert not any("generator" in reason for reason in results["invalid"])
