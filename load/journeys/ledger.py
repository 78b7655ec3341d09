"""What a service has acknowledged, address by address: every thing that was created, replaced or deleted.
Sends nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from http import HTTPStatus

from load.journeys.addresses import Addresses, Change
from load.journeys.entities import Entity
from load.journeys.envelopes import unwrapped
from load.journeys.given_identifiers import GivenIdentifiers, is_named
from load.journeys.properties import Properties
from load.journeys.records import Record, State, Write
from load.journeys.representations import is_failure, is_under_way, scalars
from load.journeys.step import Step, leads_to
from load.journeys.writes import (
    add_write,
    as_shown,
    confirmed,
    is_acknowledged,
    record_expiry,
    replaces,
    write_of,
)
from load.measurements.losses import NOT_READ_BACK, Account
from load.planning.resources import normalised
from load.planning.side_effects import REPLACING, SAFE, only_reads
from openapi.contract import Json
from openapi.operations import Operation

CONSISTENCY_S = 5.0
# A call that was answered so has not been carried out. Of other refusals nobody can be sure.
_REFUSALS = frozenset({400, 401, 403, 404, 410, 411, 412, 413, 414, 415, 422, 428, 429, 431})


class Ledger:
    """The writes of one process. `is_own` tells whether an identifier can be no other process's; it matters
    when this one is not `alone`, as others may then write to the same address. A state that has been out of
    date for longer than `consistency` (s) is no delay any more.
    """

    def __init__(
        self,
        addresses: Addresses,
        properties: Properties,
        consistency: float = CONSISTENCY_S,
        is_own: Callable[[Json], bool] = lambda _: True,
    ) -> None:
        self._addresses, self._properties = addresses, properties
        self._consistency, self._is_own = consistency, is_own
        self.alone = True
        self._identifiers = GivenIdentifiers(properties, consistency)
        # By label, how often something was written that has no address of its own here.
        self._unfollowed: Counter[str] = Counter()
        self.passed_over = 0

    def __len__(self) -> int:
        """How many things are followed."""
        return len(self._addresses.records)

    def sending(self, step: Step, at: float) -> list[Change]:
        """A call is sent (s since the start): the writes that it may be."""
        operation = step.call.operation
        if operation.method in SAFE:
            return []
        addressed = step.entity.original if step.entity else None
        makes = self._addresses.creates(operation.label)
        at_address = self._addresses.record_at_path(step) if addressed is None else None
        changes: list[Change] = []
        if addressed is not None and replaces(operation, addressed):
            record = self._addresses.record_of(addressed)
            changes += [add_write(record, write_of(step, at))] if record else []
            beside = self._addresses.related_records(addressed, record, operation.method == "delete")
            changes += self._disturbed(beside, operation, at, State.ANY)
        elif addressed is not None:
            # What is made within a thing leaves it there; anything else may do with it what it likes.
            around = self._addresses.records_of([addressed])
            around += [] if makes else self._addresses.related_records(addressed, None, is_deletion=True)
            changes += self._disturbed(around, operation, at, State.THERE if makes else State.ANY)
            # Some services change things by a POST to their address.
            for _, write in changes if leads_to(operation, addressed.resource) and not makes else ():
                write.is_opaque = True
        elif at_address is not None and operation.method in REPLACING:
            changes.append(add_write(at_address, write_of(step, at)))
        elif not makes and not only_reads(operation):
            changes += self._disturbed(
                self._addresses.collection_records(operation), operation, at, State.ANY
            )
        # What a call refers to may be used up by it, as a voucher is.
        rest = self._addresses.records_of(
            each.original for each in step.leases if each.original is not addressed
        )
        changes += self._disturbed(rest, operation, at, State.ANY)
        if addressed is not None and operation.method in ("put", "patch"):
            self._addresses.attach(addressed, rest)
        if addressed is not None and operation.method == "post":
            # What it refers to may have been put there, as a file into a folder.
            for each in rest:
                self._addresses.add_child(addressed, each)
        known = {record for record, _ in changes}
        named = [
            each for each in (at_address, *self._addresses.records_named_in_body(step)) if each is not None
        ]
        return changes + self._disturbed(
            [each for each in named if each not in known], operation, at, State.ANY
        )

    def answered(
        self,
        changes: Collection[Change],
        status: int,
        body: Json,
        at: float,
        repeated: bool = False,
        now: float = 0.0,
    ) -> None:
        """How a call went, at a time (s since the start), which is `now` (s since 1970): 0 when no answer
        came. Whether what was not acknowledged has happened nobody knows; what was refused has not, unless it
        was sent twice.
        """
        sent = next((write.properties for _, write in changes if write.properties), {})
        acknowledged = is_acknowledged(status) and not is_failure(body, sent)
        if acknowledged:
            self._unfollowed.update({label for change in changes if (label := _below(*change))})
        for record, write in changes:
            is_whole = write.leaves is State.GONE or bool(write.properties)
            name = record.entity.values[-1]
            if acknowledged and not (is_whole and is_under_way(body, name, write.properties)):
                write.acknowledged = at
                if write.leaves is not State.GONE:
                    shown = unwrapped(body, write.properties)
                    self._properties.compare(write, shown, record)
                    record_expiry(record, (write.properties, shown), at, now)
                    write.shown = confirmed(write.properties, shown)
                    if record.may_be_renamed(write, shown):
                        write.leaves = State.ANY
                    write.properties = as_shown(write.properties, shown)
            elif status in _REFUSALS and not repeated:
                record.writes.remove(write)

    def unanswered(self, changes: Iterable[Change], is_sent: bool) -> None:
        """No answer came: what was sent may have happened, or may still do so; what was not has not."""
        for record, write in changes if not is_sent else ():
            record.writes.remove(write)

    def made(
        self,
        entities: Sequence[Entity],
        step: Step,
        body: Json,
        changes: Iterable[Change],
        at: tuple[float, float],
        now: float = 0.0,
        status: int = HTTPStatus.CREATED,
    ) -> None:
        """A call has made things, or found them in their place; `changes` are the writes that it may be, `at`
        is when it was sent and acknowledged (s since the start), `now` when that was (s since 1970).
        """
        if is_failure(body, step.call.payload):
            return
        known, label = dict(changes), step.call.operation.label
        for entity in entities:
            if entity.original is not entity:
                continue
            if not entity.is_own:
                if status == HTTPStatus.CREATED and not is_named(entity, step):
                    self._identifiers.record_foreign(label, entity)
                    self.passed_over += entity.origin.may_be_foreign
                self._may_be_another(entity, step, at)
                continue
            if not self.alone and not self._is_certain(entity, step):
                continue
            record = self._addresses.record_of(entity) or self._addresses.follow(entity)
            if record is None:
                self.passed_over += 1
                continue
            is_new = status == HTTPStatus.CREATED
            twice = self._identifiers.record_given(record, entity, step, body, at, is_new)
            if not twice and record not in known and record.age_of(State.GONE, *at):
                # It was there already, and perhaps it has been changed.
                (found,) = self._disturbed([record], step.call.operation, at[0], State.THERE)
                found[1].acknowledged = at[1]
                continue
            record.entity = entity
            for parent in entity.parents:
                self._addresses.add_child(parent, record)
            # Which of several things the payload describes, nothing tells.
            self._creation(
                record, known.get(record), write_of(step, at[0]), body if len(entities) == 1 else None
            )
            write = record.writes[-1]
            write.acknowledged = at[1]
            record_expiry(record, (step.call.payload, unwrapped(body, write.properties)), at[1], now)

    def found(self, thing: Entity, label: str, at: float) -> None:
        """What a call had been accepted to make was found at a time (s)."""
        record = self._addresses.record_of(thing) or self._addresses.follow(thing)
        if record is not None:
            record.entity = thing
            record.add(Write(label, at, {}, whole=True, acknowledged=at))

    def moved(self, entity: Entity, changes: Iterable[Change], successor: Entity) -> None:
        """A change has given a thing another address, if that is known to be a thing; what is at the old one
        nobody knows.
        """
        record = self._addresses.record_of(entity.original)
        for each, write in changes:
            if each is record:
                followed = self._addresses.record_of(successor)
                followed = followed or (self._addresses.follow(successor) if successor.is_known else None)
                if followed is not None and successor.is_known:
                    followed.entity = successor
                    followed.add(Write(write.label, write.sent, write.properties, True, write.acknowledged))
                write.leaves, write.properties, write.whole = State.ANY, {}, True

    def may_be_another(self, entity: Entity) -> bool:
        """Whether a call may have put another thing in the place of one, as where two are merged."""
        record = self._addresses.record_of(entity.original)
        return record is not None and record.may_be_another

    def unfollowed(self, operation: Operation) -> None:
        """A call has succeeded, and nothing that it may have written is known."""
        if operation.method not in SAFE and not only_reads(operation):
            self._unfollowed[operation.label] += 1

    def settle(self, account: Account) -> None:
        """Add to an account what is unknown of calls that were to make or change something, and what was
        lost as its identifier was given again.
        """
        for label, count in self._unfollowed.items():
            account.note(f"what {label} wrote {NOT_READ_BACK}", count)
        self._identifiers.report(account)

    def is_doubtful(self, step: Step, status: int) -> bool:
        """Whether a call names something in query or body that may be there already (409), though not by
        texts that have been made for it alone, or may not be there (404, 410).
        """
        named = scalars([step.call.payload, *step.call.query.values()])
        if status == HTTPStatus.CONFLICT:
            return any(isinstance(each, str) and each and not self._is_own(each) for each in named)
        return any(isinstance(each, (str, int)) and each not in ("", True, False) for each in named)

    def _may_be_another(self, entity: Entity, step: Step, at: tuple[float, float]) -> None:
        """Another thing may have been given an identifier, or that of the first was changed, or found."""
        record = self._addresses.record_of(entity)
        for _, write in self._disturbed([record] if record else [], step.call.operation, at[0], State.ANY):
            write.acknowledged = at[1]

    def _creation(self, record: Record, known: Write | None, write: Write, body: Json) -> None:
        """Record the write that made a thing. One that is `known` may have been sent to its address, or have
        named it in its body, so that it was not certain where it would go.
        """
        if known is not None and known.leaves is State.THERE:
            record.writes.remove(known)
            record.writes.append(known)
            return
        if known is not None:
            record.writes.remove(known)
        if body is None:
            write.properties = {}
        else:
            shown = unwrapped(body, write.properties)
            self._properties.compare(write, shown)
            write.shown = confirmed(write.properties, shown)
            write.properties = as_shown(write.properties, shown)
        write.whole = True
        record.add(write)

    def _is_certain(self, thing: Entity, step: Step) -> bool:
        """Whether no other process can have made a thing under the same identifier: the service gave it, or
        it is one of this process's own.
        """
        return not is_named(thing, step) or self._is_own(thing.values[-1])

    def _disturbed(
        self, records: Sequence[Record], operation: Operation, at: float, leaves: State
    ) -> list[Change]:
        """Writes of a call that may change things in ways that nothing tells."""
        for each in records:
            each.may_be_another = each.may_be_another or leaves is State.ANY
        return [
            add_write(each, Write(operation.label, at, {}, whole=True, leaves=leaves))
            for each in dict.fromkeys(records)
        ]


def _below(record: Record, write: Write) -> str:
    """The label of a call that writes something within a thing, such as the settings of a user, or what
    nothing can be compared with.
    """
    if write.is_opaque:
        return write.label
    method, _, path = write.label.partition(" ")
    is_within = normalised(path).startswith(f"{record.entity.resource}/") and not path.endswith("}")
    return write.label if method in ("PUT", "PATCH") and is_within else ""
