"""The users of a contract as Locust runs them."""

import resource

from gevent.pool import Group
from locust import User, task
from locust.env import Environment
from locust.user.task import LOCUST_STATE_STOPPING

from load.options.options import Options
from load.run.caller import Caller, Made
from load.run.load import Load

IN_FLIGHT_AT_MOST = 5_000
OTHER_FILES = 64
# Where nothing is due for long, or any more, a user still looks so often (s).
_LOOK_S = 1.0
# No more (s) of being woken late is made up for: this process would be at its limit.
_LATE_S = 0.05


class ContractUser(User):
    """Makes calls, each valid, and checks each answer: one after another, or as arrivals are due."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._load: Load = load_of(environment)
        self._caller = self._new_caller()
        self._in_flight_at_most = _in_flight_at_most()
        self._in_flight = Group()
        self._thinks_until = self._wakes = 0.0

    def _new_caller(self) -> Caller:
        load = self._load
        return Caller(load.session, load.ending, load.pacing, self.host or "")

    @property
    def _options(self) -> Options:
        return self._load.prepared.options

    def wait_time(self) -> float:
        """How long the user thinks between calls, or waits for the next arrival (s)."""
        elapsed = self._load.session.results.elapsed
        if self._options.workload.is_open:
            return max(min(self._load.pacing.due - elapsed, _LOOK_S), 0)
        # To take down an answer has taken some of the time.
        wait_s = max(self._thinks_until - elapsed, self._caller.take_pause_s(), 0)
        self._wakes = elapsed + wait_s
        return wait_s

    @task
    def call(self) -> None:
        """One call of the journey, or all that are due."""
        if self._caller.session is not self._load.session:
            # A worker that joins late may be given users before it hears of the run.
            self._caller = self._new_caller()
        if self._options.workload.is_open:
            self._call_those_due()
            return
        think_times = self._load.think_times
        late_s = max(self._load.session.results.elapsed - self._wakes, 0)
        made = self._call(None)
        # Users who never pause need not go through Locust's own loop, which costs time.
        while think_times.is_none and not (self._caller.has_to_pause or self._state == LOCUST_STATE_STOPPING):
            made = self._call(None)
        # On average, users think for as long as they were asked to, though each is woken a little late.
        self._thinks_until = made.ended + think_times.after(made.operation.label) - min(late_s, _LATE_S)

    def _call_those_due(self) -> None:
        pacing, session = self._load.pacing, self._load.session
        while (due := pacing.next_arrival(session.results.elapsed)) is not None:
            if len(self._in_flight) < self._in_flight_at_most:
                self._in_flight.spawn(self._call, due)
            elif pacing.watch:
                pacing.watch.drop()

    def _call(self, due: float | None) -> Made:
        made = self._caller.call(due)
        self._report(made)
        return made

    def _report(self, made: Made) -> None:
        """Tell Locust of a call, for its own figures."""
        prepared, findings = self._load.prepared, made.findings
        text = prepared.options.credentials.mask(str(findings[0])) if findings else ""
        self.environment.events.request.fire(
            request_type=made.operation.method.upper(),
            name=prepared.paths[made.operation.label],
            response_time=made.response_s * 1000,
            response_length=made.size,
            exception=ContractFailure(text) if findings else None,
            context={},
        )

    def on_start(self) -> None:
        """Locust calls this when the user begins: arrivals that were due before are not made up for."""
        self._load.restart_arrivals()

    def on_stop(self) -> None:
        """Locust calls this when the user leaves; calls that have been sent are waited for."""
        self._in_flight.join()
        self._caller.close()

    def stop(self, force: bool = False) -> bool:
        """Ask the user to leave; gives whether it has left. A worker may ask twice, since Ctrl-C reaches it
        from its master as well, and Locust takes the second time for a fault.
        """
        if self._state == LOCUST_STATE_STOPPING and not force:
            return False
        return bool(super().stop(force))


def _in_flight_at_most() -> int:
    """How many calls may wait for answers at a time, each on a connection of its own."""
    open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(IN_FLIGHT_AT_MOST, open_files - OTHER_FILES)


class ContractFailure(Exception):
    """A failed call, as Locust counts them: by its message."""


def load_of(environment: Environment) -> Load:
    """The Load that an environment carries."""
    carried: Load = environment.contract_load  # type: ignore[attr-defined] # put there by load.run.events
    return carried
