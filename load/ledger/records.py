"""All that is known of one address of a service: the entity there, and the writes to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from load.journeys.entities import Entity
from load.ledger.delays import Delays
from load.ledger.history import BEFORE, State, Write, age
from load.representations.equivalence import shows
from load.representations.values import EMPTY, is_distinctive, scalars
from openapi.contract import Json

_WRITES_KEPT = 16


@dataclass(slots=True, eq=False)
class Record:
    """All that is known of one address: the entity that was last there, and the writes that may still show,
    oldest first, to the address itself and to its whole resource. `expires` is when the entity ends by its
    own words (s since the start of the run), `delays` are the reads that were out of date, `reads` counts
    those that showed the entity. `is_lost` when something of it was lost, `may_be_another` when a call may
    have put another entity in its place, as a merge does.
    """

    entity: Entity
    writes: list[Write] = field(default_factory=list)
    resource_writes: Sequence[Write] = ()
    expires: float = inf
    delays: Delays = field(default_factory=Delays)
    is_lost: bool = False
    may_be_another: bool = False
    reads: int = 0

    @property
    def all_writes(self) -> Sequence[Write]:
        """All writes that may show here, with one that stands for what was there before."""
        return (BEFORE, *self.writes, *self.resource_writes)

    def add(self, write: Write) -> None:
        """Add a write, and forget the oldest one when no read can show it any more."""
        self.writes.append(write)
        if len(self.writes) > _WRITES_KEPT:
            oldest = self.writes[0]
            if any(later.sent >= oldest.acknowledged and later.is_definite for later in self.writes[1:]):
                del self.writes[0]

    def last_write(self, state: State) -> Write:
        """The last acknowledged write that left a state; if there is none, the last acknowledged write, or
        the last of all.
        """
        acknowledged = [write for write in self.writes if write.acknowledged < inf] or self.writes
        return next((write for write in reversed(acknowledged) if write.leaves is state), acknowledged[-1])

    def age_of(self, state: State, since: float, until: float) -> float:
        """For how long (s) a state of the address, something or nothing, had been out of date when a read
        between two times (s) showed it; 0 when the read may show it.
        """
        versions = [
            (write, self._left_by(write)) for write in self.all_writes if write.leaves is not State.UNTOUCHED
        ]
        return age(versions, lambda value: value in (state, State.ANY), since, until)

    def _left_by(self, write: Write) -> State:
        """What a write leaves here. While it may be giving the entity another address, that is anything."""
        is_open = write.acknowledged == inf and write.leaves is State.THERE
        return State.ANY if is_open and self.may_be_renamed(write, None) else write.leaves

    def may_be_renamed(self, write: Write, body: Json) -> bool:
        """Whether a change may have given the entity another address: its identifier was made from a text
        that the change has set, as a slug is made from a title, and the answer does not show the identifier.
        """
        identifier, changed = self.entity.values[-1], write.properties
        if not isinstance(identifier, str) or identifier.isdecimal() or identifier in scalars(body):
            return False
        letters = _letters(identifier)
        # A text without any such letters contributes nothing to an identifier, but may have been its source.
        return any(
            name in changed and isinstance(value, str) and _letters(value) in letters
            for other in self.writes
            if other is not write
            for name, value in other.properties.items()
        )

    def shows_last_write(self, body: Mapping[str, Json]) -> bool:
        """Whether a body shows the last write: the quick check that all is well."""
        last = self.writes[-1]
        return last.leaves is not State.GONE and all(
            name not in body or shows(value, body[name]) for name, value in last.properties.items()
        )

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing needs to show of the entity: the last write has left it, and set nothing there."""
        last = self.writes[-1]
        is_set = any(value not in EMPTY for value in last.properties.values())
        return last.leaves is not State.GONE and last.replaces_all and not is_set

    def shows_any_written(self, body: Mapping[str, Json]) -> bool:
        """Whether a body shows a distinctive value that was written."""
        return any(
            is_distinctive(value) and name in body and shows(value, body[name])
            for write in self.writes
            for name, value in write.properties.items()
        )

    def shows_all_written(self, body: Mapping[str, Json]) -> bool:
        """Whether a body shows the last written value of every property, distinctive or not."""
        last = {name: value for write in self.writes for name, value in write.properties.items()}
        return bool(last) and all(name in body and shows(value, body[name]) for name, value in last.items())

    def is_overlapped(self, write: Write) -> bool:
        """Whether another write was under way when this one was sent, or was sent before it was answered."""
        others = (*self.writes, *self.resource_writes)
        return any(other is not write and other.acknowledged > write.sent for other in others)

    def had_before(self, write: Write, name: str, value: Json) -> bool:
        """Whether a property had a distinctive value just before a write that overlaps no other."""
        others = [other for other in (*self.writes, *self.resource_writes) if other is not write]
        if not is_distinctive(value) or self.is_overlapped(write):
            return False
        values = [other.properties[name] for other in others if name in other.properties]
        return bool(values) and shows(values[-1], value)


def _letters(text: str) -> str:
    """The ASCII letters and digits of a text, in lower case: what any identifier may contain."""
    return "".join(character for character in text.lower() if character.isascii() and character.isalnum())
