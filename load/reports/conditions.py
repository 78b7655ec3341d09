"""The conditions of a run, and what its ledger found, line by line as people read it."""

from collections.abc import Iterator

from load.measurements.findings import Fault
from load.measurements.results_file import RunRecord
from load.quantities import quantity, times
from load.reports.stages import stages


def conditions(run: RunRecord) -> Iterator[str]:
    """What the figures mean: the workload, its warm-up and its throttling, and the seed of the values."""
    yield run.workload.manner
    yield from (f"    {line}" for line in stages(run))
    if run.seed is not None:
        yield f"values follow the seed {run.seed} (--seed), but for those that have to be unique"
    if run.workload.warm_up:
        left_out = run.total.requests - run.total.measured_requests
        yield (
            f"the first {run.workload.warm_up} s were warm-up: {quantity(left_out, 'call')}, checked and "
            f"counted, but left out of rates and times"
        )
    if run.throttling:
        yield run.throttling.message


def calls_outside_the_table(run: RunRecord) -> Iterator[str]:
    """The calls that are not in the figures, so that the service's own count can be explained."""
    calls = ", ".join(f"{count} {purpose}" for purpose, count in run.side_calls.items() if count)
    if calls:
        yield f"calls that are not in the table: {calls}"


def closed_connections(run: RunRecord) -> Iterator[str]:
    """The calls whose idle connection the service closed as they were sent, and what became of them."""
    calls = ", ".join(f"{count} {outcome}" for outcome, count in run.closed.items())
    if calls:
        yield f"calls sent just as the service closed their idle connection: {calls}"


def ledger(run: RunRecord) -> Iterator[str]:
    """What was read back of what the service had acknowledged; nothing when nothing was written."""
    account = run.ledger
    if account.followed:
        counts = {"not read": account.unread, "neither shown nor reported missing": account.unreadable}
        rest = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        differ = f"{account.lost or 'none'} {'differ' if account.lost > 1 else 'differs'}"
        yield (
            f"ledger: {account.read} of {quantity(account.followed, 'written entity', 'written entities')} "
            f"{'was' if account.followed == 1 else 'were'} read back{f' ({rest})' if rest else ''}; "
            f"{differ} from what was acknowledged{_apart_from(run)}"
        )
    elif account.notes:
        yield "ledger: nothing that was written could be read back"
    if account.late:
        yield (
            f"    late: {quantity(account.late, 'read was', 'reads were')} stale by up to "
            f"{_length(account.late_s)}, and right afterwards"
        )
    if account.passed_over:
        yield (
            f"    {account.passed_over} more not followed: the ledger was full, or others may have made them"
        )
    notes = (*account.notes.items(), *account.untraced.items())
    yield from (f"    {note}, {times(count)}" for note, count in notes)


def _apart_from(run: RunRecord) -> str:
    findings = (finding for operation in run.operations.values() for finding in operation.findings)
    has_dropped = any(finding.fault == Fault.DROPPED for finding in findings)
    return ", apart from dropped values" if has_dropped else ""


def _length(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
