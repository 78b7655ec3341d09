"""What a run has exercised of a document, line by line as people read it."""

from collections.abc import Iterator, Sequence

from load.measurements.coverage_records import Counts, OperationCoverage
from load.measurements.results_file import RunRecord

_NAMES_SHOWN = 6


def coverage(run: RunRecord) -> Iterator[str]:
    """How many of the documented statuses, parameters and properties occurred; nothing for an older file."""
    if run.coverage is None:
        return
    statuses, successes = run.coverage.statuses, run.coverage.success_statuses
    yield (
        f"{statuses.seen} of {statuses.described} documented statuses were seen, "
        f"{successes.seen} of {successes.described} of 2xx"
    )
    parts = [
        _parts(counts, noun)
        for counts, noun in ((run.coverage.parameters, "parameters"), (run.coverage.properties, "properties"))
        if counts.described
    ]
    if parts:
        yield f"seen in calls: {'; '.join(parts)}"


def unseen(run: RunRecord) -> list[str]:
    """For each operation that was called, what was seen in none of its calls."""
    return [f"{label}: {_some(covered.unseen)}" for label, covered in _called(run) if covered.unseen]


def lessons(run: RunRecord) -> list[str]:
    """For each operation, what was learned from its refusals."""
    return [f"{label}: {'; '.join(covered.lessons)}" for label, covered in _called(run) if covered.lessons]


def _called(run: RunRecord) -> Iterator[tuple[str, OperationCoverage]]:
    for label, operation in run.operations.items():
        if operation.coverage is not None and operation.requests:
            yield label, operation.coverage


def _parts(counts: Counts, noun: str) -> str:
    optional = f" ({counts.optional_seen} of {counts.optional} optional ones)" if counts.optional else ""
    return f"{counts.seen} of {counts.described} {noun}{optional}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return f"{', '.join(names[:_NAMES_SHOWN])}{f' and {more} more' if more > 0 else ''}"
