"""How much a service is asked for."""

import msgspec

from load.measurements.arrivals import CONSTANT


class Workload(msgspec.Struct, frozen=True):
    """An open workload when there is a `rate` (arrivals/s): calls are due by the clock, and `arrivals` says
    how these are spread. Otherwise a closed one: each user waits for an answer before the next call. The
    first `warm_up` s are left out of the figures. `manner` says in words what the figures of such a run mean.
    """

    rate: float | None = None
    arrivals: str = CONSTANT
    warm_up: int = 0
    manner: str = ""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "manner", self._manner())

    def _manner(self) -> str:
        if self.rate is None:
            return (
                "closed workload: each user waits for an answer before the next call, so a service that "
                "stalls receives fewer calls"
            )
        return (
            f"open workload of {self.rate:.4g} {self.arrivals} arrivals/s: response times count from when "
            f"calls were due, service times from when they were sent"
        )
