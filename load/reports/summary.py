"""A run in the terminal, when it has ended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus

from load.measurements.findings import Fault
from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures, FindingRecord, OperationRecord
from load.printable import printable

_WITHOUT_SUCCESS_SHOWN = 10
_ALL = "all operations"
_HEADINGS = ("operation", "requests", "failures", "req/s", "median", "p95", "p99", "p99.9", "max")
_SERVICE_HEADINGS = ("service p50", "p99")


def summary(run: RunRecord) -> str:
    """Table, coverage, findings and verdict of a run as text for a terminal; times in ms."""
    known = len(run.operations.keys() | run.uncovered.keys())
    without = [*without_success(run)]
    shown = without if len(without) <= _WITHOUT_SUCCESS_SHOWN + 1 else without[:_WITHOUT_SUCCESS_SHOWN]
    lines = [
        "",
        *_table(run),
        "",
        *conditions(run),
        *beside(run),
        *closed(run),
        *ledger(run),
        f"{known - len(without)} of {known} operations succeeded",
        *(f"    {line}" for line in shown),
        *([f"    and {len(without) - len(shown)} more without success"] if len(shown) < len(without) else []),
        "",
        *_indented(findings(run.operations)),
        *([f"slowest operation: {run.slowest.told}", ""] if run.slowest else []),
        *bottlenecks(run),
        *([f"capacity: {run.capacity.answer}", ""] if run.capacity else []),
        run.verdict,
        *(f"  {reason}" for reason in (*run.reasons, *run.invalid)),
        *unjudged(run),
    ]
    return "\n".join(printable(each) for each in lines)


def unjudged(run: RunRecord) -> Iterator[str]:
    """The objectives that are left open."""
    left = [each.told for each in run.objectives if not each.judged]
    if left:
        yield f"  with {len(left)} of {len(run.objectives)} objectives not judged: too few calls"
        yield from (f"    {each}" for each in left if each not in {*run.reasons, *run.invalid})


def conditions(run: RunRecord) -> Iterator[str]:
    """What the figures mean: which workload, and which part of the run."""
    yield run.workload.manner
    left_out = run.total.requests - run.total.measured_requests
    if run.workload.warm_up:
        yield (
            f"the first {run.workload.warm_up} s are warm-up: {left_out} calls, checked and counted, "
            f"but not in rates and times"
        )
    if run.throttling:
        yield run.throttling.told


def beside(run: RunRecord) -> Iterator[str]:
    """The calls that are not in the figures, so that the service's own count can be accounted for."""
    told = ", ".join(f"{count} {purpose}" for purpose, count in run.beside.items() if count)
    if told:
        yield f"calls that are not in the table: {told}"


def closed(run: RunRecord) -> Iterator[str]:
    """The calls whose idle connection the service closed as they were sent, and what became of them."""
    told = ", ".join(f"{count} {outcome}" for outcome, count in run.closed.items())
    if told:
        yield f"calls whose connection, until then idle, the service closed as they were sent: {told}"


def ledger(run: RunRecord) -> Iterator[str]:
    """What became of what was acknowledged; nothing when there was nothing to follow."""
    account = run.ledger
    if account.followed:
        kinds = {"not read": account.unread, "neither shown nor missing": account.unreadable}
        rest = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        yield (
            f"ledger: {account.read} of {account.followed} things written were read back"
            f"{f' ({rest})' if rest else ''}; "
            f"{account.lost or 'none'} not as acknowledged"
        )
    elif account.notes:
        yield "ledger: nothing that was written could be read back"
    if account.late:
        yield (
            f"    late: {account.late} reads were stale by up to {_length(account.late_s)}, and right "
            f"afterwards"
        )
    if account.passed_over:
        why = "for want of room or as others may have made them"
        yield f"    {account.passed_over} more were not followed, {why}"
    yield from (f"    {note}, {count} times" for note, count in account.notes.items())
    yield from (
        f"    {text}, {count} times: lost, or to be found otherwise"
        for text, count in account.untraced.items()
    )


