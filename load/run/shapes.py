"""How many users Locust keeps, over time."""

import gevent
from locust import LoadTestShape
from locust.runners import MasterRunner

from load.options.scenario import Scenario

# Locust calls `tick` so often (s): a run would end up to so much later than it should.
_TICK_S = 1.0


class OpenShape(LoadTestShape):
    """One user for each process that makes arrivals, for a time (s) if one is given."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._seconds = seconds

    def tick(self) -> tuple[int, float] | None:
        """One user and one spawn per s for each process; None at the end."""
        if self._seconds is not None:
            left_s = self._seconds - self.get_run_time()  # type: ignore[no-untyped-call]
            if left_s < _TICK_S:
                gevent.sleep(max(left_s, 0))
                return None
        processes = self.runner.worker_count if isinstance(self.runner, MasterRunner) else 1
        return max(processes, 1), max(processes, 1)


class StagedShape(LoadTestShape):
    """The stages of users of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # half typed, like get_run_time below
        self._scenario = scenario

    def tick(self) -> tuple[int, float] | None:
        """Users and spawn rate (users/s) of the stage that the time falls into; None at the end."""
        now: float = self.get_run_time()  # type: ignore[no-untyped-call]
        end = 0.0
        for stage in self._scenario.stages:
            end += stage.length_s
            if now < end and stage.users is not None:
                return stage.users, stage.spawn_rate or stage.users
        return None
