"""What a service has acknowledged, address by address. Sends nothing."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus

from load.journeys.entities import Entity
from load.journeys.step import Step
from load.ledger.acknowledged_creations import AcknowledgedCreations
from load.ledger.addresses import Addresses, Change
from load.ledger.answer import Answer
from load.ledger.conditional_writes import ConditionalWrites
from load.ledger.history import State, Write
from load.ledger.possible_writes import PossibleWrites
from load.ledger.properties import Properties
from load.ledger.records import Record
from load.ledger.writes import as_shown, confirmed, is_acknowledged, record_expiry
from load.measurements.ledger_account import Account
from load.measurements.losses import NOT_READ_BACK
from load.planning.resources import normalised
from load.planning.side_effects import SAFE, only_reads
from load.representations.envelopes import unwrapped
from load.representations.outcomes import is_failure, is_pending
from load.representations.values import scalars
from openapi.contract import Json
from openapi.operations import Operation

# A call that was refused with one of these has changed nothing. After any other failure it may have.
_REFUSALS = frozenset({400, 401, 403, 404, 410, 411, 412, 413, 414, 415, 422, 428, 429, 431})


class Ledger:
    """Records the writes of one process, by address; `creations` records the entities that calls create,
    `conditional` what calls name ETags for.

    A state that has been out of date for longer than `consistency` (s) is no mere delay. `is_own` says
    whether no other process can have used a value.
    """

    def __init__(
        self,
        addresses: Addresses,
        properties: Properties,
        consistency: float,
        is_own: Callable[[Json], bool],
    ) -> None:
        self._addresses, self._properties, self._is_own = addresses, properties, is_own
        self._possible_writes = PossibleWrites(addresses)
        self.creations = AcknowledgedCreations(addresses, properties, consistency, is_own)
        self.conditional = ConditionalWrites(addresses, consistency)
        # By label, how often something was written that cannot be read back.
        self._unfollowed: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many addresses are followed."""
        return len(self._addresses.records)

    def record_call(self, step: Step, at: float) -> list[Change]:
        """Record that a call is sent at a time (s since the start), and return the writes that it may
        perform.
        """
        return self._possible_writes.add(step, at)

    def record_answer(self, changes: Collection[Change], answer: Answer) -> None:
        """Record how a call went. An acknowledged write must show from now on, a refused one never happened
        unless the call was sent twice, and any other one may have happened.
        """
        sent = next((write.properties for _, write in changes if write.properties), {})
        acknowledged = is_acknowledged(answer.status) and not is_failure(answer.body, sent)
        if acknowledged:
            self._unfollowed.update({label for change in changes if (label := _unreadable(*change))})
        for record, write in changes:
            is_stated = write.leaves is State.GONE or bool(write.properties)
            identifier = record.entity.values[-1]
            if acknowledged and not (is_stated and is_pending(answer.body, identifier, write.properties)):
                self._acknowledge(record, write, answer)
            elif answer.status in _REFUSALS and not answer.is_repeated:
                record.writes.remove(write)

    def _acknowledge(self, record: Record, write: Write, answer: Answer) -> None:
        write.acknowledged = answer.received
        if write.leaves is State.GONE:
            return
        shown = unwrapped(answer.body, write.properties)
        self._properties.compare(write, shown, record)
        record_expiry(record, (write.properties, shown), answer.received, answer.clock)
        write.confirmed = confirmed(write.properties, shown)
        if record.may_be_renamed(write, shown):
            write.leaves = State.ANY
        write.properties = as_shown(write.properties, shown)

    def record_failure(self, changes: Iterable[Change], is_sent: bool) -> None:
        """Record that a call got no answer. If it was sent, its writes may have happened, or may still do
        so; otherwise they have not.
        """
        if not is_sent:
            for record, write in changes:
                record.writes.remove(write)

    def record_move(self, entity: Entity, changes: Iterable[Change], successor: Entity) -> None:
        """Record that a change has given an entity another address. The state of the old address is unknown,
        and that of the new one too, unless the `successor` is known.
        """
        record = self._addresses.record_of(entity.original)
        for changed, write in changes:
            if changed is record:
                self._add_successor(successor, write)
                write.leaves, write.properties, write.replaces_all = State.ANY, {}, True

    def _add_successor(self, successor: Entity, write: Write) -> None:
        record = self._addresses.record_of(successor)
        if record is None and successor.is_known:
            record = self._addresses.follow(successor)
        if record is not None and successor.is_known:
            record.entity = successor
            record.add(
                Write(
                    write.label,
                    write.sent,
                    write.properties,
                    replaces_all=True,
                    acknowledged=write.acknowledged,
                )
            )

    def record_unfollowed(self, operation: Operation) -> None:
        """Record that a call has succeeded whose writes, if any, are unknown."""
        if operation.method not in SAFE and not only_reads(operation):
            self._unfollowed[operation.label] += 1

    def may_be_another(self, entity: Entity) -> bool:
        """Whether a call may have put another entity in the place of this one, as a merge does."""
        record = self._addresses.record_of(entity.original)
        return record is not None and record.may_be_another

    def is_refusal_doubtful(self, step: Step, status: int) -> bool:
        """Whether a refusal may be due to a value in the query or body of a call: after a 409, a text that
        others may have written already; after a 404 or 410, anything that may identify what is not there.
        """
        values = scalars([step.call.payload, *step.call.query.values()])
        if status == HTTPStatus.CONFLICT:
            return any(isinstance(value, str) and value and not self._is_own(value) for value in values)
        return any(isinstance(value, (str, int)) and value not in ("", True, False) for value in values)

    def report(self, account: Account) -> None:
        """Add to an account what was written but cannot be read back, and what was lost because its
        identifier was given again.
        """
        for label, count in self._unfollowed.items():
            account.note(f"what {label} wrote {NOT_READ_BACK}", count)
        self.creations.report(account)
        self.conditional.report(account)


def _unreadable(record: Record, write: Write) -> str:
    """The label of a call whose write cannot be read back: it goes to a path below an entity, such as the
    settings of a user, or cannot be compared. Empty when it can be read back.
    """
    if write.is_opaque:
        return write.label
    method, _, path = write.label.partition(" ")
    is_below = normalised(path).startswith(f"{record.entity.resource}/") and not path.endswith("}")
    return write.label if method in ("PUT", "PATCH") and is_below else ""
