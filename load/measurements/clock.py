"""The time of a run."""

import time
from dataclasses import dataclass, field


@dataclass
class Clock:
    """When a run began and ended (s since the epoch), and how much of its start (s) is warm-up. `origin` is
    its beginning as a time of `time.perf_counter`.
    """

    warm_up: float = 0.0
    began: float = field(default_factory=time.time)
    ended: float | None = None
    origin: float = field(default_factory=time.perf_counter)

    @classmethod
    def since(cls, origin: float | None, warm_up: float) -> "Clock":
        """The clock of a run that began at a time of `time.perf_counter`, or begins now."""
        now = time.perf_counter()
        origin = now if origin is None else origin
        return cls(warm_up, time.time() - (now - origin), origin=origin)

    @property
    def elapsed(self) -> float:
        """How long ago (s) the run began."""
        return time.perf_counter() - self.origin

    def end(self) -> None:
        """End the run, unless it has ended: no more calls are made, and only answers are waited for."""
        if self.ended is None:
            self.ended = self.began + self.elapsed

    @property
    def length(self) -> float:
        """How long (s) the run took, or has taken so far."""
        return self.ended - self.began if self.ended is not None else self.elapsed

    @property
    def measured_s(self) -> float:
        """How long (s) the run was measured: all but the warm-up."""
        return max(self.length - self.warm_up, 0.0)
