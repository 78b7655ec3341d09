"""Locust's users of a contract: choose, send, check, record."""

import logging
import resource
import traceback
from dataclasses import replace
from http import HTTPStatus

import gevent
from gevent.pool import Group
from locust import User, task
from locust.env import Environment
from locust.user.task import LOCUST_STATE_STOPPING

from load import checks
from load.acceptance import Refusal
from load.connection import Connection, Reply
from load.exchanges import exchange_of, sent
from load.journeys import Step
from load.part import Load
from load.selection import SAFE

IN_FLIGHT_AT_MOST = 5_000
OTHER_FILES = 64

logger = logging.getLogger(__name__)


class ContractUser(User):
    """Makes calls, each valid, and checks each answer: one after another, or as arrivals are due."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.load = load_of(environment)
        self._most = _in_flight_at_most()
        self._idle: list[Connection] = []
        self._arrived = Group()

    def wait_time(self) -> float:
        """How long the user thinks between calls, or waits for an arrival (s)."""
        if self.load.orders.workload.rate is None:
            return self.load.orders.profile.wait
        return max(self.load.due - self.load.results.elapsed, 0)

    @task
    def call(self) -> None:
        """One call of the journey, or those that are due."""
        if self.load.orders.workload.rate is None:
            self._call(None)
            # Users who never pause need not go by way of Locust's own loop, which takes its time.
            while not self.load.orders.profile.wait and self._state != LOCUST_STATE_STOPPING:
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
        while self._idle:
            self._idle.pop().close()

    def _call(self, due: float | None) -> None:
        """A call that was due at a time (s since the start), or whenever the user had time for it."""
        load = self.load
        step = load.journeys.next()
        operation = step.call.operation
        connection = self._idle.pop() if self._idle else Connection(self.host or "")
        began = load.results.elapsed
        writes = load.ledger.sending(step, began)
        reply, reason = sent(connection, step)
        ended = load.results.elapsed
        # Answers that have come meanwhile are timed before this one is looked at.
        gevent.sleep(0)
        self._idle.append(connection)
        response_s = ended - (began if due is None else due)
        if due is not None and load.watch:
            load.watch.arrived(began - due)
        found = self._findings(step, reply, began, ended) if reply else [checks.network(reason)]
        journeys = load.journeys
        if reply is not None and checks.is_gone(step.target, reply):
            journeys.forget(step)
        if reply is not None and reply.status == HTTPStatus.CONFLICT:
            journeys.conflicted(step)
        status = reply.status if reply else 0
        succeeded = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        learns = journeys.reads(operation.label)
        is_told = learns or writes or step.entity is not None
        exchange = exchange_of(step, reply) if reply and succeeded and is_told else None
        if succeeded:
            self._accepted(step, began)
        made = journeys.done(step, exchange if learns else None, succeeded)
        body = exchange.response_body if exchange else None
        load.ledger.answered(writes, status, body, ended)
        if made:
            load.ledger.made(made, step, body, began, ended)
        elif exchange and operation.method == "get":
            for loss in load.ledger.read(step, body, began, ended):
                load.results.lost(loss, step.call.as_curl(self.host or ""))
                load.failed(loss.label, [checks.Fault.NOT_AS_ACKNOWLEDGED])
        if found:
            found = self._with_samples(step, reply, found)
            load.failed(operation.label, [each.fault for each in found])
        load.results.record(operation.label, status, response_s, ended - began, found)
        self.environment.events.request.fire(
            request_type=operation.method.upper(),
            name=operation.path,
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

    def _findings(self, step: Step, reply: Reply, began: float, ended: float) -> list[checks.Finding]:
        load, operation = self.load, step.call.operation
        try:
            guessed = operation.label in load.journeys.plan.guessed or load.journeys.erases
            found = checks.findings(operation, step.target, reply, load.alone, guessed)
        except Exception as error:  # a call that cannot be judged must not look like a good one
            # Not with its traceback, which may show what the service said.
            *_, place = traceback.extract_tb(error.__traceback__)
            told = load.mask.answer(f"{type(error).__name__}: {error}, at {place.filename}:{place.lineno}")
            logger.error("an answer of %s could not be judged: %s", load.mask(operation.label), told)
            return [checks.internal(error)]
        if not found or step.call.secret.is_empty or reply.status not in checks.UNAUTHORISED:
            return found
        found = self._with_samples(step, reply, found)
        if not load.acceptance.refuses(Refusal(operation, reply, began, ended, found)):
            return found
        load.tell_acceptance()
        return []

    def _accepted(self, step: Step, began: float) -> None:
        """A call has succeeded: what it tells of the credentials that it carried, and of later ones."""
        operation, acceptance = step.call.operation, self.load.acceptance
        if operation.method not in SAFE:
            acceptance.changed(operation.label)
        if not step.call.secret.is_empty:
            acceptance.accepted(operation, began)

    def _with_samples(
        self, step: Step, reply: Reply | None, found: list[checks.Finding]
    ) -> list[checks.Finding]:
        """With the answer and a command that repeats the call, where a finding is the first of its kind."""
        known = self.load.results.operations[step.call.operation.label].findings
        if all(each in known for each in found):
            return found
        sample = step.call.as_curl(self.host or "")
        answer = checks.answer_of(reply) if reply else ""
        return [each if each in known else replace(each, sample=sample, answer=answer) for each in found]


def _in_flight_at_most() -> int:
    """How many calls may wait for answers at a time, each on a connection of its own."""
    open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(IN_FLIGHT_AT_MOST, open_files - OTHER_FILES)


class ContractFailure(Exception):
    """A failed call, as Locust counts them: by its message."""


def load_of(environment: Environment) -> Load:
    """The Load that an environment carries."""
    carried: Load = environment.contract_load  # type: ignore[attr-defined] # put there by load.events
    return carried
