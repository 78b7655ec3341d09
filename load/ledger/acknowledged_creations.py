"""The creations that a service has acknowledged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus

from load.journeys.entities import Entity, Values
from load.journeys.step import Step
from load.ledger.addresses import Addresses, Change
from load.ledger.answer import Answer
from load.ledger.given_identifiers import GivenIdentifiers, sends_identifier
from load.ledger.history import State, Write
from load.ledger.possible_writes import add_unknown_writes
from load.ledger.properties import Properties
from load.ledger.records import Record
from load.ledger.writes import as_shown, confirmed, record_expiry, write_of
from load.measurements.ledger_account import Account
from load.representations.envelopes import unwrapped
from load.representations.outcomes import is_failure
from openapi.contract import Json


class AcknowledgedCreations:
    """Records the entities that calls of this process have created.

    When other processes take part in the load, they may write to the same address. Then an entity is recorded
    only if the service chose the identifier, or `is_own` says that no other process can have used it.
    `passed_over` counts the entities that are not followed for want of room or certainty.
    """

    def __init__(
        self,
        addresses: Addresses,
        properties: Properties,
        consistency: float,
        is_own: Callable[[Json], bool],
    ) -> None:
        self._addresses, self._properties, self._is_own = addresses, properties, is_own
        self._identifiers = GivenIdentifiers(properties, consistency)
        self._is_alone = True
        self.passed_over = 0

    def set_alone(self, is_alone: bool) -> None:
        """Set whether no other process takes part in the load."""
        self._is_alone = is_alone

    def add(self, entities: Sequence[Entity], step: Step, changes: Iterable[Change], answer: Answer) -> None:
        """Record entities that a call has created, or found in their place. `changes` are the writes that the
        call may have performed.
        """
        if is_failure(answer.body, step.call.payload):
            return
        possible = dict(changes)
        for entity in entities:
            if entity.original is not entity:
                continue
            if not entity.is_own:
                self._add_existing(entity, step, answer)
            elif self._is_alone or self._is_certain(entity, step):
                # Of several entities, it is unknown which one the payload describes.
                self._add_own(entity, step, possible, answer, is_described=len(entities) == 1)

    def add_accepted(self, entity: Entity, label: str, at: float) -> None:
        """Record that a read at a time (s) found what an operation had only accepted to create (202)."""
        record = self._addresses.record_of(entity) or self._addresses.follow(entity)
        if record is not None:
            record.entity = entity
            record.add(Write(label, at, {}, replaces_all=True, acknowledged=at))

    def is_unchanged(self, resource: str, values: Values, label: str) -> bool:
        """Whether no call but a deletion may have changed an entity since an operation has created it."""
        record = self._addresses.records.get((resource, values))
        return record is None or all(
            write.label == label or write.leaves is State.GONE
            for write in (*record.writes, *record.resource_writes)
        )

    def report(self, account: Account) -> None:
        """Add to an account what was lost because its identifier was given again."""
        self._identifiers.report(account)

    def _add_existing(self, entity: Entity, step: Step, answer: Answer) -> None:
        """Record that a creation was answered with an entity that may have been there before: the call may
        have changed it, or given its identifier to another one.
        """
        operation = step.call.operation
        if answer.status == HTTPStatus.CREATED and not sends_identifier(step, entity):
            self._identifiers.record_foreign(operation.label, entity)
            self.passed_over += entity.origin.may_be_foreign
        record = self._addresses.record_of(entity)
        for _, write in add_unknown_writes([record] if record else [], operation, answer.sent, State.ANY):
            write.acknowledged = answer.received

    def _add_own(
        self,
        entity: Entity,
        step: Step,
        possible: Mapping[Record, Write],
        answer: Answer,
        is_described: bool,
    ) -> None:
        """Record an entity that the call has created or, if it was there already, may have changed."""
        record = self._addresses.record_of(entity) or self._addresses.follow(entity)
        if record is None:
            self.passed_over += 1
            return
        at, is_new = (answer.sent, answer.received), answer.status == HTTPStatus.CREATED
        is_replaced = self._identifiers.record_given(record, entity, step, answer.body, at, is_new)
        if not is_replaced and record not in possible and record.age_of(State.GONE, *at):
            ((_, write),) = add_unknown_writes([record], step.call.operation, answer.sent, State.THERE)
            write.acknowledged = answer.received
            return
        record.entity = entity
        for parent in entity.parents:
            self._addresses.add_child(parent, record)
        body = answer.body if is_described else None
        write = self._add_write(record, possible.get(record), write_of(step, answer.sent), body)
        write.acknowledged = answer.received
        shown = unwrapped(answer.body, write.properties)
        record_expiry(record, (step.call.payload, shown), answer.received, answer.clock)

    def _add_write(self, record: Record, possible: Write | None, write: Write, body: Json) -> Write:
        """Add the write that created an entity, and return it. A `possible` write of the same call, added
        when it was unknown where the entity would be, is moved to the end or replaced.
        """
        if possible is not None:
            record.writes.remove(possible)
            if possible.leaves is State.THERE:
                record.writes.append(possible)
                return possible
        if body is None:
            write.properties = {}
        else:
            shown = unwrapped(body, write.properties)
            self._properties.compare(write, shown, record, is_creation=True)
            write.confirmed = confirmed(write.properties, shown)
            write.properties = as_shown(write.properties, shown)
        write.replaces_all = True
        record.add(write)
        return write

    def _is_certain(self, entity: Entity, step: Step) -> bool:
        """Whether no other process can have created an entity with the same identifier."""
        return not sends_identifier(step, entity) or self._is_own(entity.values[-1])
