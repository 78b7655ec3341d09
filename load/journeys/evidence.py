"""The losses that a ledger reports: which call, what was expected, and what was read instead."""

from load.journeys.deviations import Deviation
from load.journeys.entities import Entity
from load.journeys.history import State, Write
from load.journeys.records import Record
from load.measurements.losses import Loss
from openapi.contract import Json

# Longer values are cut (characters).
_SHOWN = 100


def ignored_change(record: Record, write: Write, name: str, actual: Json) -> Loss:
    """The loss of a change whose answer showed the property as it was before."""
    expected = f"{name} {_short(repr(write.properties[name]))}"
    times = write.sent, write.acknowledged, write.acknowledged
    return Loss(
        f"ignored {name}", write.label, address_of(record.entity), expected, _short(repr(actual)), *times
    )


def property_loss(target: str, deviation: Deviation, at: float) -> Loss:
    """The loss of a property, as a read of a target at a time (s) showed it."""
    kind = "stale" if deviation.is_stale else "altered"
    write = deviation.write
    return Loss(
        f"{kind} {deviation.name}",
        write.label,
        target,
        f"{deviation.name} {_shown(deviation.expected)}",
        _short(repr(deviation.actual)),
        write.sent,
        write.acknowledged,
        at,
        deviation.age,
    )


def existence_loss(record: Record, target: str, expected: State, at: float, age: float) -> Loss:
    """The loss of an entity that is gone, or is there although it was deleted, as a read of a target at a
    time (s) showed. What it showed had been out of date for an age (s).
    """
    write = record.last_write(expected)
    actual = State.GONE if expected is State.THERE else State.THERE
    kind = "lost" if expected is State.THERE else "undeleted"
    return Loss(
        kind, write.label, target, expected.value, actual.value, write.sent, write.acknowledged, at, age
    )


def address_of(entity: Entity) -> str:
    """The path of an entity."""
    path = entity.resource
    for value in entity.values:
        path = path.replace("{}", str(value), 1)
    return path


def example(written: Json | State, actual: Json) -> str:
    """What was written and what became of it, in one line."""
    return f"{_shown(written)} became {'nothing' if actual is None else _short(repr(actual))}"


def _shown(value: Json | State) -> str:
    return "another value" if isinstance(value, State) else _short(repr(value))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
