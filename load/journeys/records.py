"""One address of a service and the writes to it: what a read may find there at which time.

This is the check of a register for linearizability, read by read: a state may be read when its write was sent
before the read ended, and no other write lies wholly between them. Options that only several reads together
would rule out are not looked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from math import inf
from types import MappingProxyType
from typing import Any

from load.journeys.entities import Entity
from load.journeys.representations import is_distinctive, scalars, shows
from openapi.contract import Json

_WRITES_KEPT = 16


class State(Enum):
    """What a write says of a thing apart from values."""

    GONE = "nothing"
    THERE = "something"
    ANY = "anything"
    UNTOUCHED = "as before"


@dataclass(slots=True, eq=False)
class Write:
    """A call that changes what is at an address: when it was sent and acknowledged (s since the start;
    infinity when no answer tells how it went), the properties that it set, and whether it `leaves` something
    there. One that is `whole` leaves no property as it was: those that it does not name may be anything. Of
    some of its properties the answer has `shown` that they are as they were sent, and `beside` them states of
    the service's own. One that `is_opaque` has sent something that nothing can be compared with.
    """

    label: str
    sent: float
    properties: Mapping[str, Json]
    whole: bool
    acknowledged: float = inf
    leaves: State = State.THERE
    shown: frozenset[str] = frozenset()
    beside: Mapping[str, Json] = field(default_factory=dict)
    is_opaque: bool = False

    def says(self, name: str) -> Json | State:
        """What a property is after it. Null may stand for nothing or for "as it was", and a service may have
        a default for it.
        """
        if self.leaves is State.GONE:
            return State.GONE
        if name in self.properties:
            value = self.properties[name]
            return State.ANY if value is None else value
        return State.ANY if self.whole else State.UNTOUCHED

    @property
    def is_definite(self) -> bool:
        """Whether everything that came before is over once this is acknowledged."""
        return self.acknowledged < inf and (self.leaves is State.GONE or self.whole)


# Of what was there before the first write nobody knows anything.
BEFORE = Write("", -inf, {}, whole=True, acknowledged=-inf, leaves=State.ANY)

Said = tuple[Write, Any]


@dataclass(frozen=True)
class Deviation:
    """A property that no write that may show accounts for: the write that should show, what was found, and
    how long (s) that had been out of date. `stale` when an earlier write had set it so, else nobody had.
    `written` is what should have been found where that is only a part of the property.
    """

    name: str
    write: Write
    found: Json
    age: float
    stale: bool
    written: Json = None

    @property
    def expected(self) -> Json | State:
        """What should have been found."""
        return self.write.says(self.name) if self.written is None else self.written


@dataclass(slots=True, eq=False)
class Record:
    """What is known of one address: the thing that was last found there, the writes to it that may still
    show, oldest first, and those `everywhere` in its resource. `expires` is when it goes by its own words (s
    since the start of the run). `late` counts reads that showed what was out of date by up to `late_s`, and
    what was due showed later; `overtaken` counts those where something else was written before it did.
    `is_lost` says that something of it was lost, `may_be_another` that a call may have put another thing in
    its place, as where two are merged. `seen` counts the reads that found it.
    """

    entity: Entity
    writes: list[Write] = field(default_factory=list)
    everywhere: Sequence[Write] = ()
    expires: float = inf
    late: int = 0
    late_s: float = 0.0
    overtaken: int = 0
    is_lost: bool = False
    may_be_another: bool = False
    seen: int = 0
    _due: Write | None = None
    _waiting: int = 0
    _waiting_s: float = 0.0

    def delay(self, age: float, due: Write, found: Mapping[str, Json] = MappingProxyType({})) -> None:
        """Note that a read showed what had been out of date for so long (s), and which write was due. The
        values that it has `found` may be those that were due before.
        """
        if due is not self._due:
            former = self._due.properties if self._due else {}
            is_seen = any(name in former and shows(former[name], value) for name, value in found.items())
            self.settle(is_seen)
            self._due = due
        self._waiting += 1
        self._waiting_s = max(self._waiting_s, age)

    def settle(self, is_seen: bool) -> None:
        """What was due has been seen by now, or something else was written before it was."""
        if is_seen:
            self.late += self._waiting
            self.late_s = max(self.late_s, self._waiting_s)
        else:
            self.overtaken += self._waiting
        self._due, self._waiting, self._waiting_s = None, 0, 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether a write that was due has not been seen yet."""
        return self._waiting > 0

    @property
    def is_overtaken(self) -> bool:
        """Whether something was written after what is due, and in its place."""
        if self._due not in self.writes:
            return True
        names = self._due.properties.keys()
        later = self.writes[self.writes.index(self._due) + 1 :]
        return any(each.is_definite or each.properties.keys() & names for each in later)

    def add(self, write: Write) -> None:
        """One more write; those that no read can see any more are forgotten."""
        self.writes.append(write)
        if len(self.writes) > _WRITES_KEPT:
            oldest = self.writes[0]
            if any(each.sent >= oldest.acknowledged and each.is_definite for each in self.writes[1:]):
                del self.writes[0]

    def is_as_written(self, body: Mapping[str, Json]) -> bool:
        """Whether the only write, or the last, shows: the quick way to see that all is well."""
        last = self.writes[-1]
        return last.leaves is not State.GONE and all(
            name not in body or shows(value, body[name]) for name, value in last.properties.items()
        )

    def age_of(self, state: State, since: float, until: float) -> float:
        """For how long (s) it had been over that there was something, or nothing, when a read between two
        times (s) found it so; 0 when that may be.
        """
        said = [(each, self._left_by(each)) for each in self._all if each.leaves is not State.UNTOUCHED]
        return _age(said, lambda left: left in (state, State.ANY), since, until)

    def _left_by(self, write: Write) -> State:
        """What a write leaves here, which may be nothing while it may be giving the thing another address."""
        is_open = write.acknowledged == inf and write.leaves is State.THERE
        return State.ANY if is_open and self.may_be_renamed(write, None) else write.leaves

    def deviations(self, body: Mapping[str, Json], since: float, until: float) -> Iterator[Deviation]:
        """The properties of a body read between two times (s) that show none of the writes that may show."""
        for name in dict.fromkeys(key for each in self.writes for key in each.properties):
            if name not in body:
                continue
            said = [(each, each.says(name)) for each in self._all]
            told = [(write, value) for write, value in said if value is not State.UNTOUCHED]
            found = body[name]
            age = _age(told, partial(_matches, found), since, until)
            if not age:
                continue
            known = [(write, value) for write, value in told if not isinstance(value, State)]
            written = (each.properties[name] for each in self._all if name in each.properties)
            stale = any(shows(value, found) for value in written)
            # What was not acknowledged may have happened, but is nothing to hold a service to.
            certain = [write for write, _ in known if write.acknowledged <= since] or [known[-1][0]]
            visible = [write for write in certain if not superseders(write, told, since)]
            yield Deviation(name, (visible or certain)[-1], found, age, stale)

    def shows_nothing_of(
        self, write: Write, body: Mapping[str, Json], deviating: Mapping[str, Deviation]
    ) -> bool:
        """Whether a body holds no value by which a write can be told from those before it."""
        return not any(
            name not in deviating and name in body and self._is_new(write, name) for name in write.properties
        )

    def may_be_renamed(self, write: Write, body: Json) -> bool:
        """Whether a change may have given the thing another address, which its answer does not show, or has
        not shown yet: one that was made of a text that has been changed, as a slug is of a title.
        """
        value, texts = self.entity.values[-1], write.properties
        name = _letters(value)
        if not isinstance(value, str) or value.isdecimal() or value in scalars(body):
            return False
        known = [
            (key, value)
            for each in self.writes
            if each is not write
            for key, value in each.properties.items()
        ]
        # Of a text without any such letters a name may have nothing.
        return any(
            key in texts and isinstance(value, str) and _letters(value) in name for key, value in known
        )

    def shows_what_was(self, body: Mapping[str, Json]) -> bool:
        """Whether a body shows anything that was written and does not come about by chance or by default."""
        known = [(name, value) for each in self.writes for name, value in each.properties.items()]
        telling = [(name, value) for name, value in known if is_distinctive(value)]
        return any(name in body and shows(value, body[name]) for name, value in telling)

    def is_as_it_was(self, body: Mapping[str, Json]) -> bool:
        """Whether a body shows all that was written last, be it common or not."""
        last = {name: value for each in self.writes for name, value in each.properties.items()}
        return bool(last) and all(name in body and shows(value, body[name]) for name, value in last.items())

    def had_before(self, write: Write, name: str, found: Json) -> bool:
        """Whether a value stood in a property before a write, which was sent when all others were over."""
        others = [each for each in (*self.writes, *self.everywhere) if each is not write]
        if not is_distinctive(found) or any(each.acknowledged > write.sent for each in others):
            return False
        said = [each.properties[name] for each in others if name in each.properties]
        return bool(said) and shows(said[-1], found)

    def last_of(self, state: State) -> Write:
        """The last acknowledged write that left something, or nothing."""
        known = [each for each in self.writes if each.acknowledged < inf] or self.writes
        return next((each for each in reversed(known) if each.leaves is state), known[-1])

    @property
    def _all(self) -> Sequence[Write]:
        return (BEFORE, *self.writes, *self.everywhere)

    def _is_new(self, write: Write, name: str) -> bool:
        former = [
            each.properties[name] for each in self.writes if name in each.properties and each is not write
        ]
        return bool(former) and not any(shows(write.properties[name], each) for each in former)


def _letters(value: Json) -> str:
    """The letters and digits of a text that may stand in any name, in lower case."""
    plain = value.lower() if isinstance(value, str) else ""
    return "".join(each for each in plain if each.isascii() and each.isalnum())


def superseders(write: Write, said: Sequence[Said], since: float) -> list[float]:
    """When those writes were acknowledged (s) that came wholly after a write and before a read began."""
    return [
        each.acknowledged
        for each, _ in said
        if each is not write and each.sent >= write.acknowledged and each.acknowledged <= since
    ]


def _age(said: Sequence[Said], matches: Callable[[Any], bool], since: float, until: float) -> float:
    """For how long (s) what a read found had been over, by the write that excuses it most; 0 when it may be.
    What nobody wrote counts as having been there before all writes.
    """
    ages = []
    for write, value in said:
        if write.sent > until or not matches(value):
            continue
        over = superseders(write, said, since)
        ages.append(since - min(over) if over else 0.0)
    return min(ages, default=0.0)


def _matches(found: Json, value: Any) -> bool:
    if isinstance(value, State):
        return value is State.ANY
    return shows(value, found)
