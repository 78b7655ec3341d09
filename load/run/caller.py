"""The calls of one user: each is chosen, sent over a connection that is kept, checked and recorded."""

from typing import NamedTuple

import gevent

from load.calls import response_checks
from load.calls.call import Call
from load.calls.connection import Connection, NetworkError, Reply
from load.calls.sending import send
from load.calls.throttling import retry_after_s
from load.journeys.step import Step
from load.ledger.addresses import Change
from load.measurements.findings import Fault, Finding
from load.measurements.results import REPEATED, UNKNOWN
from load.run.answers import Answers
from load.run.ending import Ending
from load.run.pacing import Pacing
from load.run.repeated_creations import RepeatedCreations, refusal
from load.run.session import Session
from openapi.operations import Operation

# A service that restarts is back sooner.
GONE_S = 10.0
# How long a user waits before it calls again where nobody answers: at first, and at most (s).
FIRST_PAUSE_S, LAST_PAUSE_S = 0.05, 1.0


class Made(NamedTuple):
    """A call that was made: when it was answered (s since the start), its response time (s), the size of the
    answer (bytes), and what was wrong.
    """

    operation: Operation
    ended: float
    response_s: float
    size: int
    findings: list[Finding]


class Caller:
    """Makes the calls of one user of a session against a host.

    Larger than usual: it has what makes a call, and what is kept from one call to the next.
    """

    def __init__(self, session: Session, ending: Ending, pacing: Pacing, host: str) -> None:
        self.session, self._ending, self._pacing, self._host = session, ending, pacing, host
        self._answers = Answers(session, ending, host)
        self._creations = RepeatedCreations(session, self._send)
        self._idle: list[Connection] = []
        self._pause_s = 0.0
        self._away_s = 0.0

    def take_pause_s(self) -> float:
        """How long (s) the service is to be left alone after the last call."""
        pause_s, self._pause_s = self._pause_s, 0.0
        return pause_s

    @property
    def has_to_pause(self) -> bool:
        """Whether the service is to be left alone for a while."""
        return self._pause_s > 0

    def close(self) -> None:
        """Wait for what is still being looked for, and close all connections."""
        self._answers.join()
        while self._idle:
            self._idle.pop().close()

    def call(self, due: float | None) -> Made:
        """Make a call that was due at a time (s since the start), or now when there was none."""
        session = self.session
        step, is_valid = session.journeys.next_step(), True
        if session.hooked:
            step.call, is_valid = session.hooked.changed(step.call, session.results)
        label = step.call.operation.label
        began = session.results.elapsed
        writes = session.ledger.record_call(step, began)
        reply, error = self._send_measured(step)
        ended = session.results.elapsed
        # Answers that have come meanwhile are timed before this one is checked.
        gevent.sleep(0)
        watch = self._pacing.watch if due is not None else None
        if due is not None and watch:
            watch.arrived(due, began)
            watch.worked(ended)
        is_unknown = self._creations.is_unknown(step, reply, error, is_due=due is not None)
        if is_unknown:
            findings = _unknown(step, reply, error)
        else:
            findings = self._take(step, reply, error, writes, began, ended)
        if session.hooked and reply:
            findings = _with_hooks(
                session.hooked.findings(step.call, reply, ended - began, session.results), findings, is_valid
            )
        if findings:
            findings = self._answers.with_samples(step, reply, findings)
            self._answers.fail_fast(label, [finding.fault for finding in findings])
        response_s = ended - (began if due is None else due)
        session.results.record(label, reply.status if reply else 0, response_s, ended - began, findings)
        if parts := session.parts.look(step.call):
            session.results.operations[label].sent.update(parts)
        if watch:
            watch.worked(session.results.elapsed)
        if is_unknown:
            reply = self._settle(step, reply, writes, began)
        self._pause(reply, error, is_due=due is not None)
        return Made(step.call.operation, ended, response_s, len(reply.body) if reply else 0, findings)

    def _take(
        self,
        step: Step,
        reply: Reply | None,
        error: NetworkError | None,
        writes: list[Change],
        began: float,
        ended: float,
    ) -> list[Finding]:
        """What is wrong with an answer, or with having none. Journeys and ledger learn from it."""
        if reply is None:
            session = self.session
            session.ledger.record_failure(writes, is_sent=error is None or not error.unreachable)
            session.journeys.complete(step, None, succeeded=False)
            return _unanswered(error)
        # Nobody else knows yet of what was created.
        again = self._creations.compare(step, reply) if self._creations.is_sample(step, reply) else []
        return [*again, *self._answers.check(step, reply, writes, began, ended)]

    def _settle(self, step: Step, reply: Reply | None, writes: list[Change], began: float) -> Reply | None:
        """Send a creation again until it is answered: that settles whether it was carried out. Gives the last
        answer.
        """
        session, final = self.session, self._creations.answer(step, reply)
        if final is None:
            session.ledger.record_failure(writes, is_sent=True)
            session.journeys.complete(step, None, succeeded=False)
            return reply
        ended = session.results.elapsed
        session.results.silences.own.record_answer(ended)
        findings = [*refusal(final), *self._answers.check(step, final, writes, began, ended)]
        if findings:
            results = session.results.operations[step.call.operation.label]
            results.findings.record(self._answers.with_samples(step, final, findings), session.results.mask)
        return final

    def _send_measured(self, step: Step) -> tuple[Reply | None, NetworkError | None]:
        """Send a call that is in the figures."""
        session = self.session
        session.sent += 1
        session.waiting += 1
        reply, error = self._send(step.call)
        session.waiting -= 1
        if reply.repeated if reply else error is not None and error.outcome_unknown:
            is_keyed = step.call.operation.label in session.compiled.key_fields
            session.results.closed[REPEATED if reply or is_keyed else UNKNOWN] += 1
        return reply, error

    def _send(self, call: Call) -> tuple[Reply | None, NetworkError | None]:
        connection = self._idle.pop() if self._idle else self.session.connection(self._host)
        reply, error = send(connection, call)
        self._idle.append(connection)
        return reply, error

    def _pause(self, reply: Reply | None, error: NetworkError | None, is_due: bool) -> None:
        """Decide how long to leave the service alone; a call that was due at a time waits for nothing."""
        is_away = error is not None and error.unreachable
        # Where nobody answers, calls become less and less frequent.
        self._away_s = min(2 * self._away_s + FIRST_PAUSE_S, LAST_PAUSE_S) if is_away else 0.0
        if reply is None:
            self._check_gone()
        if is_due:
            return
        if is_away:
            self._pause_s = self._away_s
        elif reply is not None and response_checks.is_throttled(reply):
            self._pause_s = retry_after_s(reply)

    def _check_gone(self) -> None:
        """When nobody has answered for long, the run ends."""
        results = self.session.results
        if results.silences.own.length(results.elapsed) > GONE_S:
            reason = f"the run was ended early: there was no answer for {GONE_S:.0f} s"
            self._ending.service_is_gone(reason, has_ended=results.clock.ended is not None)


def _with_hooks(own: list[Finding], findings: list[Finding], is_valid: bool) -> list[Finding]:
    """The findings of an answer with those of the user's checks. A call that a hook may have made invalid may
    be refused.
    """
    return [*own, *(finding for finding in findings if is_valid or finding.fault is not Fault.REFUSED)]


def _unknown(step: Step, reply: Reply | None, error: NetworkError | None) -> list[Finding]:
    """What is wrong with the answer to a creation that will be sent again, or with having none."""
    return response_checks.check_response(step.call.operation, reply) if reply else _unanswered(error)


def _unanswered(error: NetworkError | None) -> list[Finding]:
    """Where nobody can know whether a call was carried out, nobody is to blame."""
    return [response_checks.network_finding(str(error))] if error and not error.outcome_unknown else []
