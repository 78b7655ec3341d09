"""The writes that a call may perform, at the address in its path and elsewhere."""

from collections.abc import Iterable, Sequence

from load.journeys.entities import Entity
from load.journeys.step import Step, leads_to
from load.ledger.addresses import Addresses, Change
from load.ledger.history import State, Write
from load.ledger.records import Record
from load.ledger.writes import add_write, replaces, write_of
from load.planning.side_effects import REPLACING, SAFE, only_reads
from openapi.operations import Operation


class PossibleWrites:
    """Finds the addresses that a call may change, and adds a write to the record of each."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def add(self, step: Step, at: float) -> list[Change]:
        """Add the writes of a call that is sent at a time (s since the start of the run), and return them."""
        operation = step.call.operation
        if operation.method in SAFE:
            return []
        entity = step.entity.original if step.entity else None
        named = self._addresses.record_at_path(step) if entity is None else None
        if entity is not None:
            changes = self._to_entity(step, entity, at)
        elif named is not None and operation.method in REPLACING:
            changes = [add_write(named, write_of(step, at))]
        elif not self._addresses.creates(operation.label) and not only_reads(operation):
            changes = add_unknown_writes(
                self._addresses.collection_records(operation), operation, at, State.ANY
            )
        else:
            changes = []
        # A call may use up what it refers to, such as a voucher.
        referred = self._addresses.records_of(
            lease.original for lease in step.leases if lease.original is not entity
        )
        changes += add_unknown_writes(referred, operation, at, State.ANY)
        if entity is not None:
            self._relate(operation, entity, referred)
        changed = {record for record, _ in changes}
        mentioned = [
            record
            for record in (named, *self._addresses.records_named_in_body(step))
            if record is not None and record not in changed
        ]
        return changes + add_unknown_writes(mentioned, operation, at, State.ANY)

    def _to_entity(self, step: Step, entity: Entity, at: float) -> list[Change]:
        """The writes of a call whose path leads to an entity or further."""
        operation = step.call.operation
        if replaces(operation, entity):
            record = self._addresses.record_of(entity)
            changes = [add_write(record, write_of(step, at))] if record else []
            related = self._addresses.related_records(entity, record, operation.method == "delete")
            return changes + add_unknown_writes(related, operation, at, State.ANY)
        records = self._addresses.records_of([entity])
        if self._addresses.creates(operation.label):
            # A call that creates something within an entity leaves the entity there.
            return add_unknown_writes(records, operation, at, State.THERE)
        # Any other call may do anything to the entity.
        records += self._addresses.related_records(entity, None, is_deletion=True)
        changes = add_unknown_writes(records, operation, at, State.ANY)
        if leads_to(operation, entity.resource):
            # Some services change an entity by a POST to its address.
            for _, write in changes:
                write.is_opaque = True
        return changes

    def _relate(self, operation: Operation, entity: Entity, referred: Iterable[Record]) -> None:
        """Remember that a call may have put an entity into others, or others into the entity."""
        if operation.method in ("put", "patch"):
            self._addresses.attach(entity, referred)
        elif operation.method == "post":
            # As a file is put into a folder.
            for record in referred:
                self._addresses.add_child(entity, record)


def add_unknown_writes(
    records: Sequence[Record], operation: Operation, at: float, leaves: State
) -> list[Change]:
    """Add a write of unknown content to each record, as a call may have changed it in any way."""
    for record in records:
        record.may_be_another = record.may_be_another or leaves is State.ANY
    return [
        add_write(record, Write(operation.label, at, {}, replaces_all=True, leaves=leaves))
        for record in dict.fromkeys(records)
    ]
