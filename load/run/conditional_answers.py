"""The answers of a service that has ETags: which it shows, and whether it keeps to preconditions."""

from collections.abc import Collection, Sequence
from http import HTTPStatus

from load.calls.connection import Reply
from load.calls.sending import send
from load.journeys.entities import Entity
from load.journeys.entity_tags import EntityTag, strong_tag
from load.journeys.step import Step
from load.ledger.addresses import Change
from load.ledger.answer import Answer
from load.ledger.conditional_writes import CURRENT_412, RULE
from load.ledger.writes import is_acknowledged, replaces
from load.measurements.findings import Fault, Finding
from load.planning.request_fields import IF_MATCH, IF_NONE_MATCH
from load.run.session import Session
from openapi.operations import Operation

_ASKED = "to see whether an ETag was current that a change was refused for"
_ASKED_AT_MOST = 100


class ConditionalAnswers:
    """Learns ETags from the answers to the calls of one user, and judges those to conditional calls."""

    def __init__(self, session: Session, host: str) -> None:
        self._session, self._host = session, host

    def check(
        self, step: Step, reply: Reply, made: Sequence[Entity], writes: Collection[Change], answer: Answer
    ) -> list[Finding]:
        """What is wrong with an answer as to its precondition, once the ledger has recorded it. `made` are
        the entities that the call has created.
        """
        # An answer of a cache is not about now.
        if reply.age_s:
            return []
        if text := strong_tag(reply.headers.get("etag", "")):
            self._record(step, reply, text, made, writes, answer)
        conditional = self._session.ledger.conditional
        findings = conditional.judge(step, answer, writes)
        if conditional.is_wrongly_refused(step, answer):
            findings += self._confirmed(step, answer)
        return findings

    def _record(
        self,
        step: Step,
        reply: Reply,
        text: str,
        made: Sequence[Entity],
        writes: Collection[Change],
        answer: Answer,
    ) -> None:
        """Record an ETag, if it is that of an entity. Where an entity has several forms, each has its own."""
        operation, conditional = step.call.operation, self._session.ledger.conditional
        if reply.repeated or "content-encoding" in reply.headers or not is_acknowledged(reply.status):
            return
        if operation.method == "get":
            if step.target is not None and _has_one_form(operation):
                step.target.add_tag(EntityTag(text, answer.sent, answer.received))
            return
        documented = operation.response(reply.status)
        if documented is None or "etag" not in documented.headers:
            return
        if step.entity is not None and replaces(operation, step.entity):
            conditional.record_tag(step.entity, text, answer, writes)
        elif len(made) == 1:
            conditional.record_creation(made[0], text, answer)

    def _confirmed(self, step: Step, answer: Answer) -> list[Finding]:
        """The finding of a change that was refused for an ETag that the entity still has, as a read shows."""
        session, condition, entity = self._session, step.condition, step.entity
        if condition is None or entity is None or entity.resource not in session.compiled.reads.by_resource:
            return []
        if session.results.side_calls[_ASKED] >= _ASKED_AT_MOST:
            return []
        session.results.side_calls[_ASKED] += 1
        connection = session.connection(self._host)
        reply, _ = send(connection, session.compiled.reads.step(entity).call)
        connection.close()
        tag = condition.tag.text
        is_current = reply is not None and reply.status == HTTPStatus.OK and reply.headers.get("etag") == tag
        meanwhile = answer._replace(received=session.results.elapsed)
        if not is_current or not session.ledger.conditional.is_wrongly_refused(step, meanwhile):
            return []
        detail = (
            f"{step.call.target} had the ETag {tag} before and after: it was shown at "
            f"{condition.tag.until:.3f} s, and again after this answer, and nobody has changed it since"
        )
        return [Finding(Fault.BROKEN_CONTRACT, CURRENT_412, RULE, detail)]


def allowed_statuses(step: Step) -> tuple[int, ...]:
    """With which statuses a service may decline a call because of its precondition, whether or not the
    document has them (RFC 9110, section 13.1).
    """
    names = {name.lower() for name in step.call.headers}
    if IF_MATCH in names:
        return (HTTPStatus.PRECONDITION_FAILED,)
    return (HTTPStatus.NOT_MODIFIED,) if IF_NONE_MATCH in names else ()


def _has_one_form(operation: Operation) -> bool:
    """Whether all successes of an operation have the same media type."""
    return len({name for response in operation.successes for name in response.content}) <= 1
