"""Creations that are sent more than once under the same Idempotency-Key, and must be carried out once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from random import Random

import gevent

from load.calls.call import Call
from load.calls.connection import NetworkError, Reply
from load.calls.response_checks import CONFLICT_STATUSES, is_throttled
from load.calls.sending import exchange_of
from load.calls.throttling import retry_after_s
from load.journeys.step import Step
from load.ledger.keyed_creations import KeyedCreation, addresses_in, contradiction
from load.measurements.findings import Fault, Finding
from load.planning.producers import Producer
from load.run.session import Session

Send = Callable[[Call], tuple[Reply | None, NetworkError | None]]

_UNANSWERED = "to send creations without an answer again under their Idempotency-Key"
_ANSWERED = "to see whether a creation that is sent again is answered in the same way"
# After which pauses (s) a creation is sent again while there is no answer: a service may be restarting.
_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0)
_LONGEST_PAUSE_S = 2.0
# After so many creations of an operation in a row that got no answer at all, others are sent again once.
_PATIENCE = 3
_CONFLICTS = 3
# How many creations of a user are sent again at first although they were answered; then, which share of them.
_FIRST, _SHARE = 2, 0.03
# What an operation documents that keeps its answers: a key that came before is refused.
_OF_REUSE = frozenset({"409", "422"})
# The service may be back soon; after any other error of its own, it would answer in the same way again.
_AWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


class RepeatedCreations:
    """Sends creations of one user again: those without an answer, until there is one, and a few others."""

    def __init__(self, session: Session, send: Send) -> None:
        self._session, self._send, self._random = session, send, Random()
        self._unanswered = Counter[str]()
        self._answered = 0

    def is_unknown(self, step: Step, reply: Reply | None, error: NetworkError | None, is_due: bool) -> bool:
        """Whether nobody knows if a creation with a key was carried out, so that it is sent again. A call
        that was due at a time, and was put off, is not: that would be more calls than are due.
        """
        if not self._session.compiled.key_fields.get(step.call.operation.label):
            return False
        if reply is None:
            return error is not None and not error.unreachable
        if is_throttled(reply):
            return reply.status == HTTPStatus.SERVICE_UNAVAILABLE and not is_due
        return reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR and reply.status != HTTPStatus.NOT_IMPLEMENTED

    def answer(self, step: Step, reply: Reply | None) -> Reply | None:
        """The answer to a creation whose first one was this, or none, once it is sent again; None when there
        is still none.
        """
        label = step.call.operation.label
        has_failed = reply is not None and reply.status not in _AWAY
        is_hopeless = has_failed or self._unanswered[label] >= _PATIENCE
        final = self._sent_again(step, reply, _PAUSES_S[:1] if is_hopeless else _PAUSES_S)
        self._unanswered[label] = 0 if final is not None else self._unanswered[label] + 1
        self._remember(step, final)
        if final is None or final.status == HTTPStatus.CREATED or "201" not in step.call.operation.responses:
            return replace(final, repeated=True) if final is not None else None
        # Whether a success without 201 is about something new is unknown.
        return replace(final, repeated=True) if final.status >= HTTPStatus.BAD_REQUEST else None

    def _remember(self, step: Step, reply: Reply | None) -> None:
        """Remember a creation that was sent again, with what an answer shows of it."""
        creation = KeyedCreation.of(step, self._session.compiled.is_own)
        if reply is not None and HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            creation.acknowledged.update(addresses_in(self._creators(step), exchange_of(step.call, reply)))
        self._session.keyed_creations.append(creation)

    def _creators(self, step: Step) -> list[Producer]:
        producers = self._session.compiled.plan.producers.get(step.call.operation.label, ())
        return [producer for producer in producers if producer.creates and not producer.alias_of]

    def _sent_again(self, step: Step, reply: Reply | None, pauses: Sequence[float]) -> Reply | None:
        results, conflicts = self._session.results, 0
        for pause in pauses:
            gevent.sleep(max(pause, min(retry_after_s(reply), _LONGEST_PAUSE_S) if reply else 0.0))
            if results.clock.ended is not None:
                return None
            results.side_calls[_UNANSWERED] += 1
            reply, _ = self._send(step.call)
            # At first, 409 may say that the first call is still being carried out.
            conflicts += reply is not None and reply.status == HTTPStatus.CONFLICT
            if reply is not None and (conflicts >= _CONFLICTS or not _is_later(reply)):
                return reply if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR else None
        return None

    def is_sample(self, step: Step, reply: Reply | None) -> bool:
        """Whether a creation that was answered with success is sent again all the same.

        Only where the document says what becomes of a key that comes with another body: elsewhere, nothing
        says that answers are kept (draft-ietf-httpapi-idempotency-key-header, section 2.7).
        """
        operation = step.call.operation
        is_created = reply is not None and reply.status == HTTPStatus.CREATED
        has_key = operation.label in self._session.compiled.key_fields
        if not (is_created and has_key and _OF_REUSE & operation.responses.keys()):
            return False
        self._answered += 1
        return self._answered <= _FIRST or self._random.random() < _SHARE

    def compare(self, step: Step, reply: Reply) -> list[Finding]:
        """What is wrong when a creation that was answered is sent again."""
        self._session.results.side_calls[_ANSWERED] += 1
        again, _ = self._send(step.call)
        if again is None or is_throttled(again):
            return []
        findings = refusal(again)
        if HTTPStatus.OK <= again.status < HTTPStatus.MULTIPLE_CHOICES:
            first, second = exchange_of(step.call, reply), exchange_of(step.call, again)
            findings = contradiction(self._creators(step), first, second)
        if not findings:
            self._remember(step, reply)
        return findings


def refusal(reply: Reply) -> list[Finding]:
    """The finding of a creation that was refused when it was sent again, as if it were another one."""
    if reply.status not in CONFLICT_STATUSES:
        return []
    place = f"status {reply.status} when sent again under the same Idempotency-Key"
    return [Finding(Fault.REFUSED, place, "")]


def _is_later(reply: Reply) -> bool:
    """Whether an answer says that there may be another one later."""
    return is_throttled(reply) or reply.status in (*_AWAY, HTTPStatus.CONFLICT)
