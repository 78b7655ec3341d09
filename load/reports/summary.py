"""A run in the terminal, when it has ended."""

from collections.abc import Iterable, Iterator, Sequence

from load.measurements.results_file import RunRecord
from load.printable import printable
from load.quantities import quantity
from load.reports.conditions import calls_outside_the_table, closed_connections, conditions, ledger
from load.reports.coverage import coverage, lessons, unseen
from load.reports.findings import findings, without_success
from load.reports.operations_table import operations_table
from load.reports.verdict import unchecked, verdict

_WITHOUT_SUCCESS_SHOWN = 10
_LINES_SHOWN = 3


def summary(run: RunRecord) -> str:
    """Table, coverage, findings and verdict of a run as text for a terminal; times in ms."""
    lines = [
        "",
        *operations_table(run),
        "",
        *_name(run),
        *conditions(run),
        *calls_outside_the_table(run),
        *closed_connections(run),
        *ledger(run),
        *_coverage(run),
        *_some("never sent", run.omitted, "part"),
        *_some("not checked", run.unchecked, "part"),
        *coverage(run),
        *_some("not seen in calls", unseen(run), "operation"),
        *_some("learned from refusals", lessons(run), "operation"),
        "",
        *_indented(findings(run.operations)),
        *([f"slowest operation: {run.slowest.message}", ""] if run.slowest else []),
        *_bottlenecks(run),
        *([f"capacity: {run.capacity.answer}", ""] if run.capacity else []),
        verdict(run),
        *(f"  {reason}" for reason in (*run.reasons, *run.invalid)),
        *_not_judged(run),
        *(f"  {line}" for line in unchecked(run)),
    ]
    return "\n".join(printable(line) for line in lines)


def _name(run: RunRecord) -> Iterator[str]:
    """What the user called the run."""
    if run.label or run.commit:
        yield ", ".join(filter(None, [run.label, run.commit and f"commit {run.commit}"]))


def _coverage(run: RunRecord) -> Iterator[str]:
    """How many operations succeeded, and the first of those that did not."""
    total = len(run.operations.keys() | run.uncovered.keys())
    without = [*without_success(run)]
    # One line more takes no more room than the line that counts it.
    shown = without if len(without) <= _WITHOUT_SUCCESS_SHOWN + 1 else without[:_WITHOUT_SUCCESS_SHOWN]
    yield f"{total - len(without)} of {quantity(total, 'operation')} succeeded"
    yield from (f"    {line}" for line in shown)
    if len(shown) < len(without):
        yield f"    and {len(without) - len(shown)} more without success"


def _some(heading: str, lines: Sequence[str], noun: str) -> Iterator[str]:
    """The first lines below a heading, each about one of what the noun says; the page has the others."""
    if lines:
        yield f"{heading}:"
        yield from (f"    {line}" for line in lines[:_LINES_SHOWN])
    if len(lines) > _LINES_SHOWN:
        yield f"    and {quantity(len(lines) - _LINES_SHOWN, noun)} more in the report"


def _bottlenecks(run: RunRecord) -> Iterator[str]:
    """What kept the service from going faster, with the evidence."""
    bottlenecks = run.explanation.bottlenecks if run.explanation else []
    if not bottlenecks:
        return
    rate = run.explanation.rate if run.explanation and run.capacity else None
    yield f"bottleneck{f', at {rate:.4g}/s' if rate else ''}:"
    for bottleneck in bottlenecks:
        yield f"  {bottleneck.shown}"
        yield from (f"    {line}" for line in bottleneck.evidence)
    yield ""


def _not_judged(run: RunRecord) -> Iterator[str]:
    """The objectives that could not be judged."""
    messages = [outcome.message for outcome in run.objectives if not outcome.judged]
    if messages:
        objectives = quantity(len(run.objectives), "objective")
        yield f"  with {len(messages)} of {objectives} not judged: too few calls"
        yield from (f"    {message}" for message in messages if message not in {*run.reasons, *run.invalid})


def _indented(entries: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    """Headings, each with its lines indented, and an empty line after all of them."""
    has_entries = False
    for heading, lines in entries:
        has_entries = True
        yield heading
        yield from (f"    {line}" for line in lines)
    if has_entries:
        yield ""
