"""A run and its verdict as a record, which the results file keeps and reports are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from load.judgement.figures import calls_of
from load.judgement.objectives import Outcome
from load.judgement.slowest import Slowest, slowest
from load.judgement.verdict import Verdict
from load.measurements.findings import Finding
from load.measurements.generator import Generator
from load.measurements.losses import Account, Loss
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results, Throttling
from load.measurements.results_file import FORMAT, RunRecord
from load.measurements.run_records import (
    CapacityRecord,
    ExplanationRecord,
    Figures,
    FindingRecord,
    GeneratorRecord,
    LedgerRecord,
    LossRecord,
    OperationRecord,
    OutcomeRecord,
    SlowestRecord,
    ThrottlingRecord,
    WorkloadRecord,
)
from load.options.workload import Workload


@dataclass(frozen=True)
class Run:
    """What was run; `uncovered` maps operations to the reason why they were not called, `names` to their ids
    in the document.
    """

    title: str
    document: str
    host: str
    profile: str
    users: int
    workload: Workload
    uncovered: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)


def recorded(
    run: Run,
    results: Results,
    verdict: Verdict,
    capacity: CapacityRecord | None = None,
    explained: ExplanationRecord | None = None,
) -> RunRecord:
    """Everything that is known of a run. That of a search for the capacity is its best trial."""
    throttling, longest = results.throttling, slowest(results)
    return RunRecord(
        format=FORMAT,
        title=run.title,
        document=run.document,
        host=run.host,
        profile=run.profile,
        users=run.users if run.workload.rate is None else None,
        workload=_workload(run.workload),
        began=datetime.fromtimestamp(results.began, UTC).isoformat(),
        seconds=results.length,
        measured_seconds=results.measured_s,
        passed=verdict.passed,
        verdict=verdict.word,
        reasons=[str(each) for each in verdict.reasons],
        invalid=[str(each) for each in verdict.invalid],
        failures=list(verdict.reasons),
        doubts=list(verdict.invalid),
        notes=list(verdict.notes),
        throttling=_throttling(throttling) if throttling else None,
        objectives=[_outcome(each) for each in verdict.outcomes],
        uncovered=dict(run.uncovered),
        capacity=capacity,
        explained=explained,
        slowest=_slowest(longest) if longest else None,
        total=Figures(**calls_of(results.total, results.measured_s)),
        operations={
            label: _operation(label, run.names.get(label, ""), each, results.measured_s, verdict)
            for label, each in results.operations.items()
        },
        ledger=_ledger(results.account),
        beside=dict(results.beside),
        closed=dict(results.closed),
        generators={name or "this process": _generator(seen) for name, seen in results.generators.items()},
    )


def judged(run: RunRecord, results: Results, verdict: Verdict) -> RunRecord:
    """The record of a run with another verdict on its results."""
    return msgspec.structs.replace(
        run,
        passed=verdict.passed,
        verdict=verdict.word,
        reasons=[str(each) for each in verdict.reasons],
        invalid=[str(each) for each in verdict.invalid],
        failures=list(verdict.reasons),
        doubts=list(verdict.invalid),
        notes=list(verdict.notes),
        objectives=[_outcome(each) for each in verdict.outcomes],
        operations={
            label: msgspec.structs.replace(each, verdict=state(label, results.operations[label], verdict))
            for label, each in run.operations.items()
        },
    )


def _workload(workload: Workload) -> WorkloadRecord:
    return WorkloadRecord(
        rate=workload.rate, arrivals=workload.arrivals, warm_up=workload.warm_up, manner=workload.manner
    )


def _throttling(throttling: Throttling) -> ThrottlingRecord:
    return ThrottlingRecord(
        since=throttling.since,
        until=throttling.until,
        unavailable=throttling.unavailable,
        taken=throttling.taken,
        throttled=throttling.throttled,
        calls=throttling.calls,
        answers=throttling.answers,
        told=str(throttling),
    )


def _slowest(longest: Slowest) -> SlowestRecord:
    return SlowestRecord(
        operation=longest.operation,
        mean_ms=longest.mean_ms,
        p95_ms=longest.p95_ms,
        share=longest.share,
        told=str(longest),
    )


def _generator(seen: Generator) -> GeneratorRecord:
    return GeneratorRecord(
        cpu=seen.cpu,
        loop_lag_p99_ms=seen.lag.percentile_ms(99),
        late=seen.late,
        lateness_p99_ms=seen.lateness.percentile_ms(99),
        dropped=seen.dropped,
        late_as_answers_came_at_once=seen.held_up,
        stood_still_s=seen.halted_s,
    )


def _ledger(account: Account) -> LedgerRecord:
    return LedgerRecord(
        followed=account.followed,
        passed_over=account.passed_over,
        read=account.read,
        unread=account.unread,
        unreadable=account.unreadable,
        lost=account.lost,
        late=account.late,
        late_s=account.late_s,
        notes=account.notes,
        untraced=account.untraced,
        losses=[_loss(each) for each in account.losses],
    )


def _loss(loss: Loss) -> LossRecord:
    return LossRecord(
        kind=loss.kind,
        label=loss.label,
        target=loss.target,
        expected=loss.expected,
        found=loss.found,
        sent=loss.sent,
        acknowledged=loss.acknowledged,
        read=loss.read,
        age=loss.age,
        count=loss.count,
        told=str(loss),
    )


def _operation(
    label: str, name: str, each: OperationResults, measured_s: float, verdict: Verdict
) -> OperationRecord:
    return OperationRecord(
        operation_id=name,
        verdict=state(label, each, verdict),
        findings=[_finding(finding, count) for finding, count in each.findings.most_common()],
        **calls_of(each, measured_s),
    )


def _finding(finding: Finding, count: int) -> FindingRecord:
    return FindingRecord(
        fault=finding.fault,
        place=finding.place,
        rule=finding.rule,
        detail=finding.detail,
        expected=finding.expected,
        found=finding.found,
        answer=finding.answer,
        sample=finding.sample,
        told=str(finding),
        count=count,
    )


def _outcome(outcome: Outcome) -> OutcomeRecord:
    objective = outcome.objective
    return OutcomeRecord(
        operation=objective.label,
        objective=str(objective),
        measure=objective.measure,
        limit=objective.limit,
        asked=objective.is_asked,
        figure=outcome.figure,
        shown="no call" if outcome.figure is None else objective.shown(outcome.figure),
        calls=outcome.calls,
        judged=outcome.is_judged,
        holds=outcome.holds,
        margin=outcome.margin,
        told=str(outcome),
    )


def state(label: str, each: OperationResults, verdict: Verdict) -> str:
    """The verdict on one operation, in a word or two."""
    if not each.requests:
        return "not called"
    if any(reason.operation == label for reason in verdict.reasons):
        return "FAILED"
    stated = verdict.of(label)
    if any(each.is_broken for each in stated):
        return "does not hold"
    unjudged = sum(not each.is_judged for each in stated)
    if not unjudged:
        return "ok" if stated else "no objective"
    return "not judged" if unjudged == len(stated) else f"ok, {unjudged} not judged"
