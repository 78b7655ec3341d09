"""Judging a run again, from its record: by other objectives, or by other rules."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from load.judgement.circumstances import Circumstances
from load.judgement.objectives import Objective
from load.judgement.reasons import Reason
from load.judgement.run_record import with_verdict
from load.judgement.verdict import judge
from load.measurements.clock import Clock
from load.measurements.finding_counts import FindingCounts
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from load.measurements.results_file import RunRecord
from load.measurements.run_records import OperationRecord, ReasonKind, SecondFigures
from load.measurements.time_histogram import TimeHistogram
from load.measurements.timeline import Second, Timeline

# What does not depend on objectives, and is not in the results.
_FAILURES = frozenset({ReasonKind.ENDED, ReasonKind.GONE, ReasonKind.BEHIND})
_DOUBTS = frozenset({ReasonKind.INTERRUPTED, ReasonKind.REFUSED, ReasonKind.GENERATOR, ReasonKind.MISSING})


def rejudge(run: RunRecord, requested: Iterable[Objective]) -> RunRecord:
    """The record of a run with the verdict by these objectives, and by those that its document promises."""
    promised = [
        Objective(outcome.operation, outcome.measure, outcome.limit)
        for outcome in run.objectives
        if not outcome.is_requested
    ]
    conditions = Circumstances(
        failures=tuple(Reason.of(record) for record in run.failures if record.kind in _FAILURES),
        doubts=tuple(Reason.of(record) for record in run.doubts if record.kind in _DOUBTS),
    )
    results = results_of(run)
    return with_verdict(run, results, judge([*promised, *requested], results, conditions))


def results_of(run: RunRecord) -> Results:
    """What was measured, as far as verdicts need it."""
    began = datetime.fromisoformat(run.began).timestamp()
    warm_up = run.workload.warm_up
    return Results(
        {label: _operation(record, warm_up) for label, record in run.operations.items()},
        Clock(warm_up, began, began + run.seconds),
        account=run.ledger,
    )


def _operation(record: OperationRecord, warm_up: int) -> OperationResults:
    timeline = Timeline(warm_up)
    for second in record.seconds:
        timeline.add(second.at, _second(second))
    return OperationResults(
        timeline,
        record.failures,
        record.afterwards,
        Counter({int(status): count for status, count in record.statuses.items()}),
        FindingCounts({finding: finding.count for finding in record.findings}),
    )


def _second(record: SecondFigures) -> Second:
    return Second(
        record.requests,
        record.failures,
        record.answers,
        record.throttled,
        TimeHistogram.decoded(record.histogram),
        TimeHistogram.decoded(record.service.histogram),
    )
