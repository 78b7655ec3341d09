"""Why an entity was not there when a call needed it."""

from http import HTTPStatus

from load.journeys.entities import Entity
from load.ledger.addresses import Addresses
from load.ledger.history import State, Write
from load.ledger.loss_evidence import address_of, existence_loss
from load.ledger.records import Record
from load.ledger.sightings import Sightings
from load.ledger.unknowns import Unknowns
from load.ledger.writes import has_intact_parents
from load.measurements.losses import Absence, Loss


class Absences:
    """Decides whether an entity that was not there is late, lost, rightly gone, or of unknown state.

    A state that has been out of date for longer than `consistency` (s) is no mere delay. If the service
    `is_private`, nobody but this process deletes what was there before the run.
    """

    def __init__(
        self,
        addresses: Addresses,
        sightings: Sightings,
        unknowns: Unknowns,
        consistency: float,
        is_private: bool,
    ) -> None:
        self._addresses, self._sightings, self._unknowns = addresses, sightings, unknowns
        self._consistency, self._is_private = consistency, is_private

    def judge(
        self, entity: Entity, label: str, status: int, since: float, until: float, is_target: bool = True
    ) -> tuple[Absence, Loss | None]:
        """Why an entity was not there for a call of an operation that was sent and answered at these times
        (s), with the loss if it was written and is lost. Unless the entity `is_target`, something else in the
        call may be what is not there; then nothing is recorded.
        """
        entity = entity.original
        record = self._addresses.record_of(entity)
        if record is None and self._is_private and not entity.is_own and has_intact_parents(entity):
            return Absence.LOST, None
        if record is None or not has_intact_parents(record.entity):
            return Absence.UNKNOWN, None
        if status == HTTPStatus.GONE or until >= record.expires - self._consistency:
            if is_target:
                self._add_expiry(record, since, until)
            return Absence.EXPLAINED, None
        age = record.age_of(State.GONE, since, until)
        if not age:
            return Absence.EXPLAINED, None
        return self._judge_unexplained(record, label, age, until, is_target)

    def _judge_unexplained(
        self, record: Record, label: str, age: float, until: float, is_target: bool
    ) -> tuple[Absence, Loss | None]:
        """Whether an entity that had to be there for an age (s) is late, lost, or of unknown state."""
        entity, is_late = record.entity.original, age <= self._consistency
        is_resolved = entity.pool.is_resolved_by(label)
        if not is_resolved and not (is_late and entity.pool.resolved_by):
            return Absence.UNKNOWN, None
        reason = self._sightings.reason_hidden(record) if is_resolved else ""
        if reason:
            if is_target:
                self._unknowns.hidden[reason] += 1
            return Absence.UNKNOWN, None
        if is_late:
            if is_target:
                record.delays.add(age, record.last_write(State.THERE))
            return Absence.LATE, None
        if is_target:
            record.is_lost = True
        loss = existence_loss(record, address_of(entity), State.THERE, until, age)
        if self._sightings.may_be_used_up(record):
            if is_target:
                self._sightings.add_used_up(record, label, loss)
            return Absence.UNKNOWN, None
        return Absence.LOST, loss

    def _add_expiry(self, record: Record, since: float, until: float) -> None:
        """Record that an entity has ended by its own words, as a read between two times (s) shows."""
        self._unknowns.expired += 1
        record.add(Write("its own end", since, {}, replaces_all=True, acknowledged=until, leaves=State.ANY))
