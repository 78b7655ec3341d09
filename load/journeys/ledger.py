"""What a service has acknowledged, address by address: every thing that was created, replaced or deleted, and
what may be read of it at which time. Sends nothing.

Only what is certain is claimed. A loss needs an acknowledgement (a 2xx other than 202), a read that no order
of the writes explains, and a state that has been out of date for longer than the service may take.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from math import inf

from load.journeys.entities import Entity
from load.journeys.records import Deviation, Record, State, Write
from load.journeys.representations import (
    NOTHING,
    OTHERWISE,
    change,
    expiry,
    is_derived,
    is_distinctive,
    is_failure,
    is_free_text,
    is_marked_deleted,
    is_under_way,
    scalars,
    shows,
    unwrapped,
    without,
)
from load.journeys.step import Step, leads_to
from load.measurements.losses import DROPPED, Absence, Account, Loss
from load.planning.effects import SAFE, looks_only
from load.planning.identifiers import collection_of, is_identifier, normalised, noun_of
from load.planning.schema_search import deprecated
from openapi.contract import Json
from openapi.operations import Operation

FOLLOWED_AT_MOST = 100_000
CONSISTENCY_S = 5.0
_REPLACING = ("put", "patch", "delete")
# Of a property that is written with no more values than these, one may come about by chance.
_FEW_VALUES = 8
# A property that comes back otherwise than written in a larger share of writes is one that the service has a
# mind of its own about. Of fewer writes, nobody can tell.
_SPORADIC_AT_MOST = 0.1
_FEW_WRITES = 20
_SHOWN = 100
_ANSWERED, _READ = "answered", "read"
IGNORED = "as it was before"
# How many found things are looked at for their states, and how many values for other things that have them.
_LOOKED_AT, _COMPARED_AT_MOST = 5_000, 50
# A call that was answered so has not been carried out. Of other refusals nobody can be sure.
_REFUSALS = frozenset({400, 401, 403, 404, 410, 411, 412, 413, 414, 415, 422, 428, 429, 431})

_GIVEN_BEFORE = (
    "was answered 201 with the identifier of something that was there before; "
    "whether anything was made is unknown"
)

Change = tuple[Record, Write]


@dataclass
class _Counts:
    """Of one property as one operation writes it: how often it was kept, and what became of it otherwise,
    with losses that it would be if that is no habit of the service.
    """

    kept: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    example: str = ""
    losses: list[Loss] = field(default_factory=list)


class Ledger:
    """The addresses of one process. `readable` are the resources of which each thing can be read, with the
    properties that such a read is documented to have; `makers` are the resources that operations make things
    of, and change no others, by label. A state that has been out of date for longer than `consistency` (s) is
    no delay any more. `is_own` tells whether an identifier can be no other process's; it matters when this
    one is not `alone`, as others may then write to the same address. On a `private` service nobody but this
    process deletes what was there before.
    """

    def __init__(
        self,
        readable: Mapping[str, frozenset[str]],
        makers: Mapping[str, frozenset[str]] | None = None,
        consistency: float = CONSISTENCY_S,
        is_own: Callable[[Json], bool] = lambda _: True,
    ) -> None:
        self._readable = readable
        self._makers = makers or {}
        self.consistency = consistency
        self.alone = True
        self.private = False
        self._is_own = is_own
        self._deprecated: dict[str, frozenset[str]] = {}
        self._records: dict[tuple[str, tuple[Json, ...]], Record] = {}
        self._children: defaultdict[Entity, list[Record]] = defaultdict(list)
        self._namesakes: defaultdict[Json, list[Record]] = defaultdict(list)
        self._everywhere: dict[str, Record] = {}
        self._values: defaultdict[tuple[str, str], set[Json]] = defaultdict(set)
        # By operation, property, and whether it was the answer that showed it or a later read.
        self._counts: defaultdict[tuple[str, str, str], _Counts] = defaultdict(_Counts)
        self._lost: set[Record] = set()
        self._certain: list[Loss] = []
        self._compared = 0
        self._right: set[Record] = set()
        self._expired = 0
        # By resource, the values of properties with a few of them, such as states, of things that were found.
        self._found: defaultdict[str, set[tuple[str, Json]]] = defaultdict(set)
        self._looked = 0
        self._written: Counter[str] = Counter()
        self._hidden: Counter[str] = Counter()
        self.passed_over = 0

    def __len__(self) -> int:
        """How many things are followed."""
        return len(self._records)

    @property
    def records(self) -> list[Record]:
        """The addresses to be read back: all whose state is claimed to be known."""
        return [
            each
            for each in self._records.values()
            if each.entity.home.resource in self._readable and _is_upright(each.entity)
        ]

    def sending(self, step: Step, at: float) -> list[Change]:
        """A call is sent (s since the start): the writes that it may be."""
        operation = step.call.operation
        if operation.method in SAFE:
            return []
        addressed = step.entity.itself if step.entity else None
        makes = operation.label in self._makers
        at_address = self._named(step) if addressed is None else None
        changes: list[Change] = []
        if addressed is not None and _replaces(operation, addressed):
            record = self._record_of(addressed)
            changes += [_added(record, _write(step, at))] if record else []
            beside = self._beside(addressed, record, operation.method == "delete")
            changes += self._disturbed(beside, operation, at, State.ANY)
        elif addressed is not None:
            # What is made within a thing leaves it there; anything else may do with it what it likes.
            around = self._known([addressed])
            around += [] if makes else self._beside(addressed, None, is_deletion=True)
            changes += self._disturbed(around, operation, at, State.THERE if makes else State.ANY)
        elif at_address is not None and operation.method in _REPLACING:
            changes.append(_added(at_address, _write(step, at)))
        elif not makes and not looks_only(operation):
            changes += self._disturbed_everywhere(operation, at)
        # What a call refers to may be used up by it, as a voucher is.
        rest = self._known(each.itself for each in step.leases if each.itself is not addressed)
        changes += self._disturbed(rest, operation, at, State.ANY)
        if addressed is not None and operation.method in ("put", "patch"):
            self._belong(addressed, rest)
        known = {record for record, _ in changes}
        named = [each for each in (at_address, *self._named_in_body(step)) if each is not None]
        return changes + self._disturbed(
            [each for each in named if each not in known], operation, at, State.ANY
        )

    def _belong(self, thing: Entity, others: Iterable[Record]) -> None:
        """From now on, a thing may go with others."""
        record = self._record_of(thing)
        for each in others:
            heirs = self._children[each.entity.itself]
            if record is not None and record not in heirs[-_FEW_VALUES:]:
                heirs.append(record)

    def in_use(self, operation: Operation, body: Json) -> Json:
        """An answer without the properties that are documented as deprecated, which may show anything by now
        (JSON Schema Validation 2020-12, section 9.3).
        """
        if operation.label not in self._deprecated:
            self._deprecated[operation.label] = deprecated(operation)
        names = self._deprecated[operation.label]
        return without(body, names) if names else body

    def answered(
        self,
        changes: Iterable[Change],
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
        acknowledged = _is_acknowledged(status) and not is_failure(body)
        for record, write in changes:
            is_deletion = write.leaves is State.GONE
            if acknowledged and not (is_deletion and is_under_way(body, record.entity.values[-1])):
                write.acknowledged = at
                if write.leaves is not State.GONE:
                    shown = unwrapped(body, write.properties)
                    self._compare(write, shown, record)
                    _ends(record, (write.properties, shown), at, now)
                    write.shown = _confirmed(write.properties, shown)
                    if record.may_be_renamed(write, shown):
                        write.leaves = State.ANY
                    write.properties = _told(write.properties, shown)
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
    ) -> list[Loss]:
        """A call has made things, or found them in their place; `changes` are the writes that it may be, `at`
        is when it was sent and acknowledged (s since the start), `now` when that was (s since 1970). Gives
        what was lost by it: a service that gives an identifier twice has not kept what it gave it to first.
        """
        if is_failure(body):
            return []
        known, losses = dict(changes), []
        for entity in entities:
            if entity.itself is not entity:
                continue
            if not entity.owned:
                if status == HTTPStatus.CREATED and not self._is_named(entity, step):
                    self._hidden[f"{step.call.operation.label} {_GIVEN_BEFORE}"] += 1
                continue
            if not self.alone and not self._is_certain(entity, step):
                continue
            record = self._record_of(entity) or self._followed(entity)
            if record is None:
                self.passed_over += 1
                continue
            is_new = status == HTTPStatus.CREATED
            twice = self._given_twice(record, entity, step, body, at) if is_new else []
            losses += twice
            if not twice and record not in known and record.age_of(State.GONE, *at):
                # It was there already, and perhaps it has been changed.
                (found,) = self._disturbed([record], step.call.operation, at[0], State.THERE)
                found[1].acknowledged = at[1]
                continue
            record.entity = entity
            for parent in entity.parents:
                self._children[parent.itself].append(record)
            # Which of several things the payload describes, nothing tells.
            self._creation(
                record, known.get(record), _write(step, at[0]), body if len(entities) == 1 else None
            )
            write = record.writes[-1]
            write.acknowledged = at[1]
            _ends(record, (step.call.payload, unwrapped(body, write.properties)), at[1], now)
        return losses

    def _given_twice(
        self, record: Record, thing: Entity, step: Step, body: Json, at: tuple[float, float]
    ) -> list[Loss]:
        """The loss of what was at an address, when another thing was given it while that must have been
        there: by an identifier of the service's own, with none of the texts that were written before.
        """
        if not record.writes or not isinstance(body, dict) or self._is_named(thing, step):
            return []
        if not _is_upright(record.entity) or at[1] >= record.expires - self.consistency:
            return []
        age, former = record.age_of(State.GONE, *at), record.last_of(State.THERE)
        texts = [
            name
            for name, value in former.properties.items()
            if is_free_text(value) and name in body and len(self._values[former.label, name]) > _FEW_VALUES
        ]
        # What both have alike may be what the service knows it by.
        known = [each for each in former.properties.items() if each[1] not in (*NOTHING, thing.values[-1])]
        alike = any(name in body and shows(value, body[name]) for name, value in known)
        if not age or not texts or alike:
            return []
        self._lost.add(record)
        loss = _existence(record, _address(thing), State.THERE, at[1], age)
        loss.found = f"another thing, which {step.call.operation.label} made"
        return [loss]

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
            self._compare(write, shown)
            write.shown = _confirmed(write.properties, shown)
            write.properties = _told(write.properties, shown)
        write.whole = True
        record.add(write)

    def found(self, thing: Entity, label: str, at: float) -> None:
        """What a call had been accepted to make was found at a time (s)."""
        record = self._record_of(thing) or self._followed(thing)
        if record is not None:
            record.entity = thing
            record.add(Write(label, at, {}, whole=True, acknowledged=at))

    def moved(self, entity: Entity, changes: Iterable[Change], successor: Entity) -> None:
        """A change has given a thing another address; what is at the old one nobody knows."""
        record = self._record_of(entity.itself)
        for each, write in changes:
            if each is record:
                followed = self._record_of(successor) or self._followed(successor)
                if followed is not None:
                    followed.entity = successor
                    followed.add(Write(write.label, write.sent, write.properties, True, write.acknowledged))
                write.leaves, write.properties, write.whole = State.ANY, {}, True

    def is_doubtful(self, step: Step, status: int) -> bool:
        """Whether a call names something in query or body that may be there already (409), though not by
        texts that have been made for it alone, or may not be there (404, 410).
        """
        named = scalars([step.call.payload, *step.call.query.values()])
        if status == HTTPStatus.CONFLICT:
            return any(isinstance(each, str) and each and not self._is_own(each) for each in named)
        return any(isinstance(each, (str, int)) and each not in ("", True, False) for each in named)

    def absence(
        self, entity: Entity, label: str, status: int, since: float, until: float, is_target: bool = True
    ) -> tuple[Absence, Loss | None]:
        """Why a thing was not there for a call of an operation, sent and answered at these times (s), with
        the loss if it is one of something that was written. Where something else than it may be what was not
        there, it is no `is_target`, and nothing is noted.
        """
        thing = entity.itself
        record = self._record_of(thing)
        if record is None and self.private and not thing.owned and _is_upright(thing):
            return Absence.LOST, None
        if record is None or not _is_upright(record.entity):
            return Absence.UNKNOWN, None
        if status == HTTPStatus.GONE or until >= record.expires - self.consistency:
            if not is_target:
                return Absence.EXPLAINED, None
            self._expired += 1
            record.add(Write("its own end", since, {}, whole=True, acknowledged=until, leaves=State.ANY))
            return Absence.EXPLAINED, None
        age = record.age_of(State.GONE, since, until)
        if not age:
            return Absence.EXPLAINED, None
        is_found = thing.home.is_found_by(label)
        if not is_found and (age > self.consistency or not thing.home.finders):
            return Absence.UNKNOWN, None
        hidden = self._hiding(record) if is_found else ""
        if hidden:
            if is_target:
                self._hidden[hidden] += 1
            return Absence.UNKNOWN, None
        if is_target:
            self._note(record, age)
        if age <= self.consistency:
            return Absence.LATE, None
        return Absence.LOST, _existence(record, _address(thing), State.THERE, until, age)

    def _hiding(self, record: Record) -> str:
        """Why a thing may be hidden, though it is there: no other in the same state was ever found."""
        found = self._found[record.entity.home.resource]
        states = {name: (value, each.label) for each in record.writes for name, value in self._states(each)}
        for name, (value, label) in states.items():
            if (name, value) not in found:
                return f"nothing that {label} left with {name} {value!r} was ever found"
        return ""

    def _states(self, write: Write) -> Iterator[tuple[str, Json]]:
        """The properties of a write that have one of a few values, as far as many writes tell."""
        is_telling = self._written[write.label] >= _FEW_WRITES
        for name, value in write.properties.items():
            is_one_of_few = is_telling and len(self._values[write.label, name]) <= _FEW_VALUES
            if isinstance(value, bool) or (isinstance(value, str) and is_one_of_few):
                yield name, value

    def _look_at(self, record: Record) -> None:
        """A thing was found, as it was written."""
        if self._looked < _LOOKED_AT:
            self._looked += 1
            write = record.writes[-1]
            self._found[record.entity.home.resource].update(self._states(write))

    def read(self, step: Step, body: Json, since: float, until: float) -> list[Loss]:
        """What has been out of date for too long in an answer, to a call sent and answered at these times
        (s). What was written once has no former state to show.
        """
        record = self._record_of(step.entity.itself) if step.entity else None
        if record is None:
            return []
        self._look_at(record)
        if len(record.writes) < 2:
            return []
        body = unwrapped(body, record.writes[-1].properties or record.writes[0].properties)
        if not isinstance(body, dict):
            return []
        last = record.writes[-1]
        if last.leaves is State.ANY and last.acknowledged <= since and not is_marked_deleted(body):
            # Whatever a call may have done, the thing is there.
            label = step.call.operation.label
            record.add(Write(label, since, {}, whole=True, acknowledged=until))
        if record.is_as_written(body) or not _is_upright(record.entity):
            self._show_right(record, State.THERE, since, until)
            return []
        found = {each.name: each for each in record.deviations(body, since, until)}
        losses = []
        for unseen in self._unseen(record, body, found):
            age = max(each.age for each in unseen)
            if age <= self.consistency:
                _delay(record, age)
            else:
                self._lost.add(record)
                losses.append(_deviating(step.call.target, unseen[0], until))
        return losses

    def read_back(
        self, record: Record, step: Step, status: int, body: Json, at: tuple[float, float]
    ) -> Account | None:
        """Hold what is there at the end against what was acknowledged; `at` is when the call was sent and
        answered (s). None when it is not so, but may become so yet.
        """
        account = Account(read=1)
        target = step.call.target
        body = self.in_use(step.call.operation, body)
        body = unwrapped(body, {name for each in record.writes for name in each.properties})
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            was_lost = record in self._lost
            label = step.call.operation.label
            absence, loss = self.absence(record.entity, label, status, *at)
            if absence is Absence.LATE:
                return None
            if absence is Absence.UNKNOWN and not record.entity.home.is_found_by(label):
                self._untraced(record, step.call.operation, account)
            self._show_right(record, State.GONE, *at)
            # What a call has missed under load is told already.
            return self._accused(record, account, [loss] if loss and not was_lost else [])
        age = record.age_of(State.THERE, *at)
        if not age:
            self._look_at(record)
            return self._properties(record, step, body, at) if isinstance(body, dict) else account
        if isinstance(body, dict) and is_marked_deleted(record.unwritten(body)):
            account.note("deleted things can be read, marked as such", 1)
            return account
        if isinstance(body, dict) and not record.shows_what_was(body):
            account.note("deleted things can be read, without what they were", 1)
            return account
        if age <= self.consistency:
            _delay(record, age)
            return None
        return self._accused(record, account, [_existence(record, target, State.GONE, at[1], age)])

    def settled(self) -> Account:
        """After all has been read back: what was late, what comes back otherwise than it was written, and
        what the service seems to do by design.
        """
        account = Account(losses=self._certain)
        for record in self._records.values():
            if record.late and record in self._right - self._lost:
                account.late += record.late
                account.late_s = max(account.late_s, record.late_s)
        made = Counter(
            record.last_of(State.THERE).label
            for record in self._records.values()
            if record.entity.home.resource not in self._readable and record.writes
        )
        for label, count in made.items() if self._readable else ():
            account.note(
                f"what {label} made is read by no operation, so whether it was kept is unknown", count
            )
        for text, count in self._hidden.items():
            account.note(text, count)
        if self._expired:
            account.note("things had expired by their own word, or were answered 410 Gone", self._expired)
        for (label, name, _), each in self._counts.items():
            self._habits(label, name, each, account)
        return account

    def _properties(
        self, record: Record, step: Step, body: Mapping[str, Json], at: tuple[float, float]
    ) -> Account | None:
        """What became of the properties of a thing that is there, as far as it should be."""
        found = {each.name: each for each in record.deviations(body, *at)}
        unseen = [*self._unseen(record, body, found)]
        ages = [each.age for group in unseen for each in group]
        ages += [each.age for each in found.values() if self._is_claimable(each)]
        if ages and max(ages) <= self.consistency:
            _delay(record, max(ages))
            return None
        if not found:
            self._show_right(record, State.THERE, *at)
        lost = {each.name for group in unseen for each in group}
        for name, each in found.items():
            if name not in lost:
                self._count(each, step.call.target, at[1])
        self._count_rest(record, body, step.call.target, found, at[1])
        return self._accused(
            record, Account(read=1), [_deviating(step.call.target, group[0], at[1]) for group in unseen]
        )

    def _unseen(
        self, record: Record, body: Mapping[str, Json], found: Mapping[str, Deviation]
    ) -> Iterator[list[Deviation]]:
        """The deviations of each write of which nothing shows, where what shows instead was surely there
        before: one value that does not come about by chance, or two.
        """
        by_write: defaultdict[Write, list[Deviation]] = defaultdict(list)
        for each in found.values():
            by_write[each.write].append(each)
        for write, group in by_write.items():
            if all(each.write.says(each.name) in NOTHING for each in group):
                continue
            is_sure = len(group) > 1 or any(self._is_distinctive(each) for each in group)
            if is_sure and all(each.stale for each in group) and record.shows_nothing_of(write, body, found):
                yield group

    def _is_claimable(self, each: Deviation) -> bool:
        """Whether a deviation is no work of the service or of other calls, unless it is a habit."""
        written = each.write.says(each.name)
        if each.stale:
            return self._is_distinctive(each)
        if change(written, each.found) == DROPPED:
            return is_free_text(written)
        return is_free_text(written) and is_free_text(each.found) and not is_derived(written, each.found)

    def _is_distinctive(self, each: Deviation) -> bool:
        """Whether what was found can hardly have come about otherwise than by having been written before."""
        return is_distinctive(each.found) and len(self._values[each.write.label, each.name]) > _FEW_VALUES

    def _count(self, each: Deviation, target: str, at: float) -> None:
        """A property that is otherwise than it should be, while the rest of its write shows."""
        written = each.write.says(each.name)
        counts = self._counts[each.write.label, each.name, _READ]
        how = (
            "as before"
            if each.stale
            else OTHERWISE
            if isinstance(written, State)
            else change(written, each.found)
        )
        counts.changes[how] += 1
        counts.example = counts.example or _example(written, each.found)
        if not self._is_claimable(each):
            return
        loss = _deviating(target, each, at)
        if each.name in each.write.shown and (each.stale or self._is_of_another(each)):
            # The service has shown that it knew better, or shows what is another thing's.
            self._certain.append(loss)
            counts.changes[how] -= 1
        else:
            counts.losses.append(loss)

    def _is_of_another(self, each: Deviation) -> bool:
        """Whether what was found has been written to another thing by the same operation."""
        self._compared += 1
        return self._compared <= _COMPARED_AT_MOST and any(
            write.label == each.write.label and write.properties.get(each.name) == each.found
            for record in self._records.values()
            for write in record.writes
        )

    def _count_rest(
        self, record: Record, body: Mapping[str, Json], target: str, found: Mapping[str, Deviation], at: float
    ) -> None:
        """The properties that are as written, and those that the document has and the thing has not."""
        write = record.writes[-1]
        documented = self._readable.get(record.entity.home.resource, frozenset())
        is_last = write.acknowledged < inf and not record.everywhere
        is_last = is_last and all(each.acknowledged <= write.sent for each in record.writes[:-1])
        for name, value in write.properties.items():
            counts = self._counts[write.label, name, _READ]
            if name in body:
                counts.kept += name not in found
            elif is_last and name in documented and value not in (None, "", [], {}):
                counts.changes[DROPPED] += 1
                counts.example = counts.example or f"{target}: {_example(value, None)}"
                if is_free_text(value):
                    missing = Deviation(name, write, None, self.consistency, stale=False)
                    counts.losses.append(_deviating(target, missing, at))
        former = record.writes[-2] if is_last and not write.whole and len(record.writes) > 1 else None
        for name, value in former.properties.items() if former else ():
            # What a change does not name, it leaves (RFC 7396, RFC 5789).
            if (
                name not in body
                and name in documented
                and name not in write.properties
                and is_free_text(value)
            ):
                counts = self._counts[write.label, name, _READ]
                counts.changes[DROPPED] += 1
                counts.example = counts.example or f"{target}: {_example(value, None)}"

    def _compare(self, write: Write, body: Json, record: Record | None = None) -> None:
        """Hold what was sent against what the answer to it shows; a change to the thing of a `record` may be
        answered with what was there before.
        """
        self._written[write.label] += 1
        for name, value in write.properties.items():
            values = self._values[write.label, name]
            if len(values) <= _FEW_VALUES and isinstance(value, (str, int, float)):
                values.add(value)
            if not isinstance(body, dict) or name not in body:
                continue
            how = change(value, body[name])
            counts = self._counts[write.label, name, _ANSWERED]
            if not how:
                counts.kept += 1
                continue
            is_told = how == OTHERWISE and value is not None
            if is_told and record is not None and record.had_before(write, name, body[name]):
                how = IGNORED
                counts.losses.append(_ignored(record, write, name, body[name]))
            counts.changes[how] += 1
            counts.example = counts.example or _example(value, body[name])

    def _habits(self, label: str, name: str, each: _Counts, account: Account) -> None:
        """What a service does with a property as a rule is a note; what happens now and then, a loss."""
        changed = each.changes.total()
        total = each.kept + changed
        if total >= _FEW_WRITES and changed <= _SPORADIC_AT_MOST * total and each.losses:
            account.losses += each.losses
            changed -= len(each.losses)
            for how in (DROPPED, IGNORED):
                each.changes.pop(how, 0)
        dropped = each.changes.pop(DROPPED, 0) + each.changes.pop(IGNORED, 0)
        if dropped:
            found = Loss(f"{DROPPED} {name}", label, "", each.example, "", 0.0, 0.0, 0.0, count=dropped)
            account.losses.append(found)
        if changed > dropped:
            how = ", ".join(f"{count} times {how}" for how, count in each.changes.most_common())
            account.note(
                f"{label}: {name} is not as written: {how}; at first {each.example}", changed - dropped
            )

    def _untraced(self, record: Record, reading: Operation, account: Account) -> None:
        """Nothing that an operation made or changed has ever been found. Where that is in its own collection
        or at its own address, people must look at it before anything passes.
        """
        maker = record.last_of(State.THERE).label
        text = f"what {maker} made was never found by {reading.label}"
        resource = record.entity.home.resource
        if normalised(maker.partition(" ")[2]) in (collection_of(resource), resource):
            account.untraced[text] = 1
        else:
            account.note(text, 1)

    def _accused(self, record: Record, account: Account, losses: Sequence[Loss]) -> Account:
        if losses:
            self._lost.add(record)
            account.losses += losses
        return account

    def _note(self, record: Record, age: float) -> None:
        """Note that a read showed what had been out of date for so long (s): late, or lost."""
        if age <= self.consistency:
            _delay(record, age)
        else:
            self._lost.add(record)

    def _show_right(self, record: Record, state: State, since: float, until: float) -> None:
        """What was late is right by now: a read between two times (s) shows a state, and no other may be."""
        other = State.GONE if state is State.THERE else State.THERE
        if record.late and record.age_of(other, since, until):
            self._right.add(record)

    def _record_of(self, thing: Entity) -> Record | None:
        return self._records.get((thing.home.resource, thing.values))

    def _named(self, step: Step) -> Record | None:
        """The record of the address that a call's path is, if there is one: a call may name what it makes."""
        call = step.call
        if not call.path:
            return None
        values = tuple(call.path[name] for name in call.operation.path_names)
        return self._records.get((normalised(call.operation.path), values))

    def _named_in_body(self, step: Step) -> list[Record]:
        """The things that a body names by an identifier, so that a call may do something with them: texts,
        and numbers where they name what the call makes.
        """
        call = step.call
        if not isinstance(call.payload, (dict, list)) or not self._namesakes:
            return []
        made = self._makers.get(call.operation.label, frozenset())
        items = call.payload.items() if isinstance(call.payload, dict) else ()
        numbers = [value for name, value in items if isinstance(value, int) and is_identifier(name)]
        texts = [each for each in scalars(call.payload) if isinstance(each, str)]
        return [
            record
            for value in (*texts, *numbers)
            if value in self._namesakes
            for record in self._namesakes[value]
            if isinstance(value, str) or record.entity.home.resource in made
        ]

    def _is_certain(self, thing: Entity, step: Step) -> bool:
        """Whether no other process can have made a thing under the same identifier: the service gave it, or
        it is one of this process's own.
        """
        return not self._is_named(thing, step) or self._is_own(thing.values[-1])

    def _is_named(self, thing: Entity, step: Step) -> bool:
        """Whether a call may have named what it made itself."""
        call = step.call
        told = {str(each) for each in scalars([call.payload, *call.path.values(), *call.query.values()])}
        return str(thing.values[-1]) in told

    def _known(self, things: Iterable[Entity]) -> list[Record]:
        found = (self._record_of(each) for each in dict.fromkeys(things))
        return [each for each in found if each is not None]

    def _followed(self, thing: Entity) -> Record | None:
        """A new record, while there is room."""
        if len(self._records) >= FOLLOWED_AT_MOST:
            return None
        resource = thing.home.resource
        everywhere = self._everywhere.setdefault(resource, Record(thing))
        record = Record(thing, everywhere=everywhere.writes)
        self._records[resource, thing.values] = record
        self._namesakes[thing.values[-1]].append(record)
        return record

    def _beside(self, thing: Entity, record: Record | None, is_deletion: bool) -> list[Record]:
        """What else a call to a thing may change: what lies within it or goes with it, and what goes by the
        same identifier elsewhere, which may be another way to the same thing.
        """
        below = f"{thing.home.resource}/"
        found = [
            each
            for each in self._children.get(thing, ())
            if is_deletion or each.entity.home.resource.startswith(below)
        ]
        # What goes with a thing may take along what else it belongs to.
        joined = [parent.itself for each in found if is_deletion for parent in each.entity.parents]
        found += [each for each in self._known(joined) if each is not record]
        name = thing.values[-1]
        noun = noun_of(thing.home.resource)
        is_number = isinstance(name, int) or str(name).isdecimal()
        found += [
            each
            for each in self._namesakes.get(name, ())
            if each is not record and (not is_number or noun_of(each.entity.home.resource) == noun)
        ]
        if record is None and is_deletion:
            found += self._known(each.itself for each in thing.parents)
        return found

    def _disturbed(
        self, records: Iterable[Record], operation: Operation, at: float, leaves: State
    ) -> list[Change]:
        """Writes of a call that may change things in ways that nothing tells."""
        return [
            _added(each, Write(operation.label, at, {}, whole=True, leaves=leaves))
            for each in dict.fromkeys(records)
        ]

    def _disturbed_everywhere(self, operation: Operation, at: float) -> list[Change]:
        """The same for all things of the resources that a path without a thing in it leads to, or beside."""
        path = normalised(operation.path)
        found = []
        for resource, record in self._everywhere.items():
            collection = collection_of(resource)
            if f"{collection}/".startswith(f"{path}/") or path.startswith(f"{collection}/"):
                found.append(record)
        return self._disturbed(found, operation, at, State.ANY)