def _length(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def bottlenecks(run: RunRecord) -> Iterator[str]:
    """What kept the service from going faster, with its evidence."""
    found = run.explained.bottlenecks if run.explained else []
    if found:
        rate = run.explained.rate if run.explained and run.capacity else None
        at = f", at {rate:.4g}/s" if rate else ""
        yield f"bottleneck{at}:"
    for each in found:
        yield f"  {each.shown}"
        yield from (f"    {line}" for line in each.evidence)
    if found:
        yield ""


def without_success(run: RunRecord) -> Iterator[str]:
    """The operations that never answered with a 2xx, each with the reason."""
    operations, uncovered = run.operations, run.uncovered
    for label, each in operations.items():
        if not any(HTTPStatus.OK <= int(status) < HTTPStatus.MULTIPLE_CHOICES for status in each.statuses):
            answers = ", ".join(
                f"{count} times {'no answer' if status == '0' else status}"
                for status, count in each.statuses.items()
            )
            yield f"{label}: {uncovered.get(label) or answers or 'there was nothing to call it with'}"
    yield from (f"{label}: {reason}" for label, reason in uncovered.items() if label not in operations)


def findings(operations: Mapping[str, OperationRecord]) -> Iterator[tuple[str, list[str]]]:
    """Each finding and, line by line, how it showed. Calls that got no answer for one reason are one finding,
    whatever they asked for.
    """
    unanswered: dict[str, list[FindingRecord]] = {}
    for each in operations.values():
        for finding in each.findings:
            if finding.fault == Fault.NETWORK:
                unanswered.setdefault(finding.told, []).append(finding)
    common = {told: each for told, each in unanswered.items() if len(each) > 1}
    for told, alike in common.items():
        count = sum(finding.count for finding in alike)
        yield f"{told}, {count} times, in {len(alike)} operations", [*_described(alike[0])]
    for label, each in operations.items():
        for finding in each.findings:
            if finding.told in common:
                continue
            count = finding.count
            # What is not as acknowledged is counted by things, and found by calls of other operations, too.
            is_of_calls = each.requests and finding.fault != Fault.NOT_AS_ACKNOWLEDGED
            share = f", {count / each.requests:.1%} of its calls" if is_of_calls else ""
            yield f"{label}: {finding.told}, {count} times{share}", [*_described(finding)]


def objectives_of(run: RunRecord, label: str) -> str:
    """The objectives of an operation, or of all together."""
    stated = (each.objective for each in run.objectives if each.operation == label)
    return ", ".join(stated) or "none"


def verdict_of_all(run: RunRecord) -> str:
    """The verdict on the objectives of all operations together; empty when there are none."""
    stated = [each for each in run.objectives if each.operation == _ALL]
    if any(reason.operation == _ALL for reason in run.failures):
        return "FAILED"
    if any(each.judged and not each.holds for each in stated):
        return "does not hold"
    is_judged = all(each.judged for each in stated)
    return ("ok" if is_judged else "not judged") if stated else ""


def _indented(told: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    """Headings, each with its lines, and an empty line after them all."""
    found = list(told)
    for head, lines in found:
        yield head
        yield from (f"    {each}" for each in lines)
    yield from [""] if found else []


def _table(run: RunRecord) -> Iterator[str]:
    is_open = run.workload.rate is not None
    headings = (*_HEADINGS, *(_SERVICE_HEADINGS if is_open else ()), "objective", "verdict")
    rows = [
        (*_cells(label, each, is_open), objectives_of(run, label), each.verdict)
        for label, each in run.operations.items()
    ]
    promised = objectives_of(run, _ALL)
    last = (_ALL, *_cells("", run.total, is_open)[1:], "" if promised == "none" else promised)
    yield from _aligned([headings, *rows, (*last, verdict_of_all(run))], numeric=len(headings) - 2)


def _cells(label: str, each: Figures, is_open: bool) -> tuple[str, ...]:
    service = each.service
    times = (each.median_ms, each.p95_ms, each.p99_ms, each.p999_ms, each.max_ms)
    return (
        label,
        str(each.requests),
        str(each.failures),
        f"{each.rate:.1f}",
        *(f"{time:.1f}" for time in times),
        *((f"{service.median_ms:.1f}", f"{service.p99_ms:.1f}") if is_open else ()),
    )


def _aligned(rows: Sequence[Sequence[str]], numeric: int) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        padded = (
            cell.rjust(width) if 0 < column < numeric else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()


def _described(finding: FindingRecord) -> Iterator[str]:
    """How a finding showed the first time, line by line."""
    if finding.expected or finding.found:
        yield f"expected {finding.expected or 'nothing'}, found {finding.found or 'nothing'}"
    elif finding.detail:
        yield " ".join(finding.detail.split())
    if finding.answer:
        yield f"answered {finding.answer}"
    if finding.sample:
        yield finding.sample
