"""Locust's users of a contract: choose, send, check, record."""

import resource

import gevent
from gevent.pool import Group
from locust import User, task
from locust.env import Environment
from locust.user.task import LOCUST_STATE_STOPPING

from load.calls import response_checks
from load.calls.connection import Connection, NetworkError
from load.calls.sending import sent
from load.calls.throttling import retry_after_s
from load.measurements.findings import Finding
from load.measurements.results import REPEATED, UNKNOWN
from load.run.answers import Answers
from load.run.load import Load

IN_FLIGHT_AT_MOST = 5_000
OTHER_FILES = 64
# How long a user waits before calling again where nobody is: at first and in the end (s).
FIRST_PAUSE_S, LAST_PAUSE_S = 0.05, 1.0


class ContractUser(User):
    """Makes calls, each valid, and checks each answer: one after another, or as arrivals are due."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.load = load_of(environment)
        self._most = _in_flight_at_most()
        self._idle: list[Connection] = []
        self._arrived = Group()
        self._answers = Answers(self.load, self.host or "")
        self._pause_s = 0.0
        self._away_s = 0.0

    def wait_time(self) -> float:
        """How long the user thinks between calls, or waits for an arrival (s)."""
        if self.load.options.workload.rate is None:
            pause_s, self._pause_s = self._pause_s, 0.0
            return max(self.load.options.profile.wait, pause_s)
        return max(self.load.due - self.load.results.elapsed, 0)

    @task
    def call(self) -> None:
        """One call of the journey, or those that are due."""
        if self.load.options.workload.rate is None:
            self._call(None)
            # Users who never pause need not go by way of Locust's own loop, which takes its time.
            wait = self.load.options.profile.wait
            while not wait and not self._pause_s and self._state != LOCUST_STATE_STOPPING:
                self._call(None)
            return
        while (due := self.load.next_arrival()) is not None:
            if len(self._arrived) < self._most:
                self._arrived.spawn(self._call, due)
            elif self.load.watch:
                self.load.watch.drop()

    def on_start(self) -> None:
        """Locust calls this when the user begins: what was due before is not made up for."""
        self.load.take_share(self.load.share)

    def on_stop(self) -> None:
        """Locust calls this when the user leaves; calls that have been sent are waited for."""
        self._arrived.join()
        self._answers.join()
        while self._idle:
            self._idle.pop().close()

    def _call(self, due: float | None) -> None:
        """A call that was due at a time (s since the start), or whenever the user had time for it."""
        load = self.load
        step = load.journeys.next_step()
        operation = step.call.operation
        connection = self._idle.pop() if self._idle else load.connection(self.host or "")
        load.calls += 1
        began = load.results.elapsed
        writes = load.ledger.add_call(step, began)
        load.waiting += 1
        reply, error = sent(connection, step.call)
        load.waiting -= 1
        ended = load.results.elapsed
        # Answers that have come meanwhile are timed before this one is looked at.
        gevent.sleep(0)
        self._idle.append(connection)
        response_s = ended - (began if due is None else due)
        if due is not None and load.watch:
            load.watch.arrived(due, began)
            load.watch.worked(ended)
        found = self._answers.learnt(step, reply, writes, began, ended) if reply else _unanswered(error)
        if reply is None:
            load.ledger.add_failure(writes, is_sent=error is None or not error.unreachable)
            load.journeys.complete(step, None, succeeded=False)
        if reply.repeated if reply else error is not None and error.unknown:
            load.results.closed[REPEATED if reply else UNKNOWN] += 1
        status = reply.status if reply else 0
        if found:
            found = self._answers.with_samples(step, reply, found)
            load.failed(operation.label, [each.fault for each in found])
        load.results.record(operation.label, status, response_s, ended - began, found)
        if due is not None and load.watch:
            load.watch.worked(load.results.elapsed)
        # Where nobody is, calls come less and less often.
        is_away = error is not None and error.unreachable
        self._away_s = min(2 * self._away_s + FIRST_PAUSE_S, LAST_PAUSE_S) if is_away else 0.0
        if is_away and due is None:
            self._pause_s = self._away_s
        if reply is None:
            load.missed()
        elif due is None and response_checks.is_throttled(reply):
            self._pause_s = retry_after_s(reply)
        self.environment.events.request.fire(
            request_type=operation.method.upper(),
            name=load.paths[operation.label],
            response_time=response_s * 1000,
            response_length=len(reply.body) if reply else 0,
            exception=ContractFailure(load.mask(str(found[0]))) if found else None,
            context={},
        )

    def stop(self, force: bool = False) -> bool:
        """Asked to leave; gives whether it has left. A worker may ask twice, for Ctrl-C reaches it by way
        of its master too, and Locust takes that for a fault.
        """
        if self._state == LOCUST_STATE_STOPPING and not force:
            return False
        return bool(super().stop(force))


def _unanswered(error: NetworkError | None) -> list[Finding]:
    """Where nobody can know whether a call was carried out, nobody is to blame."""
    return [response_checks.network(str(error))] if error and not error.unknown else []


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
