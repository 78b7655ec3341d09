"""What reads show, held against what was acknowledged. Sends nothing.

Only what is certain is claimed. A loss needs an acknowledgement (a 2xx other than 202), a read that no order
of the writes explains, and a state that has been out of date for longer than the service may take.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from load.journeys.addresses import Addresses
from load.journeys.deletion_marks import is_marked_deleted
from load.journeys.deviations import deviations
from load.journeys.entities import Entity
from load.journeys.envelopes import unwrapped
from load.journeys.evidence import address, deviating, existence
from load.journeys.history import State, Write
from load.journeys.properties import Properties
from load.journeys.records import Record
from load.journeys.sightings import Sightings
from load.journeys.step import Step
from load.journeys.unknowns import Unknowns
from load.journeys.writes import has_intact_parents, is_acknowledged, without_deprecated
from load.measurements.losses import NOT_READ_BACK, Absence, Account, Loss
from load.planning.resources import collection_of, normalised
from openapi.contract import Json
from openapi.operations import Operation


class Reconciliation:
    """Holds reads against the writes of one process. `readable` are the resources of which each thing can be
    read, with the properties that such a read is documented to have. On a `private` service nobody but this
    process deletes what was there before.
    """

    def __init__(
        self,
        readable: Mapping[str, frozenset[str]],
        addresses: Addresses,
        properties: Properties,
        consistency: float,
        private: bool = False,
    ) -> None:
        self._readable, self._addresses, self._properties = readable, addresses, properties
        self._consistency, self._private = consistency, private
        self._unknowns = Unknowns()
        self._sightings = Sightings(properties)

    @property
    def records(self) -> list[Record]:
        """The addresses to be read back: all whose state is claimed to be known."""
        return [
            each
            for each in self._addresses.records.values()
            if each.entity.resource in self._readable and has_intact_parents(each.entity)
        ]

    def may_be_gone(self, record: Record, since: float, until: float) -> bool:
        """Whether nothing is wrong where a read between two times (s) finds nothing."""
        return not record.age_of(State.GONE, since, until) or not has_intact_parents(record.entity)

    def absence(
        self, entity: Entity, label: str, status: int, since: float, until: float, is_target: bool = True
    ) -> tuple[Absence, Loss | None]:
        """Why a thing was not there for a call of an operation, sent and answered at these times (s), with
        the loss if it is one of something that was written. Where something else than it may be what was not
        there, it is no `is_target`, and nothing is noted.
        """
        thing = entity.original
        record = self._addresses.record_of(thing)
        if record is None and self._private and not thing.is_own and has_intact_parents(thing):
            return Absence.LOST, None
        if record is None or not has_intact_parents(record.entity):
            return Absence.UNKNOWN, None
        if status == HTTPStatus.GONE or until >= record.expires - self._consistency:
            if is_target:
                self._end(record, since, until)
            return Absence.EXPLAINED, None
        age = record.age_of(State.GONE, since, until)
        if not age:
            return Absence.EXPLAINED, None
        return self._unexplained(record, label, age, until, is_target)

    def _unexplained(
        self, record: Record, label: str, age: float, until: float, is_target: bool
    ) -> tuple[Absence, Loss | None]:
        """Why a thing was not there when it should have been for so long (s): late, lost, or unknown."""
        thing = record.entity.original
        is_found = thing.pool.is_resolved_by(label)
        if not is_found and (age > self._consistency or not thing.pool.resolved_by):
            return Absence.UNKNOWN, None
        hidden = self._sightings.hiding(record) if is_found else ""
        if hidden:
            if is_target:
                self._unknowns.hidden[hidden] += 1
            return Absence.UNKNOWN, None
        if is_target:
            self._note(record, age)
        if age > self._consistency and self._sightings.may_be_used_up(record):
            if is_target:
                loss = existence(record, address(thing), State.THERE, until, age)
                self._sightings.found_once(record, label, loss)
            return Absence.UNKNOWN, None
        if age <= self._consistency:
            return Absence.LATE, None
        return Absence.LOST, existence(record, address(thing), State.THERE, until, age)

    def _end(self, record: Record, since: float, until: float) -> None:
        """A thing has ended by its own word, as a read between two times (s) shows."""
        self._unknowns.expired += 1
        record.add(Write("its own end", since, {}, replaces_all=True, acknowledged=until, leaves=State.ANY))

    def read(self, step: Step, body: Json, since: float, until: float) -> list[Loss]:
        """What has been out of date for too long in an answer, to a call sent and answered at these times
        (s). What was written once has no former state to show.
        """
        record = self._addresses.record_of(step.entity.original) if step.entity else None
        if record is None:
            return []
        label = step.call.operation.label
        body = unwrapped(body, record.writes[-1].properties or record.writes[0].properties)
        if self._sightings.is_nothing(label, body) or not isinstance(body, dict):
            return []
        self._sightings.add(record, body)
        if len(record.writes) < 2:
            return self._of_another(record, step, body, since, until)
        last = record.writes[-1]
        if last.leaves is State.ANY and last.acknowledged <= since and not is_marked_deleted(body):
            # Whatever a call may have done, the thing is there.
            record.add(Write(label, since, {}, replaces_all=True, acknowledged=until))
        if record.shows_last_write(body) or not has_intact_parents(record.entity):
            self._show_right(record, State.THERE, since, until)
            return []
        found = {each.name: each for each in deviations(record, body, since, until)}
        losses = []
        for unseen in self._properties.unseen(record, body, found):
            age = max(each.age for each in unseen)
            if age <= self._consistency:
                record.delays.add(age, unseen[0].write, {each.name: each.actual for each in unseen})
            else:
                record.is_lost = True
                losses.append(deviating(step.call.target, unseen[0], until))
        return losses

    def _of_another(
        self, record: Record, step: Step, body: Mapping[str, Json], since: float, until: float
    ) -> list[Loss]:
        """What is wrong with a body that shows another thing of this run under the identifier of one that was
        written once: none of its own texts, and all of the other's.
        """
        if record.shows_last_write(body) or not has_intact_parents(record.entity):
            return []
        found = [*deviations(record, body, since, until)]
        if not found or not self._properties.is_of_another(record, body):
            return []
        record.is_lost = True
        return [deviating(step.call.target, found[0], until)]

    def read_back(
        self, record: Record, step: Step, status: int, body: Json, at: tuple[float, float]
    ) -> Account | None:
        """Hold what is there at the end against what was acknowledged; `at` is when the call was sent and
        answered (s). None when it is not so, but may become so yet.
        """
        account = Account(read=1)
        target = step.call.target
        label = step.call.operation.label
        if self._sightings.is_nothing(label, body) and is_acknowledged(status):
            # A service may say so that there is nothing.
            status = HTTPStatus.NOT_FOUND
        body = without_deprecated(step.call.operation, body)
        body = unwrapped(body, {name for each in record.writes for name in each.properties})
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            was_lost = record.is_lost
            absence, loss = self.absence(record.entity, label, status, *at)
            if absence is Absence.LATE:
                return None
            if absence is Absence.UNKNOWN and not record.entity.pool.is_resolved_by(label):
                self._untraced(record, step.call.operation, account)
            self._show_right(record, State.GONE, *at)
            self._sightings.missed(record)
            if absence is Absence.EXPLAINED and record.writes[-1].leaves is State.ANY:
                self._unknowns.record_gone_after(record.writes[-1])
            # What a call has missed under load is told already.
            return self._accused(record, account, [loss] if loss and not was_lost else [])
        age = record.age_of(State.THERE, *at)
        if not age:
            if isinstance(body, dict):
                self._sightings.add(record, body)
            return self._held(record, step, body, at) if isinstance(body, dict) else account
        if isinstance(body, dict) and self._sightings.is_marked(record, body):
            account.note("deleted things can be read, marked as such", 1)
            return account
        if isinstance(body, dict) and not record.shows_any_written(body):
            if record.shows_all_written(body):
                loss = existence(record, target, State.GONE, at[1], age)
                self._sightings.found_deleted(record, loss)
            else:
                account.note("deleted things can be read, without what they were", 1)
            return account
        if age <= self._consistency:
            record.delays.add(age, record.last_write(State.GONE))
            return None
        return self._accused(record, account, [existence(record, target, State.GONE, at[1], age)])

    def settled(self) -> Account:
        """After all has been read back: what was late, what comes back otherwise than it was written, and
        what the service seems to do by design.
        """
        account = Account()
        for record in self._addresses.records.values():
            if record.delays.late and not record.is_lost:
                account.late += record.delays.late
                account.late_s = max(account.late_s, record.delays.late_s)
        made = Counter(
            record.last_write(State.THERE).label
            for record in self._addresses.records.values()
            if record.entity.resource not in self._readable and record.writes
        )
        for label, count in made.items():
            account.note(f"what {label} made {NOT_READ_BACK}", count)
        self._sightings.settle(account)
        self._unknowns.report(account, self._addresses.records.values())
        self._properties.settle(account)
        return account

    def _held(
        self, record: Record, step: Step, body: Mapping[str, Json], at: tuple[float, float]
    ) -> Account | None:
        """What became of the properties of a thing that is there, as far as it should be."""
        found = {each.name: each for each in deviations(record, body, *at)}
        unseen = [*self._properties.unseen(record, body, found)]
        late = [each for group in unseen for each in group]
        late += [each for each in found.values() if self._properties.is_claimable(record, each)]
        oldest = max(late, key=lambda each: each.age, default=None)
        if oldest is not None and oldest.age <= self._consistency:
            record.delays.add(oldest.age, oldest.write)
            return None
        if at[0] - record.writes[-1].acknowledged <= self._consistency and self._properties.lacks(
            record, body
        ):
            # What is shown may be from before.
            return None
        if not found:
            self._show_right(record, State.THERE, *at)
        written = record.writes[-1].properties
        self._sightings.compared(step.call.operation.label, bool(not written or written.keys() & body.keys()))
        lost = {each.name for group in unseen for each in group}
        for name, each in found.items():
            if name not in lost:
                self._properties.count(record, each, step.call.target, at[1])
        self._properties.count_rest(record, body, step.call.target, found, at[1])
        return self._accused(
            record, Account(read=1), [deviating(step.call.target, group[0], at[1]) for group in unseen]
        )

    def _untraced(self, record: Record, reading: Operation, account: Account) -> None:
        """Nothing that an operation made or changed has ever been found. Where that is in its own collection
        or at its own address, people must look at it before anything passes.
        """
        maker = record.last_write(State.THERE).label
        text = f"what {maker} made was never found by {reading.label}"
        resource = record.entity.resource
        if normalised(maker.partition(" ")[2]) in (collection_of(resource), resource):
            account.untraced[text] = 1
        else:
            account.note(text, 1)

    def _accused(self, record: Record, account: Account, losses: Sequence[Loss]) -> Account:
        if losses:
            record.is_lost = True
            account.losses += losses
        return account

    def _note(self, record: Record, age: float) -> None:
        """Note that a read showed what had been out of date for so long (s): late, or lost."""
        if age <= self._consistency:
            record.delays.add(age, record.last_write(State.THERE))
        else:
            record.is_lost = True

    def _show_right(self, record: Record, state: State, since: float, until: float) -> None:
        """What was late is right by now: a read between two times (s) shows a state, and no other may be."""
        other = State.GONE if state is State.THERE else State.THERE
        if record.delays.is_pending and record.age_of(other, since, until):
            record.delays.settle(is_seen=not record.delays.is_overtaken(record.writes))
