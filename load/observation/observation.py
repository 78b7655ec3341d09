"""What was observed during a run."""

import statistics
from collections import Counter
from dataclasses import dataclass, field

from load.measurements.sample import Sample
from load.observation.counters import Counters
from load.observation.sessions import READS, WRITES, Backend, Wait


@dataclass
class Observation:
    """The service, its database and this machine during a run.

    `processes` are the names of the service's processes, `cores` the cores of this machine, and
    `idle_probe_ms` the response time of a GET / before the load. The rest is counted over all samples, by
    kind of statement: `waits` has what the sessions in use waited for, `statements` what they executed, and
    `blocked` which session held the lock that others waited for. `counted` is what PostgreSQL counted.
    """

    processes: tuple[str, ...] = ()
    cores: int = 1
    idle_probe_ms: float | None = None
    samples: list[Sample] = field(default_factory=list)
    waits: dict[str, Counter[Wait]] = field(default_factory=lambda: {READS: Counter(), WRITES: Counter()})
    statements: dict[str, Counter[str]] = field(default_factory=lambda: {READS: Counter(), WRITES: Counter()})
    blocked: dict[str, Counter[str]] = field(default_factory=lambda: {READS: Counter(), WRITES: Counter()})
    counted: Counters | None = None

    @property
    def others_cores(self) -> float | None:
        """The mean of the cores used by programs other than the service, its database and this load.

        None when no sample has the figures of both the service and the load.
        """
        others = [
            sample.machine_cores - sample.service_cores - (sample.postgres_cores or 0.0) - sample.load_cores
            for sample in self.samples
            if sample.service_cores is not None and sample.load_cores is not None
        ]
        return max(statistics.fmean(others), 0.0) if others else None

    def mean(self, name: str) -> float | None:
        """The mean of a field of the samples, over those that have it."""
        values = self._values(name)
        return statistics.fmean(values) if values else None

    def median(self, name: str) -> float | None:
        """The median of a field of the samples, over those that have it."""
        values = self._values(name)
        return statistics.median(values) if values else None

    def add_backends(self, backends: list[Backend]) -> None:
        """Count the service's sessions as they are at a moment."""
        busy = {backend.pid: backend for backend in backends if backend.is_busy}
        for backend in busy.values():
            if backend.kind not in self.waits:
                continue
            self.waits[backend.kind][backend.waits_for] += 1
            self.statements[backend.kind][backend.statement] += 1
            for blocker in (busy[pid] for pid in backend.blocked_by if pid in busy):
                if not blocker.blocked_by:
                    holder = f"a session that is {blocker.state}: {blocker.statement}"
                    self.blocked[backend.kind][holder] += 1

    def _values(self, name: str) -> list[float]:
        return [value for sample in self.samples if (value := getattr(sample, name)) is not None]
