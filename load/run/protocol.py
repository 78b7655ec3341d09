"""The messages between a master and its workers. Each carries the id of its run (`run`), so that nothing of
one run gets into another.
"""

from typing import TypeVar

import msgspec

from load.journeys.knowledge import ExistingEntity
from load.measurements.results import ResultsMessage
from load.options.options import Options
from openapi.contract import Json, JsonObject

# Users have so long (s) to end their calls.
STOP_TIMEOUT_S = 10.0
# Histograms are bytes, which Locust's msgpack sends as they are.
_PACKED_BY_LOCUST = (bytes,)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides send; Locust packs plain values only."""

    run: str

    @property
    def plain(self) -> dict[str, Json]:
        """The message as plain values."""
        values: dict[str, Json] = msgspec.to_builtins(self, builtin_types=_PACKED_BY_LOCUST)
        return values


class Begin(Message, frozen=True, kw_only=True, tag="begin"):
    """Master to worker: begin a run of a document with these options, which has gone on for a while (s).
    These entities exist.
    """

    elapsed: float
    source: str
    document: JsonObject
    version: tuple[int, int]
    options: Options
    existing: tuple[ExistingEntity, ...]


class TakeShare(Message, frozen=True, kw_only=True, tag="share"):
    """Master to worker: make this share of the arrivals; sent anew when workers come and go."""

    index: int
    count: int


class Finish(Message, frozen=True, kw_only=True, tag="finish"):
    """Master to worker: end the users, and read back what they wrote."""


class Sign(Message, frozen=True, kw_only=True, tag="here"):
    """Worker to master, every half second: a sign of life, at a time (s since the start, by the worker's
    clock), with how many calls it has sent, how many entities its ledger has, and for how long (s) it was
    halted: it neither ran nor waited for anything.
    """

    at: float
    calls: int
    written: int
    halted: float = 0.0


class Leave(Message, frozen=True, kw_only=True, tag="leave"):
    """Worker to master: end the run before its time, and why."""

    reason: str


class Report(Message, frozen=True, kw_only=True, tag="contract results"):
    """Worker to master: what was recorded since the last report; sent with Locust's own reports, and at the
    end. `number` counts the reports of a worker.
    """

    number: int
    results: ResultsMessage


Received = TypeVar("Received", bound=Message)


def name_of(kind: type[Message]) -> str:
    """The name under which Locust knows a message."""
    return str(kind.__struct_config__.tag)


def received(kind: type[Received], plain: object) -> Received:
    """A message from its plain values."""
    return msgspec.convert(plain, kind, builtin_types=_PACKED_BY_LOCUST)
