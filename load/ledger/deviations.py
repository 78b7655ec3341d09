"""Properties that a read shows otherwise than any write explains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from load.ledger.history import State, Write, age, superseded_at
from load.ledger.records import Record
from load.representations.equivalence import shows
from openapi.contract import Json


@dataclass(frozen=True)
class Deviation:
    """A property that shows none of the writes that it may show: the write that it should show, the `actual`
    value, and for how long (s) that had been out of date. `is_stale` when an earlier write had set it, else
    nobody wrote it. `written` is the expected value where it is only part of the property.
    """

    name: str
    write: Write
    actual: Json
    age: float
    is_stale: bool
    written: Json = None

    @property
    def expected(self) -> Json | State:
        """The value that the read should have shown."""
        return self.write.value_of(self.name) if self.written is None else self.written


def deviations(record: Record, body: Mapping[str, Json], since: float, until: float) -> Iterator[Deviation]:
    """The properties of a body, read between two times (s), that show none of the writes that may show."""
    for name in dict.fromkeys(name for write in record.writes for name in write.properties):
        if name in body:
            deviation = _deviation(record, name, body[name], since, until)
            if deviation is not None:
                yield deviation


def _deviation(record: Record, name: str, actual: Json, since: float, until: float) -> Deviation | None:
    writes = record.all_writes
    values = [(write, write.value_of(name)) for write in writes]
    versions = [(write, value) for write, value in values if value is not State.UNTOUCHED]
    outdated_s = age(versions, partial(_matches, actual), since, until)
    setters = [write for write, value in versions if not isinstance(value, State)]
    # Where only nulls were written, which may mean anything, there is nothing to compare with.
    if not outdated_s or not setters:
        return None
    written = (write.properties[name] for write in writes if name in write.properties)
    is_stale = any(shows(value, actual) for value in written)
    # A write that was not acknowledged may have happened, but the service promised nothing.
    certain = [write for write in setters if write.acknowledged <= since] or [setters[-1]]
    visible = [write for write in certain if not superseded_at(write, versions, since)]
    return Deviation(name, (visible or certain)[-1], actual, outdated_s, is_stale)


def shows_nothing_of(
    record: Record, write: Write, body: Mapping[str, Json], deviating: Mapping[str, Deviation]
) -> bool:
    """Whether a body has no value that distinguishes a write from those before it."""
    return not any(
        name not in deviating and name in body and _is_new(record, write, name) for name in write.properties
    )


def _is_new(record: Record, write: Write, name: str) -> bool:
    """Whether a write set a property to another value than all other writes that set it."""
    others = [
        other.properties[name] for other in record.writes if name in other.properties and other is not write
    ]
    return bool(others) and not any(shows(write.properties[name], value) for value in others)


def _matches(actual: Json, value: Any) -> bool:
    if isinstance(value, State):
        return value is State.ANY
    return shows(value, actual)
