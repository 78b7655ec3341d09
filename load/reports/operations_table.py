"""The table of operations in the terminal; times are in ms."""

from collections.abc import Iterator, Sequence

from load.judgement.objectives import ALL
from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures

_HEADINGS = ("operation", "requests", "failures", "req/s", "median", "p95", "p99", "p99.9", "max")
_SERVICE_HEADINGS = ("service p50", "p99")


def operations_table(run: RunRecord) -> Iterator[str]:
    """A line per operation and one for all; service times are shown for an open workload."""
    is_open = run.workload.is_open
    headings = (*_HEADINGS, *(_SERVICE_HEADINGS if is_open else ()), "objective", "verdict")
    rows = [
        (*_cells(label, operation, is_open), objectives_of(run, label), operation.verdict)
        for label, operation in run.operations.items()
    ]
    objectives = objectives_of(run, ALL)
    last = (*_cells(ALL, run.total, is_open), "" if objectives == "none" else objectives, verdict_of_all(run))
    yield from _aligned([headings, *rows, last], numeric=len(headings) - 2)


def objectives_of(run: RunRecord, label: str) -> str:
    """The objectives of an operation, or of all operations together."""
    objectives = (outcome.objective for outcome in run.objectives if outcome.operation == label)
    return ", ".join(objectives) or "none"


def verdict_of_all(run: RunRecord) -> str:
    """The verdict on the objectives of all operations together; empty when there are none."""
    outcomes = [outcome for outcome in run.objectives if outcome.operation == ALL]
    if any(reason.operation == ALL for reason in run.failures):
        return "FAILED"
    if any(outcome.judged and not outcome.holds for outcome in outcomes):
        return "does not hold"
    is_judged = all(outcome.judged for outcome in outcomes)
    return ("ok" if is_judged else "not judged") if outcomes else ""


def _cells(label: str, figures: Figures, is_open: bool) -> tuple[str, ...]:
    service = figures.service
    times = (figures.median_ms, figures.p95_ms, figures.p99_ms, figures.p999_ms, figures.max_ms)
    return (
        label,
        str(figures.requests),
        str(figures.failures),
        f"{figures.rate:.1f}",
        *(f"{time:.1f}" for time in times),
        *((f"{service.median_ms:.1f}", f"{service.p99_ms:.1f}") if is_open else ()),
    )


def _aligned(rows: Sequence[Sequence[str]], numeric: int) -> Iterator[str]:
    """Lines in which numbers are aligned to the right: the cells from the second up to `numeric`."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        padded = (
            cell.rjust(width) if 0 < column < numeric else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()
