"""The verdict on a run made again, from its record: with other objectives, or by other rules."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from load.judgement.objectives import Objective
from load.judgement.recorded import judged
from load.judgement.verdict import Circumstances, judge
from load.measurements.findings import Finding
from load.measurements.losses import Account, Loss
from load.measurements.operation_results import OperationResults, Second
from load.measurements.results import Results
from load.measurements.results_file import RunRecord
from load.measurements.run_records import (
    FindingRecord,
    Kind,
    LedgerRecord,
    LossRecord,
    OperationRecord,
    SecondFigures,
)
from load.measurements.times import Times

# What does not depend on objectives, and cannot be seen in the results alone.
_FAILURES = frozenset({Kind.ENDED, Kind.GONE, Kind.BEHIND})
_DOUBTS = frozenset({Kind.INTERRUPTED, Kind.REFUSED, Kind.GENERATOR, Kind.MISSING})


def judged_again(run: RunRecord, asked: Iterable[Objective]) -> RunRecord:
    """A run with the verdict on it by these objectives, beside those that its document promises."""
    promised = [
        Objective(each.operation, each.measure, each.limit) for each in run.objectives if not each.asked
    ]
    known = Circumstances(
        failures=tuple(each for each in run.failures if each.kind in _FAILURES),
        doubts=tuple(each for each in run.doubts if each.kind in _DOUBTS),
    )
    results = results_of(run)
    return judged(run, results, judge([*promised, *asked], results, known))


def results_of(run: RunRecord) -> Results:
    """What was measured, as far as verdicts need it."""
    began = datetime.fromisoformat(run.began).timestamp()
    operations = {label: _operation(each, run.workload.warm_up) for label, each in run.operations.items()}
    return Results(
        operations,
        run.workload.warm_up,
        began,
        began + run.seconds,
        account=_account(run.ledger),
    )


def _operation(record: OperationRecord, warm_up: int) -> OperationResults:
    results = OperationResults(
        warm_up,
        record.failures,
        record.afterwards,
        Counter({int(status): count for status, count in record.statuses.items()}),
        Counter({_finding(each): each.count for each in record.findings}),
    )
    for each in record.seconds:
        results.keep(each.at, _second(each))
    return results


def _second(record: SecondFigures) -> Second:
    return Second(
        record.requests,
        record.failures,
        record.answers,
        record.throttled,
        Times.decoded(record.histogram),
        Times.decoded(record.service.histogram),
    )


def _finding(record: FindingRecord) -> Finding:
    return msgspec.convert(record, Finding, from_attributes=True)


def _account(record: LedgerRecord) -> Account:
    return Account(
        followed=record.followed,
        passed_over=record.passed_over,
        read=record.read,
        unread=record.unread,
        unreadable=record.unreadable,
        lost=record.lost,
        late=record.late,
        late_s=record.late_s,
        losses=[_loss(each) for each in record.losses],
        notes=record.notes,
        untraced=record.untraced,
    )


def _loss(record: LossRecord) -> Loss:
    return msgspec.convert(record, Loss, from_attributes=True)
