"""The writes to one address, and which of them a read may show.

This checks a register for linearizability, read by read: a read may show a write that was sent before the
read ended, unless another write lies entirely between the two. Contradictions that only several reads
together would reveal are not looked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Any

from openapi.contract import Json


class State(Enum):
    """What a write leaves at an address, or in a property that it sets to no certain value."""

    GONE = "nothing"
    THERE = "something"
    ANY = "anything"
    UNTOUCHED = "as before"


@dataclass(slots=True, eq=False)
class Write:
    """A call that changes an address: when it was sent and acknowledged (s since the start of the run), the
    properties that it set, and what it `leaves` there. `acknowledged` is infinite when no answer says how the
    call went.

    A write that `replaces_all` leaves no property as it was: those that it does not name may be anything.
    `confirmed` are the properties that the answer showed as they were sent, `added_states` the flags and
    states that the answer showed and the call had not sent. `is_opaque` when the call sent something that
    cannot be compared with a read, such as plain text. `tag` is the ETag with which it was answered,
    `condition` the one that it named (`If-Match`); both are empty without one.

    Larger than usual: it holds both what was sent and what the answer made of it.
    """

    label: str
    sent: float
    properties: Mapping[str, Json]
    replaces_all: bool
    acknowledged: float = inf
    leaves: State = State.THERE
    confirmed: frozenset[str] = frozenset()
    added_states: Mapping[str, Json] = field(default_factory=dict)
    is_opaque: bool = False
    tag: str = ""
    condition: str = ""

    def value_of(self, name: str) -> Json | State:
        """What a property is after this write. A null may mean "nothing" or "as it was", and a service may
        have a default for it, so it leaves anything.
        """
        if self.leaves is State.GONE:
            return State.GONE
        if name in self.properties:
            value = self.properties[name]
            return State.ANY if value is None else value
        return State.ANY if self.replaces_all else State.UNTOUCHED

    @property
    def is_definite(self) -> bool:
        """Whether nothing from before this write can show once it is acknowledged."""
        return self.acknowledged < inf and (self.leaves is State.GONE or self.replaces_all)


# Nothing is known of what was there before the first write.
BEFORE = Write("", -inf, {}, replaces_all=True, acknowledged=-inf, leaves=State.ANY)

# A write with what it left: the value of one property, or the state of the address.
Version = tuple[Write, Any]


def superseded_at(write: Write, versions: Sequence[Version], since: float) -> list[float]:
    """The times (s) from which a read that began at `since` can no longer show a write: when each write was
    acknowledged that was sent after it and acknowledged before the read.
    """
    return [
        other.acknowledged
        for other, _ in versions
        if other is not write and other.sent >= write.acknowledged and other.acknowledged <= since
    ]


def age(versions: Sequence[Version], matches: Callable[[Any], bool], since: float, until: float) -> float:
    """For how long (s) the version that a read shows had been out of date; 0 when the read may show it. Of
    several versions that match, the youngest counts. What nobody wrote counts as from before all writes.
    """
    ages = []
    for write, value in versions:
        if write.sent > until or not matches(value):
            continue
        ended = superseded_at(write, versions, since)
        ages.append(since - min(ended) if ended else 0.0)
    return min(ages, default=0.0)
