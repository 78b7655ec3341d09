"""What becomes of the properties that operations write: kept, lost, or changed by a habit of the service."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from math import inf
from types import MappingProxyType

from load.journeys.addresses import Addresses
from load.journeys.alterations import Alteration, alteration, is_derived, nearest
from load.journeys.deviations import Deviation, shows_nothing_of
from load.journeys.equivalence import shows, shows_all
from load.journeys.evidence import deviating, example, ignored
from load.journeys.habits import FEW_WRITES, Habit, is_redaction
from load.journeys.history import State, Write
from load.journeys.records import Record
from load.journeys.values import (
    EMPTY,
    is_distinctive,
    is_free_text,
    is_number,
    is_time,
    scalars_by_path,
    scalars_of_items,
)
from load.journeys.volatility import changes_by_itself, is_event_time
from load.measurements.losses import Account, Loss
from openapi.contract import Json

# Of a property that is written with no more values than these, one may come about by chance.
FEW_VALUES = 8
_ANSWERED, _READ = "answered", "read"
# What a service may make of a text by design.
_DERIVED = (Alteration.CUT, Alteration.TRIMMED, Alteration.RECASED)
# How many values are looked for among those of other things.
_COMPARED_AT_MOST = 50


class Properties:
    """What was written to each property by each operation, and what of it came back. `readable` are the
    properties that a read is documented to show, by resource; a state that has been out of date for longer
    than `consistency` (s) is no delay any more. The things of `independent` resources are changed by no call
    for anything else. Of `published` resources, changes may show only after the operation that is told for
    each.
    """

    def __init__(
        self,
        readable: Mapping[str, frozenset[str]],
        addresses: Addresses,
        consistency: float,
        independent: Container[str] = (),
        published: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._readable, self._addresses, self._consistency = readable, addresses, consistency
        self._independent, self._published = independent, published
        # How often changes by an operation did not show, which another may publish.
        self._drafts: Counter[tuple[str, str]] = Counter()
        self.values: defaultdict[tuple[str, str], set[Json]] = defaultdict(set)
        # By operation, property, and whether it was the answer that showed it or a later read.
        self._counts: defaultdict[tuple[str, str, str], Habit] = defaultdict(Habit)
        self._written: Counter[tuple[str, str]] = Counter()
        self._certain: list[Loss] = []
        self._compared = 0

    def compare(self, write: Write, body: Json, record: Record | None = None) -> None:
        """Hold what was sent against what the answer to it shows; a change to the thing of a `record` may be
        answered with what was there before.
        """
        write.added_states = self._told_beside(write, body)
        for name, value in write.properties.items():
            self._written[write.label, name] += value is not None
            values = self.values[write.label, name]
            if len(values) <= FEW_VALUES and isinstance(value, (str, int, float)):
                values.add(value)
            # A service may have a value of its own for null.
            if value is None or not isinstance(body, dict) or name not in body:
                continue
            how = alteration(value, body[name])
            counts = self._counts[write.label, name, _ANSWERED]
            if not how:
                counts.kept += 1
                continue
            if (
                record is not None
                and how == Alteration.OTHER
                and self._is_ignored(record, write, name, body[name])
            ):
                how = Alteration.IGNORED
                counts.lose(ignored(record, write, name, body[name]), is_shown=False)
            counts.changes[how] += 1
            counts.example = counts.example or example(value, body[name])

    def _is_ignored(self, record: Record, write: Write, name: str, found: Json) -> bool:
        """Whether an answer shows what was there before a write. A mask, as of a password, was there before,
        too, and so was what wraps a text.
        """
        is_alike = isinstance(write.properties[name], str) is isinstance(found, str)
        is_mask = isinstance(found, str) and is_redaction(found)
        return is_alike and not is_mask and record.had_before(write, name, found)

    def _told_beside(self, write: Write, body: Json) -> Mapping[str, Json]:
        """The flags and states of its own that an answer tells beside what was written."""
        found: dict[str, Json] = {}
        for name, value in body.items() if isinstance(body, dict) else ():
            if name in write.properties or not isinstance(value, (bool, str)):
                continue
            values = self.values[write.label, name]
            if len(values) <= FEW_VALUES:
                self._written[write.label, name] += 1
                values.add(value)
                found[name] = value
        return found

    def unseen(
        self, record: Record, body: Mapping[str, Json], found: Mapping[str, Deviation]
    ) -> Iterator[list[Deviation]]:
        """The deviations of each write of which nothing shows, where what shows instead was surely there
        before: one value that does not come about by chance, or two.
        """
        by_write: defaultdict[Write, list[Deviation]] = defaultdict(list)
        for each in found.values():
            by_write[each.write].append(each)
        for write, group in by_write.items():
            if all(each.write.value_of(each.name) in EMPTY for each in group):
                continue
            is_sure = len(group) > 1 or any(self._is_distinctive(each) for each in group)
            if self._may_be_draft(record, group):
                self._drafts[write.label, self._published[record.entity.resource]] += 1
            elif (
                is_sure
                and all(each.is_stale for each in group)
                and shows_nothing_of(record, write, body, found)
            ):
                yield group

    def _may_be_draft(self, record: Record, deviations: Iterable[Deviation]) -> bool:
        """Whether what shows is from before, and changes may show only once they are published."""
        return record.entity.resource in self._published and all(each.is_stale for each in deviations)

    def is_claimable(self, record: Record, each: Deviation) -> bool:
        """Whether a deviation is no work of the service or of other calls, unless it is a habit."""
        written = each.write.value_of(each.name)
        if self._may_be_draft(record, [each]):
            return False
        if each.is_stale:
            return self._is_distinctive(each)
        how = alteration(written, each.actual)
        if len(self.values[each.write.label, each.name]) <= FEW_VALUES and not is_number(written):
            # Of a few states, the service may have chosen another.
            return False
        if how == Alteration.DROPPED or (how in _DERIVED and each.name in each.write.confirmed):
            # An answer that has shown a text as it was sent says that it is kept so.
            return is_free_text(written)
        if is_number(written) and is_number(each.actual):
            resource = record.entity.resource
            is_claimable = resource in self._independent and not changes_by_itself(each.name, resource)
            return is_claimable and each.name in each.write.confirmed
        if is_time(written) and is_time(each.actual):
            return each.name in each.write.confirmed and not is_event_time(each.name)
        return is_free_text(written) and is_free_text(each.actual) and not is_derived(written, each.actual)

    def count(self, record: Record, each: Deviation, target: str, at: float) -> None:
        """A property that is otherwise than it should be, while the rest of its write shows."""
        written = each.write.value_of(each.name)
        counts = self._counts[each.write.label, each.name, _READ]
        how = (
            Alteration.STALE
            if each.is_stale
            else Alteration.OTHER
            if isinstance(written, State)
            else alteration(written, each.actual) or Alteration.OTHER
        )
        counts.changes[how] += 1
        counts.example = counts.example or example(written, each.actual)
        if (
            isinstance(written, str)
            and isinstance(each.actual, str)
            and how in (Alteration.OTHER, Alteration.RECASED)
        ):
            counts.changed.append((written, each.actual))
        if how == Alteration.CUT and not each.is_stale and isinstance(written, str):
            counts.cuts.append((deviating(target, each, at), len(written.encode())))
        if not self.is_claimable(record, each):
            return
        loss = deviating(target, each, at)
        if each.name in each.write.confirmed and (each.is_stale or self._is_of_another(each)):
            # The service has shown that it knew better, or shows what is another thing's.
            self._certain.append(loss)
            counts.changes[how] -= 1
        else:
            counts.lose(loss, each.name in each.write.confirmed)

    def count_rest(
        self, record: Record, body: Mapping[str, Json], target: str, found: Mapping[str, Deviation], at: float
    ) -> None:
        """The properties that are as written, and those that the document has and the thing has not."""
        write = record.writes[-1]
        documented = self._readable.get(record.entity.resource, frozenset())
        is_last = write.acknowledged < inf and not record.resource_writes
        is_last = is_last and all(each.acknowledged <= write.sent for each in record.writes[:-1])
        for name, value in write.properties.items():
            counts = self._counts[write.label, name, _READ]
            if is_last and name in body and name in write.confirmed and isinstance(value, (dict, list)):
                self._count_within(write, name, body[name], target, at)
            if name in body:
                counts.keep(value, name not in found)
            elif is_last and name in documented and value not in (None, "", [], {}):
                counts.changes[Alteration.DROPPED] += 1
                counts.example = counts.example or f"{target}: {example(value, None)}"
                if is_free_text(value):
                    missing = Deviation(name, write, None, self._consistency, is_stale=False)
                    counts.lose(deviating(target, missing, at), is_shown=False)
        former = record.writes[-2] if is_last and not write.replaces_all and len(record.writes) > 1 else None
        for name, value in former.properties.items() if former else ():
            # What a change does not name, it leaves (RFC 7396, RFC 5789).
            if (
                name not in body
                and name in documented
                and name not in write.properties
                and is_free_text(value)
            ):
                counts = self._counts[write.label, name, _READ]
                counts.changes[Alteration.DROPPED] += 1
                counts.example = counts.example or f"{target}: {example(value, None)}"

    def _count_within(self, write: Write, name: str, found: Json, target: str, at: float) -> None:
        """The texts within a property that an answer has shown as they were sent: those that are missing, and
        those that are otherwise. Of a list, whatever its order is by now.
        """
        value = write.properties[name]
        if isinstance(value, list):
            items = found if isinstance(found, list) else value
            pairs = [("", each, nearest(each, items)) for each in scalars_of_items(value)]
        else:
            shown = dict(scalars_by_path(found))
            pairs = [(place, each, shown.get(place)) for place, each in scalars_by_path(value)]
        for place, written, is_now in pairs:
            if not is_free_text(written):
                continue
            counts = self._counts[write.label, name + place, _READ]
            how = alteration(written, is_now)
            if how is None:
                counts.keep(written, is_kept=True)
                continue
            counts.changes[how] += 1
            counts.example = counts.example or example(written, is_now)
            if isinstance(is_now, str) and how in (Alteration.OTHER, Alteration.RECASED):
                counts.changed.append((written, is_now))
            each = Deviation(name + place, write, is_now, self._consistency, is_stale=False, written=written)
            counts.lose(deviating(target, each, at), is_shown=True)

    def lacks(self, record: Record, body: Mapping[str, Json]) -> bool:
        """Whether a body lacks a property that the last write, or the one before a change, has left there."""
        documented = self._readable.get(record.entity.resource, frozenset())
        writes = record.writes[-1:] if record.writes[-1].replaces_all else record.writes[-2:]
        return any(
            name in documented and name not in body and value not in EMPTY
            for write in writes
            for name, value in write.properties.items()
        )

    def states(self, write: Write) -> Iterator[tuple[str, Json]]:
        """The properties of a write that have one of a few values, as far as many writes tell."""
        for name, value in (*write.properties.items(), *write.added_states.items()):
            is_telling = self._written[write.label, name] >= FEW_WRITES
            is_one_of_few = is_telling and len(self.values[write.label, name]) <= FEW_VALUES
            if isinstance(value, bool) or (isinstance(value, str) and is_one_of_few):
                yield name, value

    def settle(self, account: Account) -> None:
        """Add to an account what has come back otherwise than it was written."""
        account.losses += self._certain
        for (label, publisher), count in self._drafts.items():
            account.note(f"what {label} changed did not show; it may do so only after {publisher}", count)
        for (label, name, _), each in self._counts.items():
            each.tell(label, name, account)

    def _is_distinctive(self, each: Deviation) -> bool:
        """Whether what was found can hardly have come about otherwise than by having been written before."""
        return is_distinctive(each.actual) and len(self.values[each.write.label, each.name]) > FEW_VALUES

    def is_of_another(self, record: Record, body: Mapping[str, Json]) -> bool:
        """Whether a body has all that was written to another thing of the resource, and nothing that was
        written to a record, of what does not come about by chance.
        """
        own = {name: each for name, each in record.writes[-1].properties.items() if is_distinctive(each)}
        if any(name in body and shows(each, body[name]) for name, each in own.items()):
            return False
        self._compared += 1
        return self._compared <= _COMPARED_AT_MOST and any(
            other is not record
            and other.entity.pool is record.entity.pool
            and shows_all(other.writes[-1].properties, body)
            for other in self._addresses.records.values()
            if other.writes
        )

    def _is_of_another(self, each: Deviation) -> bool:
        """Whether what was found has been written to another thing by the same operation."""
        self._compared += 1
        return self._compared <= _COMPARED_AT_MOST and any(
            write.label == each.write.label and write.properties.get(each.name) == each.actual
            for record in self._addresses.records.values()
            for write in record.writes
        )
