"""What a run has exercised of a document, as parts of the results file."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """How far a run came with an operation: answered with a 2xx, answered otherwise, or not called."""

    REACHED = "reached"
    NOT_REACHED = "not reached"
    NOT_CALLED = "not called"


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many the document describes, and how many of them occurred; the same of the optional ones."""

    described: int = 0
    seen: int = 0
    optional: int = 0
    optional_seen: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            described=self.described + other.described,
            seen=self.seen + other.seen,
            optional=self.optional + other.optional,
            optional_seen=self.optional_seen + other.optional_seen,
        )


class OperationCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has exercised of one operation. `reason` says why it was not reached: by its most frequent
    status, or why it was not called. `statuses_seen` and `statuses_not_seen` are those of the document, with
    ranges and `default` as they are there. Parameters and properties count as seen when a call had them, of
    those that were looked at: the first 200 of each process, and every 16th after that. `unseen` names the
    others. `lessons` say what was learned from refusals.

    Larger than usual: it has one field per column of the file.
    """

    state: State
    reason: str
    statuses_seen: list[str]
    statuses_not_seen: list[str]
    parameters: Counts
    properties: Counts
    unseen: list[str]
    lessons: list[str]


class CoverageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has exercised of a document, of all operations together; of statuses, `success_statuses` are
    those of 2xx.
    """

    operations: int
    reached: int
    not_reached: int
    not_called: int
    statuses: Counts
    success_statuses: Counts
    parameters: Counts
    properties: Counts
