"""How much a service is asked for."""

from math import inf

import msgspec

from load.measurements.arrivals import CONSTANT
from load.measurements.rate_course import RateCourse, RateStage
from load.quantities import quantity


class Workload(msgspec.Struct, frozen=True):
    """An open workload when there is a `rate` (arrivals/s), or `stages` of rates: calls are due by the clock,
    and `arrivals` says how these are spread. Otherwise a closed one: each user waits for an answer before the
    next call. The first `warm_up` s are left out of the figures. `manner` says in words what the figures of
    such a run mean.
    """

    rate: float | None = None
    arrivals: str = CONSTANT
    warm_up: int = 0
    manner: str = ""
    stages: tuple[RateStage, ...] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "manner", self._manner())

    @property
    def is_open(self) -> bool:
        """Whether calls are due by the clock."""
        return self.rate is not None or bool(self.stages)

    @property
    def course(self) -> RateCourse:
        """The rate over time; nothing is due in a closed workload."""
        constant = [RateStage(self.rate, self.rate, inf)] if self.rate else []
        return RateCourse(self.stages or constant)

    def __str__(self) -> str:
        if not self.is_open:
            return "closed"
        if self.rate is not None:
            return f"open with {self.rate:g} {self.arrivals} arrivals/s"
        stages = ", ".join(f"{stage} for {stage.seconds:g} s" for stage in self.stages)
        return f"open with {self.arrivals} arrivals at {stages}"

    def _manner(self) -> str:
        if not self.is_open:
            return (
                "closed workload: each user waits for an answer before the next call, so a service that "
                "stalls receives fewer calls"
            )
        if self.rate is not None:
            rate = f"{self.rate:.4g} {self.arrivals} arrivals/s"
        else:
            rate = f"{self.arrivals} arrivals in {quantity(len(self.stages), 'stage')} of rates"
        return (
            f"open workload of {rate}: response times count from when calls were due, service times "
            "from when they were sent"
        )
