"""When one process makes its arrivals, and whether it keeps up with them."""

import gc
import sys
from collections.abc import Iterator
from math import inf
from random import Random

from load.measurements.arrivals import Share, arrivals
from load.measurements.workload import Workload
from load.run.watch import Watch

SWITCH_S = 0.0005


class Pacing:
    """The arrivals of one process in one run; times are in s since the start of the run."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._share = Share()
        self._arrivals: Iterator[float] = iter(())
        self.due = inf
        self.watch: Watch | None = None

    def set_share(self, share: Share, elapsed: float) -> None:
        """Make this share of the arrivals from now on."""
        self._share = share
        if self._workload.rate is not None:
            self._arrivals = arrivals(self._workload.arrivals, self._workload.rate, share, elapsed, Random())
            self.due = next(self._arrivals)
        if self.watch:
            self.watch.rate = self._own_rate

    def next_arrival(self, elapsed: float) -> float | None:
        """When the next arrival was due, which is taken as made; None when it is not due yet."""
        due = self.due
        if due > elapsed:
            return None
        self.due = next(self._arrivals)
        return due

    def watch_process(self, elapsed: float) -> None:
        """Watch from now on whether this process keeps up, beginning after the warm-up."""
        # What has been compiled stays: a collection that looked at it would hold up calls for 0.1 s.
        gc.collect()
        gc.freeze()
        # The thread that observes the service lets calls go first; by default it may hold them up for 5 ms.
        sys.setswitchinterval(SWITCH_S)
        self.end()
        self.watch = Watch(max(self._workload.warm_up - elapsed, 0), self._own_rate)

    def end(self) -> None:
        """Stop watching."""
        if self.watch:
            self.watch.end()

    @property
    def _own_rate(self) -> float:
        """How many arrivals/s this process makes."""
        return (self._workload.rate or 0.0) / self._share.count