def _replaces(operation: Operation, thing: Entity) -> bool:
    """Whether a call replaces, changes or deletes a thing, and says so by method and path."""
    return operation.method in _REPLACING and leads_to(operation, thing.home.resource)


def _added(record: Record, write: Write) -> Change:
    record.add(write)
    return record, write


def _write(step: Step, at: float) -> Write:
    call = step.call
    method = call.operation.method
    if method == "delete":
        return Write(call.operation.label, at, {}, whole=True, leaves=State.GONE)
    is_json = "json" in call.headers.get("Content-Type", "")
    payload = unwrapped(call.payload, ())
    properties = payload if is_json and isinstance(payload, dict) else {}
    return Write(call.operation.label, at, properties, whole=method != "patch" or not properties)


def _told(properties: Mapping[str, Json], body: Json) -> Mapping[str, Json]:
    """Properties as the answer shows them: a service may write them in its own way."""
    if not isinstance(body, dict):
        return properties
    return {name: body.get(name, value) for name, value in properties.items()}


def _confirmed(properties: Mapping[str, Json], body: Json) -> frozenset[str]:
    """The properties that an answer shows as they were sent."""
    if not isinstance(body, dict):
        return frozenset()
    return frozenset(name for name, value in properties.items() if name in body and shows(value, body[name]))


