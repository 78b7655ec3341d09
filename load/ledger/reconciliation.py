"""Compares what reads show with what was acknowledged. Sends nothing.

Only what is certain is reported as a loss. It takes an acknowledgement (a 2xx other than 202 and 207), a read
that no order of the writes explains, and a state that has been out of date for longer than the service may
take.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from load.journeys.step import Step
from load.ledger.absences import Absences
from load.ledger.addresses import Addresses
from load.ledger.deviations import Deviation, deviations
from load.ledger.history import State, Write
from load.ledger.loss_evidence import existence_loss, property_loss
from load.ledger.properties import Properties
from load.ledger.records import Record
from load.ledger.sightings import Sightings
from load.ledger.unknowns import Unknowns
from load.ledger.writes import has_intact_parents, is_acknowledged, without_deprecated
from load.measurements.ledger_account import Account
from load.measurements.losses import NOT_READ_BACK, Absence, Loss
from load.planning.resources import collection_of, normalised
from load.representations.deletion_marks import is_marked_deleted
from load.representations.envelopes import unwrapped
from openapi.contract import Json
from openapi.operations import Operation


class Reconciliation:
    """Compares reads with the writes of one process. `absences` judges what was not there.

    `documented` are the resources whose entities can be read one by one, with the properties that such a read
    shows according to the document. A state that has been out of date for longer than `consistency` (s) is no
    mere delay. If the service `is_private`, nobody but this process deletes what was there before the run.
    """

    def __init__(
        self,
        documented: Mapping[str, frozenset[str]],
        addresses: Addresses,
        properties: Properties,
        consistency: float,
        is_private: bool = False,
    ) -> None:
        self._documented, self._addresses, self._properties = documented, addresses, properties
        self._consistency = consistency
        self._unknowns, self._sightings = Unknowns(), Sightings(properties.values)
        self.absences = Absences(addresses, self._sightings, self._unknowns, consistency, is_private)

    @property
    def records(self) -> list[Record]:
        """The addresses to read back: all that can be read and whose state is known."""
        return [
            record
            for record in self._addresses.records.values()
            if record.entity.resource in self._documented and has_intact_parents(record.entity)
        ]

    def may_be_gone(self, record: Record, since: float, until: float) -> bool:
        """Whether a read between two times (s) may rightly find nothing."""
        return not record.age_of(State.GONE, since, until) or not has_intact_parents(record.entity)

    def read(self, step: Step, body: Json, since: float, until: float) -> list[Loss]:
        """The losses that an answer under load shows, to a call sent and answered at these times (s): writes
        that do not show at all, or another entity in place of one that was written once.
        """
        record = self._addresses.record_of(step.entity.original) if step.entity else None
        if record is None:
            return []
        label = step.call.operation.label
        body = unwrapped(body, record.writes[-1].properties or record.writes[0].properties)
        if self._sightings.shows_nothing(label, body) or not isinstance(body, dict):
            return []
        self._sightings.add(record, body)
        if len(record.writes) < 2:
            return self._read_single_write(record, step, body, since, until)
        last = record.writes[-1]
        if last.leaves is State.ANY and last.acknowledged <= since and not is_marked_deleted(body):
            # Whatever a call may have done to the entity, it is there.
            record.add(Write(label, since, {}, replaces_all=True, acknowledged=until))
        if record.shows_last_write(body) or not has_intact_parents(record.entity):
            self._settle_delays(record, State.THERE, since, until)
            return []
        return self._lost_writes(record, step, body, since, until)

    def _read_single_write(
        self, record: Record, step: Step, body: Mapping[str, Json], since: float, until: float
    ) -> list[Loss]:
        """The loss of an entity that was written once, so that no earlier state can show, where a read shows
        another entity of this run in its place.
        """
        if record.shows_last_write(body) or not has_intact_parents(record.entity):
            return []
        first = next(deviations(record, body, since, until), None)
        if first is None or not self._properties.other_entities.are_shown(record, body):
            return []
        record.is_lost = True
        return [property_loss(step.call.target, first, until)]

    def _lost_writes(
        self, record: Record, step: Step, body: Mapping[str, Json], since: float, until: float
    ) -> list[Loss]:
        """The losses of writes that do not show at all. Those that may still show are recorded as late."""
        losses, deviating = [], _by_name(deviations(record, body, since, until))
        for group in self._properties.claims.lost_writes(record, body, deviating):
            age = max(deviation.age for deviation in group)
            if age <= self._consistency:
                read = {deviation.name: deviation.actual for deviation in group}
                record.delays.add(age, group[0].write, read)
            else:
                record.is_lost = True
                losses.append(property_loss(step.call.target, group[0], until))
        return losses

    def read_back(
        self, record: Record, step: Step, status: int, body: Json, at: tuple[float, float]
    ) -> Account | None:
        """Compare the final state of an address with what was acknowledged. `at` is when the call was sent
        and answered (s). None when the state is wrong, but may still become right.
        """
        is_empty = self._sightings.shows_nothing(step.call.operation.label, body)
        if is_empty and is_acknowledged(status) and not record.may_be_empty:
            # Some services say so that there is nothing.
            status = HTTPStatus.NOT_FOUND
        body = without_deprecated(step.call.operation, body)
        body = unwrapped(body, {name for write in record.writes for name in write.properties})
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return self._read_back_absent(record, step, status, at)
        age = record.age_of(State.THERE, *at)
        if age:
            return self._read_back_deleted(record, step, body, at, age)
        if not isinstance(body, dict):
            return Account(read=1)
        self._sightings.add(record, body)
        return self._read_back_present(record, step, body, at)

    def _read_back_absent(
        self, record: Record, step: Step, status: int, at: tuple[float, float]
    ) -> Account | None:
        was_lost, label = record.is_lost, step.call.operation.label
        absence, loss = self.absences.judge(record.entity, label, status, *at)
        if absence is Absence.LATE:
            return None
        account = Account(read=1)
        if absence is Absence.UNKNOWN and not record.entity.pool.is_resolved_by(label):
            _add_untraced(record, step.call.operation, account)
        self._settle_delays(record, State.GONE, *at)
        self._sightings.deleted.add_gone(record)
        if absence is Absence.EXPLAINED and record.writes[-1].leaves is State.ANY:
            self._unknowns.record_gone_after(record.writes[-1])
        # A loss that a call under load has shown is reported already.
        return _with_losses(account, record, [loss] if loss and not was_lost else [])

    def _read_back_deleted(
        self, record: Record, step: Step, body: Json, at: tuple[float, float], age: float
    ) -> Account | None:
        """Judge an entity that is there although it had been deleted for an age (s)."""
        account, deleted = Account(read=1), self._sightings.deleted
        loss = existence_loss(record, step.call.target, State.GONE, at[1], age)
        if isinstance(body, dict) and deleted.is_marked(record, body):
            account.note("deleted entities can be read, marked as such", 1)
            return account
        if isinstance(body, dict) and not record.shows_any_written(body):
            if record.shows_all_written(body):
                deleted.add_there(record, loss)
            else:
                account.note("deleted entities can be read, without what they were", 1)
            return account
        if age <= self._consistency:
            record.delays.add(age, record.last_write(State.GONE))
            return None
        return _with_losses(account, record, [loss])

    def _read_back_present(
        self, record: Record, step: Step, body: Mapping[str, Json], at: tuple[float, float]
    ) -> Account | None:
        """Judge the properties of an entity that is there and may be there."""
        properties, target = self._properties, step.call.target
        deviating = _by_name(deviations(record, body, *at))
        lost_writes = [*properties.claims.lost_writes(record, body, deviating)]
        suspects = [deviation for group in lost_writes for deviation in group]
        suspects += [
            deviation for deviation in deviating.values() if properties.claims.is_claimable(record, deviation)
        ]
        oldest = max(suspects, key=lambda deviation: deviation.age, default=None)
        if oldest is not None and oldest.age <= self._consistency:
            record.delays.add(oldest.age, oldest.write)
            return None
        last = record.writes[-1]
        if at[0] - last.acknowledged <= self._consistency and properties.are_missing(record, body):
            # The body may be from before the write.
            return None
        if not deviating:
            self._settle_delays(record, State.THERE, *at)
        is_comparable = not last.properties or bool(last.properties.keys() & body.keys())
        self._sightings.add_comparison(step.call.operation.label, is_comparable)
        lost = {deviation.name for group in lost_writes for deviation in group}
        for name, deviation in deviating.items():
            if name not in lost:
                properties.add_deviation(record, deviation, target, at[1])
        properties.add_read(record, body, target, deviating, at[1])
        losses = [property_loss(target, group[0], at[1]) for group in lost_writes]
        return _with_losses(Account(read=1), record, losses)

    def report(self) -> Account:
        """After everything was read back: what was late, what comes back otherwise than it was written, and
        what the service seems to do by design.
        """
        account, records = Account(), self._addresses.records.values()
        for record in records:
            if record.delays.late and not record.is_lost:
                account.late += record.delays.late
                account.late_s = max(account.late_s, record.delays.late_s)
        unreadable = Counter(
            record.last_write(State.THERE).label
            for record in records
            if record.entity.resource not in self._documented and record.writes
        )
        for label, count in unreadable.items():
            account.note(f"what {label} made {NOT_READ_BACK}", count)
        self._sightings.report(account)
        self._unknowns.report(account, records)
        self._properties.report(account)
        return account

    def _settle_delays(self, record: Record, state: State, since: float, until: float) -> None:
        """Close the pending delays of an address if a read between two times (s) shows the only possible
        state.
        """
        other = State.GONE if state is State.THERE else State.THERE
        if record.delays.is_pending and record.age_of(other, since, until):
            record.delays.settle(is_seen=not record.delays.is_overtaken(record.writes))


def _by_name(found: Iterable[Deviation]) -> dict[str, Deviation]:
    return {deviation.name: deviation for deviation in found}


def _add_untraced(record: Record, reading: Operation, account: Account) -> None:
    """Add to an account an entity that a read has never found by its identifier. Where it was created in its
    own collection, or written at its own address, somebody must look at it before the run can pass.
    """
    label = record.last_write(State.THERE).label
    text = f"what {label} made was never found by {reading.label}: it is lost, or can be found in another way"
    resource = record.entity.resource
    if normalised(label.partition(" ")[2]) in (collection_of(resource), resource):
        account.untraced[text] = 1
    else:
        account.note(text, 1)


def _with_losses(account: Account, record: Record, losses: Sequence[Loss]) -> Account:
    if losses:
        record.is_lost = True
        account.losses += losses
    return account
