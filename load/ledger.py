"""What a service has acknowledged: every thing that was created, replaced or deleted, and what may be read of
it at which time. Sends nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from math import inf
from typing import Any

from load.entities import Entity
from load.identifiers import words
from load.journeys import Step, leads_to
from load.selection import SAFE
from openapi.contract import Json

FOLLOWED_AT_MOST = 100_000
_WRITES_KEPT = 16
_REPLACING = ("put", "patch", "delete")
_GONE_STATUSES = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_DELETED_WORDS = frozenset({"deleted", "archived", "removed", "trashed", "cancelled", "canceled", "inactive"})
# A property that comes back otherwise than written so often is one that the service has a mind of its own
# about: it rounds, or goes on working. Below that share it is a loss.
_ALTERED_AT_MOST = 0.1


class State(Enum):
    """What a write says of a thing apart from values."""

    GONE = "nothing"
    THERE = "something"
    ANY = "anything"
    UNTOUCHED = "as before"


@dataclass(slots=True, eq=False)
class Write:
    """A call that changes a thing: when it was sent and acknowledged (s since the start; infinity when no
    answer tells how it went), and the properties that it set, or None for a deletion. One that is `whole`
    leaves nothing as it was, and may set properties that it does not name to anything.
    """

    label: str
    sent: float
    properties: Mapping[str, Json] | None
    whole: bool
    acknowledged: float = inf

    def says(self, name: str) -> Json | State:
        """What a property is after it."""
        if self.properties is None:
            return State.GONE
        if name in self.properties:
            return self.properties[name]
        return State.ANY if self.whole else State.UNTOUCHED

    @property
    def leaves(self) -> State:
        """Whether there is something after it."""
        return State.GONE if self.properties is None else State.THERE


@dataclass(slots=True)
class Loss:
    """Something that is not as acknowledged: of which thing, by which call, and when that was sent and
    acknowledged and the thing was read (s since the start).
    """

    kind: str
    label: str
    target: str
    expected: str
    found: str
    sent: float
    acknowledged: float
    read: float

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.target}: {self.label} was sent at {self.sent:.3f} s and acknowledged at "
            f"{self.acknowledged:.3f} s; read at {self.read:.3f} s: expected {self.expected}, "
            f"found {self.found}"
        )


@dataclass(slots=True, eq=False)
class Record:
    """One thing and the writes that may still show."""

    entity: Entity
    writes: list[Write]

    def add(self, write: Write) -> None:
        """One more write; those that no read can see any more are forgotten."""
        self.writes.append(write)
        if len(self.writes) > _WRITES_KEPT:
            oldest = self.writes[0]
            newer = (each for each in self.writes[1:] if each.whole or each.properties is None)
            if any(each.sent >= oldest.acknowledged and each.acknowledged < inf for each in newer):
                del self.writes[0]

    def is_as_written(self, body: Mapping[str, Json]) -> bool:
        """Whether the only write, or the last, shows: the quick way to see that all is well."""
        last = self.writes[-1]
        return last.properties is not None and all(
            name not in body or _shows(value, body[name]) for name, value in last.properties.items()
        )

    def may_be(self, state: State, since: float, until: float) -> bool:
        """Whether a read between two times (s) may find something, or nothing."""
        said = [(write, write.leaves) for write in self.writes]
        return any(left is state for _, left in self._visible(said, since, until))

    def wrong(self, body: Mapping[str, Json], since: float, until: float) -> Iterator[tuple[str, str, Write]]:
        """The properties of a body read between two times (s) that show none of the writes that may show:
        each with "stale" or "altered", and the write that should.
        """
        for name in dict.fromkeys(key for each in self.writes for key in each.properties or ()):
            if name not in body:
                continue
            said = [(each, each.says(name)) for each in self.writes]
            told = [(write, value) for write, value in said if value is not State.UNTOUCHED]
            visible = self._visible(told, since, until)
            values = [value for _, value in visible if value is not State.GONE]
            if State.ANY in values or any(_shows(value, body[name]) for value in values) or not values:
                continue
            former = (value for _, value in told if not isinstance(value, State))
            is_stale = any(_shows(value, body[name]) for value in former)
            yield name, "stale" if is_stale else "altered", visible[-1][0]

    def last_of(self, state: State) -> Write:
        """The last acknowledged write that left something, or nothing."""
        known = [each for each in self.writes if each.acknowledged < inf]
        return next((each for each in reversed(known) if each.leaves is state), known[-1])

    @staticmethod
    def _visible(said: Sequence[tuple[Write, Any]], since: float, until: float) -> list[tuple[Write, Any]]:
        """The writes that a read may show: sent before it ended, and not followed by one that began after
        them and was acknowledged before the read began.
        """
        return [
            (write, value)
            for write, value in said
            if write.sent <= until
            and not any(o.sent >= write.acknowledged and o.acknowledged <= since for o, _ in said)
        ]


@dataclass
class Account:
    """What became of the ledger: how many things it followed, passed over for want of room, read back and
    could not read, how many losses there are and the first of them, and what the service seems to do by
    design, for people.
    """

    followed: int = 0
    passed_over: int = 0
    read: int = 0
    unread: int = 0
    lost: int = 0
    losses: list[Loss] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def note(self, text: str, count: int) -> None:
        """Count something to tell people."""
        self.notes[text] = self.notes.get(text, 0) + count

    def add(self, other: "Account") -> None:
        """Add that of another process."""
        self.followed += other.followed
        self.passed_over += other.passed_over
        self.read += other.read
        self.unread += other.unread
        self.lost += other.lost
        self.losses += other.losses
        for text, count in other.notes.items():
            self.note(text, count)

    @classmethod
    def told(cls, message: Mapping[str, Any]) -> "Account":
        """An account as `dataclasses.asdict` gave it to another process."""
        losses = [Loss(**each) for each in message["losses"]]
        return cls(**{**message, "losses": losses})


class Ledger:
    """The things of one process. `resources` are those of which each thing can be read."""

    def __init__(self, resources: Iterable[str]) -> None:
        self._resources = frozenset(resources)
        self._records: dict[Entity, Record] = {}
        self.passed_over = 0
        self._kept: Counter[tuple[str, str]] = Counter()
        self._altered: dict[tuple[str, str], list[Loss]] = {}

    def __len__(self) -> int:
        """How many things are followed."""
        return len(self._records)

    @property
    def records(self) -> list[Record]:
        """The things to be read back: all whose state is claimed to be known."""
        return [each for each in self._records.values() if _is_upright(each.entity)]

    def sending(self, step: Step, at: float) -> list[tuple[Record, Write]]:
        """A call is sent (s since the start): the writes that it is."""
        operation = step.call.operation
        if operation.method in SAFE:
            return []
        addressed = step.entity.itself if step.entity else None
        if addressed is not None and addressed not in self._records and operation.method == "delete":
            # It may have been another way to one that is followed.
            for parent in addressed.parents:
                self._records.pop(parent, None)
        is_own = (
            addressed is not None
            and operation.method in _REPLACING
            and leads_to(operation, addressed.home.resource)
        )
        writes = []
        # What else a call works on it may change in ways that nothing tells.
        for entity in dict.fromkeys(
            (*([addressed] if addressed else []), *(each.itself for each in step.leases))
        ):
            record = self._records.get(entity)
            if record is not None:
                own = is_own and entity is addressed
                write = _write(step, at) if own else Write(operation.label, at, {}, whole=True)
                record.add(write)
                writes.append((record, write))
        return writes

    def answered(self, writes: Iterable[tuple[Record, Write]], status: int, body: Json, at: float) -> None:
        """How a call went, at a time (s since the start): 0 when no answer came. Whether what was not
        acknowledged has happened nobody knows; what was refused has not.
        """
        for record, write in writes:
            if _is_acknowledged(status):
                write.acknowledged = at
                write.properties = _told(write.properties, body)
            elif HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
                record.writes.remove(write)

    def made(self, entities: Sequence[Entity], step: Step, body: Json, sent: float, at: float) -> None:
        """A call that was sent at a time has been acknowledged at another (s), and has made things."""
        for entity in entities:
            if entity.home.resource not in self._resources or entity.itself is not entity:
                continue
            if len(self._records) >= FOLLOWED_AT_MOST and entity not in self._records:
                self.passed_over += 1
                continue
            write = _write(step, sent)
            # Which of several things the payload describes, nothing tells.
            write.properties = _told(write.properties, body) if len(entities) == 1 else {}
            write.acknowledged, write.whole = at, True
            record = self._records.setdefault(entity, Record(entity, []))
            record.add(write)

    def read(self, step: Step, body: Json, since: float, until: float) -> list[Loss]:
        """What is stale in an answer, to a call sent and answered at these times (s)."""
        entity = step.entity.itself if step.entity else None
        record = self._records.get(entity) if entity else None
        # What was written once has no former state to show.
        if record is None or len(record.writes) == 1 or not isinstance(body, dict):
            return []
        if record.is_as_written(body):
            return []
        wrong = record.wrong(body, since, until)
        return [
            _loss(f"{kind} {name}", step, write, name, body, until)
            for name, kind, write in wrong
            if kind == "stale"
        ]

    def read_back(
        self, record: Record, step: Step, status: int, body: Json, at: tuple[float, float]
    ) -> Account:
        """Hold what is there at the end against what was acknowledged; `at` is when the call was sent and
        answered (s).
        """
        account = Account(read=1)
        if status in _GONE_STATUSES:
            if not record.may_be(State.GONE, *at):
                account.losses.append(_existence(record, step, State.THERE, at[1]))
        elif not record.may_be(State.THERE, *at):
            if isinstance(body, dict) and _is_marked_deleted(body):
                account.note("deleted things can be read, marked as such", 1)
            else:
                account.losses.append(_existence(record, step, State.GONE, at[1]))
        elif isinstance(body, dict):
            account.losses += self._properties(record, step, body, at)
        return account

    def altered(self) -> Account:
        """After all has been read back: properties that are otherwise than anybody wrote them."""
        account = Account()
        for (label, name), losses in self._altered.items():
            kept = self._kept[label, name]
            if len(losses) > _ALTERED_AT_MOST * (kept + len(losses)):
                note = f"{label}: {name} is not as written: the service makes its own of it"
                account.note(note, len(losses))
            else:
                account.losses += losses
        return account

    def _properties(
        self, record: Record, step: Step, body: Mapping[str, Json], at: tuple[float, float]
    ) -> Iterator[Loss]:
        wrong = {name: (kind, write) for name, kind, write in record.wrong(body, *at)}
        for name in dict.fromkeys(key for each in record.writes for key in each.properties or ()):
            kind, write = wrong.get(name, ("", record.writes[-1]))
            if not kind:
                self._kept[write.label, name] += 1
                continue
            loss = _loss(f"{kind} {name}", step, write, name, body, at[1])
            if kind == "stale":
                yield loss
            else:
                self._altered.setdefault((write.label, name), []).append(loss)


def _write(step: Step, at: float) -> Write:
    call = step.call
    method = call.operation.method
    if method == "delete":
        return Write(call.operation.label, at, None, whole=True)
    is_json = "json" in call.headers.get("Content-Type", "")
    properties = call.payload if is_json and isinstance(call.payload, dict) else {}
    return Write(call.operation.label, at, properties, whole=method != "patch" or not properties)


def _told(properties: Mapping[str, Json] | None, body: Json) -> Mapping[str, Json] | None:
    """Properties as the answer shows them: a service may write them in its own way."""
    if properties is None or not isinstance(body, dict):
        return properties
    return {name: body.get(name, value) for name, value in properties.items()}


def _is_acknowledged(status: int) -> bool:
    """Whether a call has been carried out, not just taken (RFC 9110, section 15.3.3)."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and status != HTTPStatus.ACCEPTED