def _is_acknowledged(status: int) -> bool:
    """Whether a call has been carried out, not just taken (RFC 9110, section 15.3.3)."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and status not in (
        HTTPStatus.ACCEPTED,
        HTTPStatus.MULTI_STATUS,
    )


def _is_upright(entity: Entity) -> bool:
    """Whether nothing that a thing was made of is gone: it may have gone with it."""
    return all(each.is_known and _is_upright(each) for each in entity.parents)


def _ends(record: Record, told: Iterable[Json], at: float, now: float) -> None:
    """Note when a thing expires, by what was written to it and answered at a time (s), which is `now`."""
    moments = [moment for each in told if (moment := expiry(each, now)) is not None]
    if moments:
        record.expires = at + min(moments) - now if all(moments) else -inf


def _ignored(record: Record, write: Write, name: str, found: Json) -> Loss:
    """The loss of a change that was answered with what was there before."""
    expected = f"{name} {_short(repr(write.properties[name]))}"
    times = write.sent, write.acknowledged, write.acknowledged
    return Loss(
        f"ignored {name}", write.label, _address(record.entity), expected, _short(repr(found)), *times
    )


def _delay(record: Record, age: float) -> None:
    """Note that a read showed what had been out of date for so long (s)."""
    record.late += 1
    record.late_s = max(record.late_s, age)


def _example(written: Json | State, found: Json) -> str:
    shown = "another value" if isinstance(written, State) else repr(written)
    return f"{_short(shown)} became {'nothing' if found is None else _short(repr(found))}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _deviating(target: str, each: Deviation, at: float) -> Loss:
    kind = "stale" if each.stale else "altered"
    written = each.write.says(each.name)
    shown = "another value" if isinstance(written, State) else _short(repr(written))
    expected, found = f"{each.name} {shown}", _short(repr(each.found))
    write = each.write
    return Loss(
        f"{kind} {each.name}",
        write.label,
        target,
        expected,
        found,
        write.sent,
        write.acknowledged,
        at,
        each.age,
    )


def _existence(record: Record, target: str, expected: State, at: float, age: float) -> Loss:
    write = record.last_of(expected)
    found = State.GONE if expected is State.THERE else State.THERE
    kind = "lost" if expected is State.THERE else "undeleted"
    return Loss(
        kind, write.label, target, expected.value, found.value, write.sent, write.acknowledged, at, age
    )


def _address(thing: Entity) -> str:
    """The path of a thing, with its values in their places."""
    path = thing.home.resource
    for value in thing.values:
        path = path.replace("{}", str(value), 1)
    return path
