"""Which workers of a distributed run were there all the time, and what is missing of those that were not.
Sends nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from load.quantities import quantity
from load.run.protocol import Sign

# A worker sends a sign of life so often (s); one that is silent for longer than SILENT_S is absent.
SIGN_S = 0.5
SILENT_S = 4.0
# A process that finds so much time (s) between two of its own signs was stopped, or had no processor.
HALTED_S = 3.0


@dataclass
class Received:
    """What has come of the results of a worker: calls, entities read back, and reports, of which it has sent
    `sent` in all, as far as it has said.
    """

    calls: int = 0
    read: int = 0
    reports: int = 0
    sent: int = 0


@dataclass
class Attendee:
    """What the master knows of a worker: its last sign and when something was heard last (s since the start
    of the run), its results, and the times (from, until) when it was absent. It is `done` after its last
    results.
    """

    sign: Sign | None = None
    heard: float = 0.0
    received: Received = field(default_factory=Received)
    is_done: bool = False
    is_absent: bool = False
    absences: list[tuple[float, float]] = field(default_factory=list)

    def hear(self, at: float) -> None:
        """Something has come from it."""
        if self.is_absent:
            self.add_absence(self.heard, at)
        self.heard, self.is_absent = at, False

    def add_absence(self, since: float, until: float) -> None:
        """It was absent between two times; the same absence may have been noticed in two ways."""
        if self.absences and since <= self.absences[-1][1]:
            since, until = self.absences[-1][0], max(until, self.absences[-1][1])
            self.absences.pop()
        self.absences.append((since, until))

    def missing(self) -> Iterator[str]:
        """What is missing of it, for people."""
        if not self.is_done:
            yield (
                self._unheard(self.sign)
                if self.sign
                else ("never began, or was never heard of: its share of the load is missing")
            )
            return
        lost = self.received.sent - self.received.reports
        if lost > 0:
            yield f"{lost} of its {self.received.sent} reports are missing"
        if self.absences:
            times = ", ".join(f"from {since:.1f} s to {until:.1f} s" for since, until in self.absences)
            yield (
                f"was absent {times} of the run, then came back: around then it neither made the calls that "
                "it should have made nor measured them well"
            )

    def _unheard(self, sign: Sign) -> str:
        calls = max(sign.calls - self.received.calls, 0)
        unread = max(sign.written - self.received.read, 0)
        rate = f", at about {sign.calls / sign.at:.0f} calls/s so far," if sign.at else ""
        entities = quantity(unread, "entity", "entities")
        return (
            f"was last heard of at {self.heard:.1f} s: {quantity(calls, 'call')} that it had made until then "
            f"and whatever it did after that{rate} are missing; {entities} that it wrote were not read back"
        )


class Attendance:
    """The workers of one run, by their names; times are in s since its start, by the master's clock."""

    def __init__(self) -> None:
        self._workers: dict[str, Attendee] = {}

    def expect(self, name: str) -> None:
        """A worker has been told to begin."""
        self._workers.setdefault(name, Attendee())

    def add_sign(self, name: str, sign: Sign, at: float) -> None:
        """A sign of life has come from a worker."""
        worker = self._workers.get(name)
        if worker is None:
            return
        if worker.sign and sign.at - worker.sign.at > HALTED_S:
            worker.add_absence(worker.sign.at, sign.at)
        elif sign.halted > (worker.sign.halted if worker.sign else 0.0):
            # It may have been halted before its first sign, until the run was over.
            worker.add_absence(max(sign.at - sign.halted, 0.0), sign.at)
        worker.sign = sign
        worker.hear(at)

    def add_report(self, name: str, calls: int, read: int, at: float) -> None:
        """Results of a worker have come: of so many calls, with so many entities read back."""
        worker = self._workers[name]
        worker.hear(at)
        worker.received.calls += calls
        worker.received.read += read
        worker.received.reports += 1

    def complete(self, name: str, reports: int) -> None:
        """The last results of a worker have come; it has sent so many reports in all."""
        worker = self._workers[name]
        worker.is_done, worker.received.sent = True, reports

    def mark_absent(self, gone: set[str], at: float) -> None:
        """Note who is absent now: those that have `gone`, and those that have been silent for too long."""
        for name, worker in self._workers.items():
            is_silent = worker.sign is not None and at - worker.heard > SILENT_S
            if not worker.is_done and (name in gone or is_silent):
                worker.is_absent = True

    def expects_results(self, name: str) -> bool:
        """Whether results of a worker are still to come."""
        return name in self._workers and not self._workers[name].is_done

    @property
    def awaited(self) -> set[str]:
        """The workers that are there and have not sent their last results."""
        return {name for name, worker in self._workers.items() if not (worker.is_done or worker.is_absent)}

    @property
    def is_deserted(self) -> bool:
        """Whether all workers are gone."""
        return bool(self._workers) and all(worker.is_absent for worker in self._workers.values())

    def missing(self) -> tuple[str, ...]:
        """What is missing of each worker, for people; nothing when all were there all the time."""
        return tuple(
            f"worker {name} {text}" for name, worker in self._workers.items() for text in worker.missing()
        )