def _shows(written: Json, found: Json) -> bool:
    """Whether what was written is found, whatever else there is."""
    if isinstance(written, dict) and isinstance(found, dict):
        return all(name not in found or _shows(value, found[name]) for name, value in written.items())
    if isinstance(written, list) and isinstance(found, list):
        return len(written) == len(found) and all(map(_shows, written, found))
    return bool(written == found)


def _is_upright(entity: Entity) -> bool:
    """Whether nothing that a thing was made of is gone: it may have gone with it."""
    return all(each.is_known and _is_upright(each) for each in entity.parents)


def _is_marked_deleted(body: Mapping[str, Json]) -> bool:
    return any(value and _DELETED_WORDS & {*words(name)} for name, value in body.items()) or any(
        isinstance(value, str) and _DELETED_WORDS & {*words(value)} for value in body.values()
    )


def _loss(kind: str, step: Step, write: Write, name: str, body: Mapping[str, Json], at: float) -> Loss:
    expected = write.says(name)
    shown = "another value" if isinstance(expected, State) else repr(expected)
    return _of(kind, step, write, f"{name} {shown}", f"{body[name]!r}", at)


def _existence(record: Record, step: Step, expected: State, at: float) -> Loss:
    write = record.last_of(expected)
    found = State.GONE if expected is State.THERE else State.THERE
    kind = "lost" if expected is State.THERE else "undeleted"
    return _of(kind, step, write, expected.value, found.value, at)


def _of(kind: str, step: Step, write: Write, expected: str, found: str, at: float) -> Loss:
    target = step.call.target
    return Loss(kind, write.label, target, expected, found, write.sent, write.acknowledged, at)
