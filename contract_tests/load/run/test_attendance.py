"""A run that loses a worker says what is missing, and ends."""

import sys
from random import Random

import pytest

from contract_tests.benchmarks.workers import HARMS, harmed
from contract_tests.support.processes import run
from load.run.attendance import HALTED_S, SILENT_S, Attendance
from load.run.protocol import Sign

pytestmark = pytest.mark.process


def sign(at: float, calls: int, written: int, halted: float = 0.0) -> Sign:
    return Sign(run="one", at=at, calls=calls, written=written, halted=halted)


def test_the_missing_calls_of_a_silent_worker_are_reported() -> None:
    attendance = Attendance()
    for name in ("a", "b"):
        attendance.expect(name)
        attendance.add_sign(name, sign(6.9, 690, 40), 7.0)
        attendance.add_report(name, 600, 0, 7.0)
    attendance.mark_absent(set(), 7.0 + SILENT_S)
    assert attendance.awaited == {"a", "b"}
    attendance.add_sign("b", sign(6.9 + HALTED_S, 700, 40), 7.0 + SILENT_S)
    attendance.mark_absent(set(), 7.1 + SILENT_S)
    assert attendance.awaited == {"b"}
    attendance.add_report("b", 100, 40, 20.0)
    attendance.complete("b", 2)
    assert not attendance.awaited
    assert attendance.missing() == (
        "worker a was last heard of at 7.0 s: 90 calls that it had made until then and whatever it did after "
        "that, at about 100 calls/s so far, are missing; 40 entities that it wrote were not read back",
    )


def test_a_worker_that_returns_is_reported() -> None:
    attendance = Attendance()
    attendance.expect("a")
    attendance.add_sign("a", sign(2.0, 20, 0), 2.1)
    # Locust has given it up. Then it returns, and its own clock says for how long it was stopped.
    attendance.mark_absent({"a"}, 6.5)
    assert attendance.is_deserted
    attendance.add_report("a", 20, 0, 9.0)
    attendance.add_sign("a", sign(9.1, 21, 0), 9.2)
    attendance.complete("a", 1)
    (message,) = attendance.missing()
    assert message.startswith("worker a was absent from 2.1 s to 9.1 s of the run, then came back")
    assert not attendance.expects_results("a"), "what it tells after its last results is of no run"


def test_a_worker_halted_until_the_end_is_reported() -> None:
    """It had never reported before, and has reported everything that it did: nothing."""
    attendance = Attendance()
    attendance.expect("a")
    attendance.add_sign("a", sign(6.0, 0, 0, halted=5.5), 6.1)
    attendance.add_report("a", 0, 0, 6.2)
    attendance.complete("a", 1)
    (message,) = attendance.missing()
    assert message.startswith("worker a was absent from 0.5 s to 6.0 s of the run, then came back")


def test_missing_reports_are_noticed() -> None:
    attendance = Attendance()
    attendance.expect("a")
    attendance.add_sign("a", sign(1.0, 5, 0), 1.0)
    attendance.add_report("a", 5, 0, 2.0)
    attendance.complete("a", 3)
    assert attendance.missing() == ("worker a 2 of its 3 reports are missing",)


def test_a_worker_that_never_started_is_reported() -> None:
    attendance = Attendance()
    attendance.expect("a")
    attendance.mark_absent({"a"}, 4.0)
    assert not attendance.awaited
    assert attendance.missing() == (
        "worker a never began, or was never heard of: its share of the load is missing",
    )


def test_workers_that_stay_are_not_reported() -> None:
    attendance = Attendance()
    attendance.expect("a")
    # The master was busy, and got the reports of a present worker late.
    attendance.add_sign("a", sign(1.0, 5, 0), 1.0)
    attendance.add_sign("a", sign(1.5, 5, 0), 6.0)
    attendance.add_report("a", 5, 0, 6.0)
    attendance.complete("a", 1)
    assert attendance.missing() == ()


@pytest.mark.parametrize(
    ("harm", "after"),
    [("killed", 1.0), ("killed", 0.2), ("stopped", 1.0), ("returning", 1.0)],
    ids=["killed", "killed before its first sign of life", "stopped", "returning"],
)
def test_a_run_that_loses_a_worker_does_not_pass_and_ends(harm: str, after: float) -> None:
    run = harmed(HARMS[harm], after=after, seconds=3, random=Random(1))
    assert run.verdict == "INVALID", run
    assert run.code == 1
    assert "worker" in run.message, run
    assert run.seconds < 30


def test_a_leaving_worker_waits_for_the_read_back() -> None:
    """Locust's message to stop and Ctrl-C may come in either order; the results are sent once."""
    done = run(sys.executable, "-m", "contract_tests.support.interrupted_worker")
    assert done.wait() == 0, done.output
    assert done.output.strip() == "1 1"
