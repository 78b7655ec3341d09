"""Locust's users of a contract: choose, send, check, record."""

import logging
import resource
import time
import traceback
from dataclasses import replace
from http import HTTPStatus

import gevent
from gevent.pool import Group
from locust import User, task
from locust.env import Environment
from locust.user.task import LOCUST_STATE_STOPPING

from load.calls import checks
from load.calls.authentication import Refusal
from load.calls.connection import Connection, NetworkError, Reply
from load.calls.sending import exchange_of, sent
from load.calls.throttling import retry_after_s
from load.journeys.addresses import Change
from load.journeys.entities import Entity
from load.journeys.step import Step
from load.journeys.writes import in_use
from load.measurements.findings import Fault, Finding
from load.measurements.losses import BY_A_CACHE, Absence
from load.measurements.results import REPEATED, UNKNOWN
from load.planning.effects import SAFE
from load.run.load import Load
from openapi.expressions import Exchange

IN_FLIGHT_AT_MOST = 5_000
OTHER_FILES = 64
# Of things that were accepted (202), a user looks for so many at a time, first after this time (s), then less
# often.
AWAITED_AT_MOST = 20
SOON_S, LATER_S = 0.05, 1.0

logger = logging.getLogger(__name__)


class ContractUser(User):
    """Makes calls, each valid, and checks each answer: one after another, or as arrivals are due."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.load = load_of(environment)
        self._most = _in_flight_at_most()
        self._idle: list[Connection] = []
        self._arrived = Group()
        self._awaiting = Group()
        self._pause_s = 0.0

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
        self._awaiting.join()
        while self._idle:
            self._idle.pop().close()

    def _call(self, due: float | None) -> None:
        """A call that was due at a time (s since the start), or whenever the user had time for it."""
        load = self.load
        step = load.journeys.next()
        operation = step.call.operation
        connection = self._idle.pop() if self._idle else load.connection(self.host or "")
        load.calls += 1
        began = load.results.elapsed
        writes = load.ledger.sending(step, began)
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
        found = self._learnt(step, reply, writes, began, ended) if reply else _unanswered(error)
        if reply is None:
            load.ledger.unanswered(writes, is_sent=error is None or not error.unreachable)
            load.journeys.done(step, None, succeeded=False)
        if reply.repeated if reply else error is not None and error.unknown:
            load.results.closed[REPEATED if reply else UNKNOWN] += 1
        status = reply.status if reply else 0
        if found:
            found = self._with_samples(step, reply, found)
            load.failed(operation.label, [each.fault for each in found])
        load.results.record(operation.label, status, response_s, ended - began, found)
        if due is not None and load.watch:
            load.watch.worked(load.results.elapsed)
        if reply is None:
            load.missed()
        elif due is None and checks.is_throttled(reply):
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

    def _learnt(
        self, step: Step, reply: Reply, writes: list[Change], began: float, ended: float
    ) -> list[Finding]:
        """What is wrong with an answer to a call that was sent and answered at these times (s since the
        start). What it tells is taken into journeys and ledger.
        """
        load, operation = self.load, step.call.operation
        succeeded = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        learns = load.compiled.reads(operation.label)
        is_told = succeeded and (learns or writes or step.entity is not None)
        exchange = exchange_of(step.call, reply) if is_told else None
        body = in_use(operation, exchange.response_body) if exchange else None
        load.ledger.answered(writes, reply.status, body, ended, reply.repeated, time.time())
        absence, loss = None, ""
        shown = began - reply.age_s
        if reply.age_s and step.entity is not None:
            load.results.account.note(f"{operation.label} {BY_A_CACHE}", 1)
        if step.entity is not None and reply.status in checks.GONE_STATUSES:
            absence, loss = self._absence(step, reply, shown, ended)
        if reply.status == HTTPStatus.CONFLICT:
            load.journeys.conflicted(step)
        if succeeded:
            self._accepted(step, began)
        made = load.journeys.done(step, exchange if learns else None, succeeded)
        if made:
            at = (began, ended)
            load.ledger.made(made, step, body, writes, at, time.time(), reply.status)
        if exchange and reply.status == HTTPStatus.ACCEPTED:
            self._await(step, exchange)
        elif exchange and writes:
            self._follow(step, exchange, writes)
        elif exchange and operation.method == "get" and step.target is not None:
            for each in load.reconciliation.read(step, body, shown, ended):
                load.results.lost(each, step.call.as_curl(self.host or ""))
                load.failed(each.label, [Fault.NOT_AS_ACKNOWLEDGED])
        found = self._findings(step, reply, absence, loss)
        if exchange and operation.method == "get":
            found += self._of_another(step, exchange)
        return self._but_for_credentials(step, reply, found, began, ended)

    def _of_another(self, step: Step, exchange: Exchange) -> list[Finding]:
        """What is wrong with a read of one thing that shows another."""
        shown = self.load.known.shown_instead(step, exchange)
        if shown is None or step.entity is None:
            return []
        told = f"asked for {step.entity.values[-1]}, shown {shown}"
        return [Finding(Fault.NOT_AS_ACKNOWLEDGED, "another thing", "", told)]

    def _absence(self, step: Step, reply: Reply, began: float, ended: float) -> tuple[Absence | None, str]:
        """Why the thing of a step is not there, and what was lost if it is; where something else may be what
        is not there, it is not said to be lost. What may still show is not forgotten.
        """
        assert step.entity is not None
        is_target = step.target is not None
        label = step.call.operation.label
        absence, loss = self.load.reconciliation.absence(
            step.entity, label, reply.status, began, ended, is_target
        )
        if is_target and absence is not Absence.LATE:
            self.load.journeys.forget(step)
        if absence is not Absence.LOST:
            return absence, ""
        if not is_target:
            return None, ""
        if loss is None:
            return absence, "it was there before the run, and nobody else uses the service"
        self.load.results.missed(loss)
        return absence, str(loss)

    def _follow(self, step: Step, exchange: Exchange, writes: list[Change]) -> None:
        """The thing that a change has given another address."""
        moved = self.load.known.moved(step, exchange)
        if moved is not None and step.entity is not None:
            self.load.ledger.moved(step.entity, writes, moved)

    def _await(self, step: Step, exchange: Exchange) -> None:
        """What was accepted is looked for until it is there, or the run ends, unless it is too much."""
        for thing in self.load.known.accepted(step, exchange):
            if len(self._awaiting) < AWAITED_AT_MOST:
                self._awaiting.spawn(self._look_for, step, thing)

    def _look_for(self, step: Step, thing: Entity) -> None:
        load, pause = self.load, SOON_S
        connection = load.connection(self.host or "")
        reading = load.compiled.reading(thing)
        label = step.call.operation.label
        while load.results.ended is None:
            gevent.sleep(pause)
            pause = min(2 * pause, LATER_S)
            reply, _ = sent(connection, reading.call)
            load.results.beside["to see whether what was accepted is there"] += 1
            if reply is not None and HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
                load.ledger.found(load.known.found(thing), label, load.results.elapsed)
                break
        else:
            load.results.account.note(
                f"{label} had accepted things (202) that were not there when the run ended", 1
            )
        connection.close()

    def _findings(self, step: Step, reply: Reply, absence: Absence | None, loss: str) -> list[Finding]:
        load, operation = self.load, step.call.operation
        try:
            guessed = operation.label in load.compiled.plan.guessed or load.compiled.erases
            credentialed = not step.call.secret.is_empty
            doubtful = reply.status >= HTTPStatus.BAD_REQUEST and load.ledger.is_doubtful(step, reply.status)
            return checks.findings(operation, absence, reply, guessed, loss, credentialed, doubtful)
        except Exception as error:  # a call that cannot be judged must not look like a good one
            # Not with its traceback, which may show what the service said.
            *_, place = traceback.extract_tb(error.__traceback__)
            told = load.mask.answer(f"{type(error).__name__}: {error}, at {place.filename}:{place.lineno}")
            logger.error("an answer of %s could not be judged: %s", load.mask(operation.label), told)
            return [checks.internal(error)]

    def _but_for_credentials(
        self, step: Step, reply: Reply, found: list[Finding], began: float, ended: float
    ) -> list[Finding]:
        """The findings of an answer, without those of a refusal that is about the credentials of its call."""
        load = self.load
        if not found or step.call.secret.is_empty or reply.status not in checks.UNAUTHORISED:
            return found
        found = self._with_samples(step, reply, found)
        if not load.acceptance.refuses(Refusal(step.call.operation, reply, began, ended, found)):
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

    def _with_samples(self, step: Step, reply: Reply | None, found: list[Finding]) -> list[Finding]:
        """With the answer and a command that repeats the call, where a finding is the first of its kind."""
        known = self.load.results.operations[step.call.operation.label].findings
        if all(each in known for each in found):
            return found
        sample = step.call.as_curl(self.host or "")
        answer = checks.answer_of(reply) if reply else ""
        return [each if each in known else replace(each, sample=sample, answer=answer) for each in found]


def _unanswered(error: NetworkError | None) -> list[Finding]:
    """Where nobody can know whether a call was carried out, nobody is to blame."""
    return [checks.network(str(error))] if error and not error.unknown else []


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
