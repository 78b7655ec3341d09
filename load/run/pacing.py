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
        self._workload, self._course = workload, workload.course
        self._share = Share()
        self._arrivals: Iterator[float] = iter(())
        self.due = inf
        self.watch: Watch | None = None

    def set_share(self, share: Share, elapsed: float) -> None:
        """Make this share of the arrivals from now on."""
        self._share = share
        self._arrivals = arrivals(self._workload.arrivals, self._course, share, elapsed, Random())
        self.due = next(self._arrivals, inf)

    def next_arrival(self, elapsed: float) -> float | None:
        """When the next arrival was due, which is taken as made; None when it is not due yet."""
        due = self.due
        if due > elapsed:
            return None
        self.due = next(self._arrivals, inf)
        return due

    def watch_process(self, elapsed: float) -> None:
        """Watch from now on whether this process keeps up, beginning after the warm-up."""
        # What has been compiled stays: a collection that looked at it would hold up calls for 0.1 s.
        gc.collect()
        gc.freeze()
        # The thread that observes the service lets calls go first; by default it may hold them up for 5 ms.
        sys.setswitchinterval(SWITCH_S)
        self.end()
        self.watch = Watch(max(self._workload.warm_up - elapsed, 0), self._due_between)

    def end(self) -> None:
        """Stop watching."""
        if self.watch:
            self.watch.end()

    def _due_between(self, since: float, until: float) -> float:
        """How many arrivals of this process are due between two times."""
        return (self._course.count(until) - self._course.count(since)) / self._share.count
