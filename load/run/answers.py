"""Answers, checked: what is wrong with each, and what journeys and ledger take from it."""

import logging
import time
import traceback
from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from load.calls import response_checks
from load.calls.authentication import Refusal
from load.calls.connection import Reply
from load.calls.sending import exchange_of
from load.journeys.entities import Entity
from load.journeys.shown_identifiers import identifier_shown_instead, renamed_entity
from load.journeys.step import Step
from load.ledger.addresses import Change
from load.ledger.answer import Answer
from load.ledger.writes import without_deprecated
from load.measurements.findings import Fault, Finding
from load.measurements.losses import BY_A_CACHE, Absence
from load.planning.side_effects import SAFE
from load.run.accepted_entities import AcceptedEntities
from load.run.conditional_answers import ConditionalAnswers, allowed_statuses
from load.run.ending import Ending
from load.run.session import Session
from openapi.contract import Json
from openapi.expressions import Exchange

logger = logging.getLogger(__name__)

COOKIES_SET = "answers set cookies, which later calls do not send"


class Answers:
    """Checks the answers to the calls of one user of a session against a host."""

    def __init__(self, session: Session, ending: Ending, host: str) -> None:
        self._session, self._ending, self._host = session, ending, host
        self._accepted = AcceptedEntities(session, host)
        self._conditional = ConditionalAnswers(session, host)

    def join(self) -> None:
        """Wait until no accepted entity is looked for any more."""
        self._accepted.join()

    def check(
        self, step: Step, reply: Reply, writes: list[Change], began: float, ended: float
    ) -> list[Finding]:
        """What is wrong with the answer to a call that was sent and answered at these times (s since the
        start). Journeys and ledger learn from it.
        """
        session, operation = self._session, step.call.operation
        succeeded = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        supplies = session.journeys.learns_from(operation.label)
        is_needed = succeeded and (supplies or writes or step.entity is not None)
        exchange = exchange_of(step.call, reply) if is_needed else None
        body = without_deprecated(operation, exchange.response_body) if exchange else None
        answer = Answer(reply.status, body, began, ended, time.time(), reply.repeated)
        session.ledger.record_answer(writes, answer)
        absence = self._absence(step, reply, began, ended)
        declined = allowed_statuses(step) if session.compiled.are_conditional else ()
        if reply.status not in declined:
            _learn(session, step, reply)
        if succeeded:
            self._credentials_accepted(step, began)
            if not writes and not session.compiled.index.learns_from(operation.label):
                session.ledger.record_unfollowed(operation)
        made = session.journeys.complete(step, exchange if supplies else None, succeeded)
        if made:
            session.ledger.creations.add(made, step, writes, answer)
        if exchange:
            at = (began - reply.age_s, ended)
            self._follow(step, exchange, body, reply.status, writes, at)
        findings = self._findings(step, reply, *absence, declined)
        if session.compiled.are_conditional:
            findings += self._conditional.check(step, reply, made, writes, answer)
        if exchange and operation.method == "get":
            findings += self._of_another(step, exchange)
        if findings and reply.status in response_checks.UNAUTHORISED and not step.call.secret.is_empty:
            findings = self.with_samples(step, reply, findings)
            return self._without_refusal(Refusal(operation, reply, began, ended, findings))
        return findings

    def _absence(self, step: Step, reply: Reply, began: float, ended: float) -> tuple[Absence | None, str]:
        """Why the entity of a step is not there, if the answer says so, and what was lost if it is lost."""
        if step.entity is None:
            return None, ""
        if reply.age_s:
            self._session.results.account.note(f"{step.call.operation.label} {BY_A_CACHE}", 1)
        if reply.status not in response_checks.GONE_STATUSES:
            return None, ""
        return self._explained(step, step.entity, reply, began - reply.age_s, ended)

    def _explained(
        self, step: Step, entity: Entity, reply: Reply, began: float, ended: float
    ) -> tuple[Absence | None, str]:
        """Where something else may be what is missing, the entity is not said to be lost. One that may still
        show is not forgotten.
        """
        session = self._session
        is_target = step.target is not None
        label = step.call.operation.label
        absence, loss = session.reconciliation.absences.judge(
            entity, label, reply.status, began, ended, is_target
        )
        # What a cache does not have, the service may have by now.
        if is_target and absence is not Absence.LATE and not reply.age_s:
            session.journeys.remove_entity(step)
        if absence is not Absence.LOST:
            return absence, ""
        if not is_target:
            return None, ""
        if loss is None:
            return absence, "it was there before the run, and nobody else uses the service"
        session.results.account.record_loss(loss.masked(session.results.mask))
        return absence, str(loss)

    def _follow(
        self,
        step: Step,
        exchange: Exchange,
        body: Json,
        status: int,
        writes: list[Change],
        shown: tuple[float, float],
    ) -> None:
        """What a success means for the entity of a step: it is accepted, moved, or shown between two times (s
        since the start).
        """
        session = self._session
        if status == HTTPStatus.ACCEPTED:
            self._accepted.search(step, exchange)
        elif writes:
            moved = renamed_entity(session.compiled.index, step, exchange)
            if moved is not None and step.entity is not None:
                session.ledger.record_move(step.entity, writes, moved)
        elif step.call.operation.method == "get" and step.target is not None:
            for loss in session.reconciliation.read(step, body, *shown):
                session.results.record_loss(loss, step.call.as_curl(self._host))
                self.fail_fast(loss.label, [Fault.NOT_AS_ACKNOWLEDGED])

    def _of_another(self, step: Step, exchange: Exchange) -> list[Finding]:
        """What is wrong with a read of one entity that shows another."""
        shown = identifier_shown_instead(step, exchange)
        if shown is None or step.entity is None or self._session.ledger.may_be_another(step.entity):
            return []
        detail = f"requested {step.entity.values[-1]}, shown {shown}"
        return [Finding(Fault.NOT_AS_ACKNOWLEDGED, "another entity", "", detail)]

    def _findings(
        self, step: Step, reply: Reply, absence: Absence | None, loss: str, declined: tuple[int, ...]
    ) -> list[Finding]:
        session, operation = self._session, step.call.operation
        mask = session.results.mask
        try:
            guessed = (
                operation.label in session.compiled.plan.guessed_parameters
                or session.compiled.indirect_changes.may_erase_unnamed
            )
            credentialed = not step.call.secret.is_empty
            is_error = reply.status >= HTTPStatus.BAD_REQUEST
            doubtful = is_error and session.ledger.is_refusal_doubtful(step, reply.status)
            expected = response_checks.Expectation(
                absence,
                loss,
                guessed,
                credentialed,
                doubtful,
                step.is_repetition,
                step.call.leaves_out_body,
                declined,
            )
            return response_checks.check_response(operation, reply, expected)
        except Exception as error:  # a call that cannot be judged must not look like a good one
            # Not with its traceback, which may show what the service said.
            *_, place = traceback.extract_tb(error.__traceback__)
            text = mask.answer(f"{type(error).__name__}: {error}, at {place.filename}:{place.lineno}")
            logger.error("an answer of %s could not be judged: %s", mask(operation.label), text)
            return [response_checks.internal_finding(error)]

    def _without_refusal(self, refusal: Refusal) -> list[Finding]:
        """The findings of an answer, but none where a refusal is about the credentials of its call."""
        if not self._session.acceptance.withhold(refusal):
            return refusal.findings
        report_acceptance(self._session, self._ending)
        return []

    def _credentials_accepted(self, step: Step, began: float) -> None:
        """A call has succeeded, and with it the credentials that it carried."""
        operation, acceptance = step.call.operation, self._session.acceptance
        if operation.method not in SAFE:
            acceptance.record_change(operation.label)
        if not step.call.secret.is_empty:
            acceptance.record_success(operation, began)

    def with_samples(self, step: Step, reply: Reply | None, findings: list[Finding]) -> list[Finding]:
        """The same with the answer and a command that repeats the call where a finding is the first of its
        kind.
        """
        known = self._session.results.operations[step.call.operation.label].findings
        if all(finding in known for finding in findings):
            return findings
        sample = step.call.as_curl(self._host)
        answer = response_checks.answer_of(reply) if reply else ""
        return [
            finding if finding in known else msgspec.structs.replace(finding, sample=sample, answer=answer)
            for finding in findings
        ]

    def fail_fast(self, label: str, faults: Iterable[Fault]) -> None:
        """With --fail-fast, end the run at the first fault of an operation with which it cannot pass."""
        prepared = self._session.prepared
        if not prepared.options.fail_fast or self._ending.early:
            return
        fault = prepared.fatal(label, faults)
        if fault is not None:
            self._ending.end_early(f"ended early because of --fail-fast: {label}: {fault}")


def _learn(session: Session, step: Step, reply: Reply) -> None:
    """Take from an answer how calls are best made."""
    label = step.call.operation.label
    if "set-cookie" in reply.headers:
        session.results.account.note(COOKIES_SET, 1)
    if reply.status >= HTTPStatus.BAD_REQUEST:
        session.journeys.record_refusal(step, reply.status)
    if lessons := session.compiled.builders[label].learn(step.call, reply):
        session.results.record_lessons(label, lessons)


def report_acceptance(session: Session, ending: Ending) -> None:
    """End the run once credentials are not accepted: going on would show nothing more."""
    acceptance = session.acceptance
    if acceptance.reason:
        session.results.record_unjudged(acceptance.reason, acceptance.since, acceptance.take_refused())
        ending.end_early(acceptance.reason)
