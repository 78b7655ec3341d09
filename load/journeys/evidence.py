"""How a loss is told: which call it was of, what was expected and what was found."""

from load.journeys.deviations import Deviation
from load.journeys.entities import Entity
from load.journeys.history import State, Write
from load.journeys.records import Record
from load.measurements.losses import Loss
from openapi.contract import Json

_SHOWN = 100


def ignored(record: Record, write: Write, name: str, found: Json) -> Loss:
    """The loss of a change that was answered with what was there before."""
    expected = f"{name} {_short(repr(write.properties[name]))}"
    times = write.sent, write.acknowledged, write.acknowledged
    return Loss(f"ignored {name}", write.label, address(record.entity), expected, _short(repr(found)), *times)


def deviating(target: str, each: Deviation, at: float) -> Loss:
    """The loss of a property that a read of a target, at a time (s), showed otherwise than it was written."""
    kind = "stale" if each.is_stale else "altered"
    written = each.expected
    shown = "another value" if isinstance(written, State) else _short(repr(written))
    expected, found = f"{each.name} {shown}", _short(repr(each.actual))
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


def existence(record: Record, target: str, expected: State, at: float, age: float) -> Loss:
    """The loss of a thing that is not there, or is there again, as a read of a target at a time (s) showed.
    What it showed had been out of date for an age (s).
    """
    write = record.last_write(expected)
    found = State.GONE if expected is State.THERE else State.THERE
    kind = "lost" if expected is State.THERE else "undeleted"
    return Loss(
        kind, write.label, target, expected.value, found.value, write.sent, write.acknowledged, at, age
    )


def address(thing: Entity) -> str:
    """The path of a thing, with its values in their places."""
    path = thing.resource
    for value in thing.values:
        path = path.replace("{}", str(value), 1)
    return path


def example(written: Json | State, found: Json) -> str:
    """What was written and what became of it, in one line."""
    shown = "another value" if isinstance(written, State) else repr(written)
    return f"{_short(shown)} became {'nothing' if found is None else _short(repr(found))}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
