"""The losses that a ledger reports: which call, what was expected, and what was read instead."""

from load.journeys.entities import Entity
from load.ledger.deviations import Deviation
from load.ledger.history import State, Write
from load.ledger.records import Record
from load.measurements.losses import Loss, LossKind
from openapi.contract import Json

# Longer values are cut (characters).
_SHOWN = 100


def ignored_change(record: Record, write: Write, name: str, actual: Json) -> Loss:
    """The loss of a change whose answer showed the property as it was before."""
    return Loss(
        kind=LossKind.IGNORED,
        name=name,
        label=write.label,
        target=address_of(record.entity),
        expected=f"{name} {_short(repr(write.properties[name]))}",
        found=_short(repr(actual)),
        sent=write.sent,
        acknowledged=write.acknowledged,
        read=write.acknowledged,
    )


def property_loss(target: str, deviation: Deviation, at: float) -> Loss:
    """The loss of a property, as a read of a target at a time (s) showed it."""
    write = deviation.write
    return Loss(
        kind=LossKind.STALE if deviation.is_stale else LossKind.ALTERED,
        name=deviation.name,
        label=write.label,
        target=target,
        expected=f"{deviation.name} {_shown(deviation.expected)}",
        found=_short(repr(deviation.actual)),
        sent=write.sent,
        acknowledged=write.acknowledged,
        read=at,
        age=deviation.age,
    )


def existence_loss(
    record: Record, target: str, expected: State, at: float, age: float, instead: str = ""
) -> Loss:
    """The loss of an entity that is gone, or is there although it was deleted, as a read of a target at a
    time (s) showed. What it showed had been out of date for an age (s). `instead` says what is there in its
    place.
    """
    write = record.last_write(expected)
    is_lost = expected is State.THERE
    actual = State.GONE if is_lost else State.THERE
    return Loss(
        kind=LossKind.LOST if is_lost else LossKind.UNDELETED,
        label=write.label,
        target=target,
        expected=expected.value,
        found=instead or actual.value,
        sent=write.sent,
        acknowledged=write.acknowledged,
        read=at,
        age=age,
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
