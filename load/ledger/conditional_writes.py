"""Whether a service keeps to the preconditions of calls (RFC 9110, section 13).

A change that names an ETag is carried out only if the entity still has it. Two changes that both name the
same one, and are both acknowledged, are a lost update, unless the entity may have got that ETag again in
between: each write to it since must be known to have left another one.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from math import inf

from load.journeys.entities import Entity
from load.journeys.entity_tags import EntityTag
from load.journeys.step import Step
from load.ledger.addresses import Addresses, Change
from load.ledger.answer import Answer
from load.ledger.history import State, Version, Write, age
from load.ledger.records import Record
from load.ledger.writes import is_acknowledged
from load.measurements.findings import Fault, Finding
from load.measurements.ledger_account import Account
from load.representations.equivalence import shows
from load.representations.values import is_distinctive

RULE = "RFC 9110, section 13"
LOST_UPDATE = "lost update"
STALE_304 = "304 for an ETag that is no longer current"
CURRENT_412 = "412 although the ETag is current"


class ConditionalWrites:
    """Judges the answers to the conditional calls of one process, by the ETags that others have shown. A
    state that has been out of date for longer than `consistency` (s) is no mere delay.
    """

    def __init__(self, addresses: Addresses, consistency: float) -> None:
        self._addresses, self._consistency = addresses, consistency
        # How many changes named an ETag, came too late, or overwrote what their writer had not seen.
        self._conditional = self._late = self._unseen = 0

    def record_tag(self, entity: Entity, text: str, answer: Answer, changes: Iterable[Change]) -> None:
        """Record the ETag with which a call about an entity was answered, and which its write has left."""
        entity.add_tag(EntityTag(text, answer.sent, answer.received))
        record = self._addresses.record_of(entity.original)
        for changed, write in changes:
            if changed is record and write.acknowledged == answer.received:
                write.tag = text

    def record_creation(self, entity: Entity, text: str, answer: Answer) -> None:
        """The same for a call that has created an entity."""
        record = self._addresses.record_of(entity)
        last = record.writes[-1:] if record else []
        self.record_tag(entity, text, answer, [(record, write) for write in last] if record else [])

    def judge(self, step: Step, answer: Answer, changes: Iterable[Change]) -> list[Finding]:
        """What is wrong with the answer to a conditional call, by what is known of its entity. An answer to a
        call that was sent twice shows nothing.
        """
        condition, entity = step.condition, step.entity
        record = self._addresses.record_of(entity.original) if entity else None
        if condition is None or entity is None or record is None or answer.is_repeated:
            return []
        if step.call.operation.method == "get":
            return self._judge_read(entity, record, condition.tag, answer)
        self._conditional += condition.is_sent
        self._late += condition.is_sent and answer.status == HTTPStatus.PRECONDITION_FAILED
        write = next((write for changed, write in changes if changed is record), None)
        if write is None or not is_acknowledged(answer.status) or write.acknowledged != answer.received:
            return []
        why = _lost_update(entity, record, write, condition.tag.text)
        if not condition.is_sent:
            self._unseen += bool(why)
            return []
        write.condition = condition.tag.text
        return [_lost(step, write, why)] if why else []

    def is_wrongly_refused(self, step: Step, answer: Answer) -> bool:
        """Whether a change was refused (412) although nothing that is known has changed the entity since it
        had the ETag: then a read shows whether it still has it.
        """
        condition, entity = step.condition, step.entity
        record = self._addresses.record_of(entity.original) if entity else None
        if condition is None or record is None or answer.is_repeated or not condition.is_sent:
            return False
        tag = condition.tag
        return answer.status == HTTPStatus.PRECONDITION_FAILED and all(
            write.acknowledged <= tag.since or write.sent > answer.received or _shows(write, tag)
            for write in (*record.writes, *record.resource_writes)
        )

    def report(self, account: Account) -> None:
        """Add to an account how often changes were conditional, and what became of the others."""
        if self._conditional:
            account.note("changes named the ETag that their writer had seen (If-Match)", self._conditional)
        if self._late:
            account.note("changes were refused as somebody else had been faster (412)", self._late)
        if self._unseen:
            account.note(
                "changes without If-Match overwrote what their writer had not seen: with it, they would not",
                self._unseen,
            )

    def _judge_read(self, entity: Entity, record: Record, tag: EntityTag, answer: Answer) -> list[Finding]:
        if answer.status != HTTPStatus.NOT_MODIFIED:
            return []
        age_s = _age(_versions(entity, record), tag.text, answer.sent, answer.received)
        if age_s <= self._consistency:
            return []
        detail = f"{tag.text} had not been current for {age_s:.3f} s, since a change that was acknowledged"
        return [Finding(Fault.NOT_AS_ACKNOWLEDGED, STALE_304, RULE, detail)]


def _lost_update(entity: Entity, record: Record, write: Write, tag: str) -> str:
    """Which update an acknowledged change has overwritten if its writer had seen an ETag and nothing later;
    empty when there may be none.
    """
    versions = [version for version in _versions(entity, record) if version[0] is not write]
    if not _is_carried_out(write, record, versions):
        return ""
    if _age(versions, tag, write.sent, write.acknowledged):
        former = max(versions, key=lambda version: _at(version[0], write.sent))[0]
        return f"{tag} was not current any more: {_told(former)}"
    rivals = (rival for rival in record.writes if rival is not write and rival.condition == tag)
    for rival in rivals:
        since, until = min(rival.sent, write.sent), max(rival.acknowledged, write.acknowledged)
        meanwhile = [
            other for other in record.all_writes if other.acknowledged > since and other.sent < until
        ]
        # Whichever came first, it left another ETag, and nothing has brought the former one back.
        if all(other.tag not in ("", tag) for other in meanwhile if other.leaves is not State.GONE):
            return f"the same If-Match was accepted twice: {_told(rival)}"
    return ""


def _is_carried_out(write: Write, record: Record, versions: Iterable[Version]) -> bool:
    """Whether an acknowledged change has certainly changed something. If all is already as it asks for, a
    service may say so although the ETag is not current (RFC 9110, section 13.1.1).
    """
    if write.leaves is State.GONE:
        return True
    others = [other for other in record.writes if other is not write]
    if write.tag:
        former = [left for other, left in versions if other in others or other.acknowledged <= write.sent]
        return write.tag not in former
    return any(
        is_distinctive(value) and not any(shows(value, other.properties.get(name)) for other in others)
        for name, value in write.properties.items()
    )


def _lost(step: Step, write: Write, why: str) -> Finding:
    detail = (
        f"{step.call.target}: {write.label} with If-Match {write.condition} was sent at {write.sent:.3f} s "
        f"and acknowledged at {write.acknowledged:.3f} s, although {why}"
    )
    return Finding(Fault.NOT_AS_ACKNOWLEDGED, LOST_UPDATE, RULE, detail)


def _told(write: Write) -> str:
    left = f", with ETag {write.tag}" if write.tag else ""
    return (
        f"{write.label or 'a read'} was sent at {write.sent:.3f} s and acknowledged at "
        f"{write.acknowledged:.3f} s{left}"
    )


def _at(write: Write, before: float) -> float:
    """When a write was acknowledged, if that was before a time (s)."""
    return write.acknowledged if write.acknowledged <= before else -inf


def _shows(write: Write, tag: EntityTag) -> bool:
    """Whether it was the answer to this write that has shown an ETag."""
    return write.tag == tag.text and write.sent == tag.since


def _age(versions: Iterable[Version], tag: str, since: float, until: float) -> float:
    """For how long (s) an ETag had not been current at any time between two others; 0 if it may have been."""
    return age([*versions], lambda left: left in (tag, State.ANY), since, until)


def _versions(entity: Entity, record: Record) -> Iterator[Version]:
    """The ETags of an entity: what each write has left, as far as its answer says, and what reads have
    shown.
    """
    for write in record.all_writes:
        yield write, write.tag or State.ANY
    for tag in entity.tags:
        yield Write("", tag.since, {}, replaces_all=True, acknowledged=tag.until, tag=tag.text), tag.text
