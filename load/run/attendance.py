"""Which workers of a distributed run were there all the time, and what is missing of those that were not.
Sends nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# A worker tells of itself so often; one that is silent for longer than the second is not there.
SIGN_S = 0.5
SILENT_S = 4.0
# A process that finds so much time between two of its own signs was stopped, or had no processor.
HALTED_S = 3.0


@dataclass(frozen=True)
class Sign:
    """What a worker tells of itself: when (s since the start, by its own clock), how many calls it has sent,
    how many things that it wrote are in its ledger, and how long (s) it was halted: it did not run, and did
    not wait for anything.
    """

    at: float
    calls: int
    written: int
    halted: float = 0.0

    def message(self) -> dict[str, Any]:
        """As plain values, for another process."""
        return asdict(self)


@dataclass
class Worker:
    """What the master knows of a worker: its last sign and when that came (s since the start), what has come
    of its results, and the times (from, until) when it was not there.
    """

    sign: Sign | None = None
    heard: float = 0.0
    calls: int = 0
    read: int = 0
    reports: int = 0
    told_reports: int = 0
    is_done: bool = False
    is_absent: bool = False
    absences: list[tuple[float, float]] = field(default_factory=list)

    def back(self, at: float) -> None:
        """Something has come from it."""
        if self.is_absent:
            self.away(self.heard, at)
        self.heard, self.is_absent = at, False

    def away(self, since: float, until: float) -> None:
        """It was not there for a time, which may have been noticed in two ways."""
        if self.absences and since <= self.absences[-1][1]:
            since, until = self.absences[-1][0], max(until, self.absences[-1][1])
            self.absences.pop()
        self.absences.append((since, until))

    def missing(self) -> Iterator[str]:
        """What is missing of it, for people."""
        if self.is_done and self.told_reports > self.reports:
            yield f"{self.told_reports - self.reports} of its {self.told_reports} reports are missing"
        if self.is_done and self.absences:
            times = ", ".join(f"from {since:.1f} s to {until:.1f} s" for since, until in self.absences)
            yield (
                f"was missing {times} of the run, then came back: what it asked for and measured around "
                f"then is not what was wanted"
            )
        if not self.is_done and self.sign is None:
            yield "never began, or was never heard of: its part of the load is missing"
        elif not self.is_done and self.sign is not None:
            yield self._unheard(self.sign)

    def _unheard(self, sign: Sign) -> str:
        calls, things = max(sign.calls - self.calls, 0), max(sign.written - self.read, 0)
        rate = f", at about {sign.calls / sign.at:.0f} calls/s so far" if sign.at else ""
        return (
            f"was last heard of at {self.heard:.1f} s: {calls} calls that it had made until then are "
            f"missing, and what it did after that{rate}; {things} things that it wrote are not read back"
        )


class Attendance:
    """The workers of one run, by their names; times are in s since its start, by the master's clock."""

    def __init__(self) -> None:
        self._workers: dict[str, Worker] = {}

    def expect(self, name: str) -> None:
        """A worker has been told to begin."""
        self._workers.setdefault(name, Worker())

    def heard(self, name: str, sign: Mapping[str, Any], at: float) -> None:
        """A sign of a worker has come."""
        worker = self._workers.get(name)
        if worker is None:
            return
        told = Sign(**sign)
        if worker.sign and told.at - worker.sign.at > HALTED_S:
            worker.away(worker.sign.at, told.at)
        elif told.halted > (worker.sign.halted if worker.sign else 0.0):
            # It may have been so before its first sign, and been over only when the run was.
            worker.away(max(told.at - told.halted, 0.0), told.at)
        worker.sign = told
        worker.back(at)

    def reported(self, name: str, calls: int, read: int, at: float) -> None:
        """Results of a worker have come: of so many calls, with so many things read back."""
        worker = self._workers[name]
        worker.back(at)
        worker.calls += calls
        worker.read += read
        worker.reports += 1

    def done(self, name: str, reports: int) -> None:
        """The last results of a worker have come; it has sent so many reports in all."""
        worker = self._workers[name]
        worker.is_done, worker.told_reports = True, reports

    def look(self, gone: set[str], at: float) -> None:
        """Note who is not there now: those that have `gone`, and those that have been silent for too long."""
        for name, worker in self._workers.items():
            is_silent = worker.sign is not None and at - worker.heard > SILENT_S
            if not worker.is_done and (name in gone or is_silent):
                worker.is_absent = True

    def listens_to(self, name: str) -> bool:
        """Whether results of a worker are still to come."""
        return name in self._workers and not self._workers[name].is_done

    @property
    def awaited(self) -> set[str]:
        """Those that are there and have not told their last results."""
        return {name for name, each in self._workers.items() if not (each.is_done or each.is_absent)}

    @property
    def nobody_left(self) -> bool:
        """Whether all of them are gone before their last results came."""
        return bool(self._workers) and all(each.is_absent for each in self._workers.values())

    def missing(self) -> tuple[str, ...]:
        """What is missing of each, for people; nothing when all were there all the time."""
        return tuple(
            f"worker {name} {told}" for name, each in self._workers.items() for told in each.missing()
        )
