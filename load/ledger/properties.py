"""What becomes of the properties that operations write: kept, lost, or changed by a habit of the service."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from math import inf
from types import MappingProxyType

from load.ledger.addresses import Addresses
from load.ledger.deviations import Deviation
from load.ledger.history import State, Write
from load.ledger.loss_claims import Claims
from load.ledger.loss_evidence import address_of, ignored_change, property_loss
from load.ledger.other_entities import OtherEntities
from load.ledger.records import Record
from load.ledger.service_habits import Habit
from load.ledger.text_changes import is_redaction
from load.ledger.unpublished_changes import Drafts
from load.ledger.written_values import WrittenValues
from load.measurements.ledger_account import Account
from load.measurements.losses import Loss
from load.representations.alterations import Alteration, alteration, nearest
from load.representations.values import EMPTY, is_free_text, scalars_by_path, scalars_of_items
from openapi.contract import Json

_ANSWERED, _READ = "answered", "read"


class Properties:
    """Compares the properties that each operation writes with the answers to it and with later reads. What
    happens to a property now and then is a loss; what always happens is a habit of the service.

    `documented` are the properties that reads show according to the document, by resource. A state that has
    been out of date for longer than `consistency` (s) is no mere delay. Entities of `independent` resources
    are changed by no call for anything else; `published_by` has the operation that publishes changes, by
    resource.
    """

    def __init__(
        self,
        documented: Mapping[str, frozenset[str]],
        addresses: Addresses,
        consistency: float,
        independent: Container[str] = (),
        published_by: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._documented, self._consistency = documented, consistency
        self.values = WrittenValues()
        self._drafts = Drafts(published_by)
        self.claims = Claims(self.values, self._drafts, independent)
        self.other_entities = OtherEntities(addresses)
        # By label, property, and whether the answer or a later read showed it.
        self._habits: defaultdict[tuple[str, str, str], Habit] = defaultdict(Habit)
        # Losses that are certain, whatever the habit.
        self._certain: list[Loss] = []

    def compare(self, write: Write, body: Json, record: Record, is_creation: bool = False) -> None:
        """Compare what a write to a record has sent with the answer to it, which may show what was there
        before unless it is that to a creation.
        """
        write.added_states = self.values.add_states(write, body)
        for name, value in write.properties.items():
            self.values.add(write.label, name, value)
            # A service may have a value of its own for null.
            if value is not None and isinstance(body, dict) and name in body:
                self._compare_property(write, name, body[name], record, is_creation)

    def _compare_property(
        self, write: Write, name: str, actual: Json, record: Record, is_creation: bool
    ) -> None:
        habit = self._habits[write.label, name, _ANSWERED]
        how = alteration(write.properties[name], actual)
        if how is None:
            habit.kept += 1
            return
        if not is_creation and record.is_overlapped(write):
            # The answer may show what the other write has made of it.
            return
        is_ignored = not is_creation and how is Alteration.OTHER and _is_ignored(record, write, name, actual)
        if is_ignored:
            how = Alteration.IGNORED
            habit.lose(ignored_change(record, write, name, actual), is_confirmed=False)
        habit.change(how, write.properties[name], actual, address_of(record.entity))

    def add_deviation(self, record: Record, deviation: Deviation, target: str, at: float) -> None:
        """Add a deviating property of a write that shows otherwise, as a read of a target at a time (s)
        showed.
        """
        name, write = deviation.name, deviation.write
        written, actual = write.value_of(name), deviation.actual
        habit, how = self._habits[write.label, name, _READ], _alteration_of(deviation)
        habit.change(how, written, actual, target)
        habit.change_text(how, written, actual)
        loss = property_loss(target, deviation, at)
        if how is Alteration.CUT and isinstance(written, str):
            habit.texts.cuts.append((loss, len(written.encode())))
        if not self.claims.is_claimable(record, deviation):
            return
        is_confirmed = name in write.confirmed
        if is_confirmed and (deviation.is_stale or self.other_entities.have_value(deviation)):
            # The service has shown that it knew better, or shows a value of another entity.
            self._certain.append(loss)
            habit.changes[how] -= 1
        else:
            habit.lose(loss, is_confirmed)

    def add_read(
        self,
        record: Record,
        body: Mapping[str, Json],
        target: str,
        deviations: Mapping[str, Deviation],
        at: float,
    ) -> None:
        """Add the properties that a read of a target at a time (s) showed as they were written, and those
        that it should have shown according to the document and did not.
        """
        write = record.writes[-1]
        is_last = (
            write.acknowledged < inf
            and not record.resource_writes
            and all(earlier.acknowledged <= write.sent for earlier in record.writes[:-1])
        )
        documented = self._documented_for(record)
        for name, value in write.properties.items():
            habit = self._habits[write.label, name, _READ]
            if is_last and name in body and name in write.confirmed and isinstance(value, (dict, list)):
                self._add_nested(write, name, body[name], target, at)
            if name in body:
                if name not in deviations:
                    habit.keep(value)
            elif is_last and name in documented and value not in EMPTY:
                self._add_missing(write, name, target, at)
        if is_last and not write.replaces_all and len(record.writes) > 1:
            # A change leaves the properties that it does not name (RFC 7396, RFC 5789).
            for name, value in record.writes[-2].properties.items():
                if name in documented and name not in {*body, *write.properties} and is_free_text(value):
                    habit = self._habits[write.label, name, _READ]
                    habit.change(Alteration.DROPPED, value, None, target)

    def _add_missing(self, write: Write, name: str, target: str, at: float) -> None:
        value = write.properties[name]
        habit = self._habits[write.label, name, _READ]
        habit.change(Alteration.DROPPED, value, None, target)
        if is_free_text(value):
            missing = Deviation(name, write, None, self._consistency, is_stale=False)
            habit.lose(property_loss(target, missing, at), is_confirmed=False)

    def _add_nested(self, write: Write, name: str, actual: Json, target: str, at: float) -> None:
        """Add the texts within a property whose value the answer had shown as it was sent."""
        for path, written, shown in _nested_values(write.properties[name], actual):
            if not is_free_text(written):
                continue
            habit = self._habits[write.label, name + path, _READ]
            how = alteration(written, shown)
            if how is None:
                habit.keep(written)
                continue
            habit.change(how, written, shown, target)
            habit.change_text(how, written, shown)
            deviation = Deviation(
                name + path, write, shown, self._consistency, is_stale=False, written=written
            )
            habit.lose(property_loss(target, deviation, at), is_confirmed=True)

    def are_missing(self, record: Record, body: Mapping[str, Json]) -> bool:
        """Whether a body lacks a documented property that the last write set, or the one before a change."""
        documented = self._documented_for(record)
        writes = record.writes[-1:] if record.writes[-1].replaces_all else record.writes[-2:]
        return any(
            name in documented and name not in body and value not in EMPTY
            for write in writes
            for name, value in write.properties.items()
        )

    def report(self, account: Account) -> None:
        """Add to an account which properties came back otherwise than they were written."""
        account.losses += self._certain
        self._drafts.report(account)
        for (label, name, _), habit in self._habits.items():
            habit.report(label, name, account)

    def _documented_for(self, record: Record) -> frozenset[str]:
        return self._documented.get(record.entity.resource, frozenset())


def _is_ignored(record: Record, write: Write, name: str, actual: Json) -> bool:
    """Whether an answer shows a property as it was before the write. A value of another type proves nothing,
    as a service may wrap a text, and neither does a mask such as that of a password, which is always the
    same.
    """
    is_same_type = isinstance(write.properties[name], str) is isinstance(actual, str)
    is_mask = isinstance(actual, str) and is_redaction(actual)
    return is_same_type and not is_mask and record.had_before(write, name, actual)


def _alteration_of(deviation: Deviation) -> Alteration:
    if deviation.is_stale:
        return Alteration.STALE
    written = deviation.write.value_of(deviation.name)
    how = None if isinstance(written, State) else alteration(written, deviation.actual)
    return how or Alteration.OTHER


def _nested_values(written: Json, actual: Json) -> Iterator[tuple[str, Json, Json]]:
    """The values within an object or list, each with its path and what a read showed in its place. The items
    of a list may be in any order and have no path.
    """
    if isinstance(written, list):
        items = actual if isinstance(actual, list) else written
        for value in scalars_of_items(written):
            yield "", value, nearest(value, items)
    else:
        shown = dict(scalars_by_path(actual))
        for path, value in scalars_by_path(written):
            yield path, value, shown.get(path)
