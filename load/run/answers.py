"""What is made of answers: findings, and what they tell journeys and ledger."""

import logging
import time
import traceback
from dataclasses import replace
from http import HTTPStatus

import gevent
from gevent.pool import Group

from load.calls import response_checks
from load.calls.authentication import Refusal
from load.calls.connection import Reply
from load.calls.sending import exchange_of, sent
from load.journeys.addresses import Change
from load.journeys.answer import Answer
from load.journeys.entities import Entity
from load.journeys.shown_identifiers import identifier_shown_instead, renamed_entity
from load.journeys.step import Step
from load.journeys.writes import without_deprecated
from load.measurements.findings import Fault, Finding
from load.measurements.losses import BY_A_CACHE, Absence
from load.planning.side_effects import SAFE
from load.run.load import Load
from openapi.expressions import Exchange

# Of things that were accepted (202), so many are looked for at a time, first after this time (s), then less
# often.
AWAITED_AT_MOST = 20
SOON_S, LATER_S = 0.05, 1.0

logger = logging.getLogger(__name__)


class Answers:
    """Those to the calls of one user, to a host."""

    def __init__(self, load: Load, host: str) -> None:
        self._load, self._host = load, host
        self._awaiting = Group()

    def join(self) -> None:
        """Wait until nothing is looked for any more."""
        self._awaiting.join()

    def learnt(
        self, step: Step, reply: Reply, writes: list[Change], began: float, ended: float
    ) -> list[Finding]:
        """What is wrong with an answer to a call that was sent and answered at these times (s since the
        start). What it tells is taken into journeys and ledger.
        """
        load, operation = self._load, step.call.operation
        succeeded = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        learns = load.compiled.index.learns_from(operation.label)
        is_told = succeeded and (learns or writes or step.entity is not None)
        exchange = exchange_of(step.call, reply) if is_told else None
        body = without_deprecated(operation, exchange.response_body) if exchange else None
        answer = Answer(reply.status, body, began, ended, time.time(), reply.repeated)
        load.ledger.add_answer(writes, answer)
        absence, loss = None, ""
        shown = began - reply.age_s
        if reply.age_s and step.entity is not None:
            load.results.account.note(f"{operation.label} {BY_A_CACHE}", 1)
        if step.entity is not None and reply.status in response_checks.GONE_STATUSES:
            absence, loss = self._absence(step, reply, shown, ended)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            load.journeys.record_refusal(step, reply.status)
        if succeeded:
            self._accepted(step, began)
            if not writes and not learns:
                load.ledger.add_unfollowed(operation)
        made = load.journeys.complete(step, exchange if learns else None, succeeded)
        if made:
            load.ledger.creations.add(made, step, writes, answer)
        if exchange and reply.status == HTTPStatus.ACCEPTED:
            self._await(step, exchange)
        elif exchange and writes:
            self._follow(step, exchange, writes)
        elif exchange and operation.method == "get" and step.target is not None:
            for each in load.reconciliation.read(step, body, shown, ended):
                load.results.lost(each, step.call.as_curl(self._host))
                load.failed(each.label, [Fault.NOT_AS_ACKNOWLEDGED])
        found = self._findings(step, reply, absence, loss)
        if exchange and operation.method == "get":
            found += self._of_another(step, exchange)
        return self._but_for_credentials(step, reply, found, began, ended)

    def _of_another(self, step: Step, exchange: Exchange) -> list[Finding]:
        """What is wrong with a read of one thing that shows another."""
        shown = identifier_shown_instead(step, exchange)
        if shown is None or step.entity is None or self._load.ledger.may_be_another(step.entity):
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
        absence, loss = self._load.reconciliation.absence(
            step.entity, label, reply.status, began, ended, is_target
        )
        # What a cache does not have, the service may have by now.
        if is_target and absence is not Absence.LATE and not reply.age_s:
            self._load.journeys.remove_entity(step)
        if absence is not Absence.LOST:
            return absence, ""
        if not is_target:
            return None, ""
        if loss is None:
            return absence, "it was there before the run, and nobody else uses the service"
        self._load.results.missed(loss)
        return absence, str(loss)

    def _follow(self, step: Step, exchange: Exchange, writes: list[Change]) -> None:
        """The thing that a change has given another address."""
        moved = renamed_entity(self._load.compiled.index, step, exchange)
        if moved is not None and step.entity is not None:
            self._load.ledger.add_move(step.entity, writes, moved)

    def _await(self, step: Step, exchange: Exchange) -> None:
        """What was accepted is looked for until it is there, or the run ends, unless it is too much."""
        for thing in self._load.known.accepted_entities(step, exchange):
            if len(self._awaiting) < AWAITED_AT_MOST:
                self._awaiting.spawn(self._look_for, step, thing)

    def _look_for(self, step: Step, thing: Entity) -> None:
        load, pause = self._load, SOON_S
        connection = load.connection(self._host)
        reading = load.compiled.reads.step(thing)
        label = step.call.operation.label
        while load.results.ended is None:
            gevent.sleep(pause)
            pause = min(2 * pause, LATER_S)
            reply, _ = sent(connection, reading.call)
            load.results.beside["to see whether what was accepted is there"] += 1
            if reply is not None and HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
                load.ledger.creations.add_accepted(
                    load.known.add_accepted(thing), label, load.results.elapsed
                )
                break
        else:
            load.results.account.note(
                f"{label} had accepted things (202) that were not there when the run ended", 1
            )
        connection.close()

    def _findings(self, step: Step, reply: Reply, absence: Absence | None, loss: str) -> list[Finding]:
        load, operation = self._load, step.call.operation
        try:
            guessed = (
                operation.label in load.compiled.plan.guessed_parameters
                or load.compiled.indirect_changes.may_erase_unnamed
            )
            credentialed = not step.call.secret.is_empty
            doubtful = reply.status >= HTTPStatus.BAD_REQUEST and load.ledger.is_refusal_doubtful(
                step, reply.status
            )
            return response_checks.findings(
                operation, absence, reply, guessed, loss, credentialed, doubtful, step.is_repetition
            )
        except Exception as error:  # a call that cannot be judged must not look like a good one
            # Not with its traceback, which may show what the service said.
            *_, place = traceback.extract_tb(error.__traceback__)
            told = load.mask.answer(f"{type(error).__name__}: {error}, at {place.filename}:{place.lineno}")
            logger.error("an answer of %s could not be judged: %s", load.mask(operation.label), told)
            return [response_checks.internal(error)]

    def _but_for_credentials(
        self, step: Step, reply: Reply, found: list[Finding], began: float, ended: float
    ) -> list[Finding]:
        """The findings of an answer, without those of a refusal that is about the credentials of its call."""
        load = self._load
        if not found or step.call.secret.is_empty or reply.status not in response_checks.UNAUTHORISED:
            return found
        found = self.with_samples(step, reply, found)
        if not load.acceptance.refuses(Refusal(step.call.operation, reply, began, ended, found)):
            return found
        load.tell_acceptance()
        return []

    def _accepted(self, step: Step, began: float) -> None:
        """A call has succeeded: what it tells of the credentials that it carried, and of later ones."""
        operation, acceptance = step.call.operation, self._load.acceptance
        if operation.method not in SAFE:
            acceptance.changed(operation.label)
        if not step.call.secret.is_empty:
            acceptance.accepted(operation, began)

    def with_samples(self, step: Step, reply: Reply | None, found: list[Finding]) -> list[Finding]:
        """With the answer and a command that repeats the call, where a finding is the first of its kind."""
        known = self._load.results.operations[step.call.operation.label].findings
        if all(each in known for each in found):
            return found
        sample = step.call.as_curl(self._host)
        answer = response_checks.answer_of(reply) if reply else ""
        return [each if each in known else replace(each, sample=sample, answer=answer) for each in found]
