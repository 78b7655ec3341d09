"""The record of a run with its verdict, which the results file keeps and reports are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TypedDict

import msgspec

from load.judgement.exercised import coverage_of_all, operation_coverage
from load.judgement.figures import figures_of
from load.judgement.outcomes import Outcome
from load.judgement.slowest import slowest
from load.judgement.verdict import Verdict
from load.measurements.coverage_records import OperationCoverage
from load.measurements.findings import FindingRecord
from load.measurements.load_generator import Generator
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from load.measurements.results_file import FORMAT, RunRecord
from load.measurements.run_records import (
    CapacityRecord,
    ExplanationRecord,
    Figures,
    GeneratorRecord,
    OperationRecord,
    OutcomeRecord,
    ReasonRecord,
)
from load.measurements.throttling import throttling_of
from load.options.options import Options
from openapi.operations import Operation

DISTRIBUTION = "students-contract"


@dataclass(frozen=True)
class Run:
    """What was run. `uncovered` is why operations were not called, and `operations` are those that can be
    read, both by label. `omitted` says what calls never carry, `unchecked` which parts of responses are not
    checked, both with the reasons.

    Larger than usual: it has one field per part of the file that no measurement fills.
    """

    title: str
    document: str
    fingerprint: str
    host: str
    users: int
    options: Options
    uncovered: Mapping[str, str]
    operations: Mapping[str, Operation] = field(default_factory=dict)
    omitted: Sequence[str] = ()
    unchecked: Sequence[str] = ()


class _VerdictFields(TypedDict):
    """The fields of `RunRecord` that have the verdict. Larger than usual: a verdict fills them all."""

    passed: bool
    verdict: str
    to_judge: int
    reasons: list[str]
    invalid: list[str]
    failures: list[ReasonRecord]
    doubts: list[ReasonRecord]
    notes: list[str]
    objectives: list[OutcomeRecord]


def make_record(
    run: Run,
    results: Results,
    verdict: Verdict,
    capacity: CapacityRecord | None = None,
    explanation: ExplanationRecord | None = None,
) -> RunRecord:
    """The record of a run; that of a search for the capacity is its best trial. Larger than usual: it fills
    one field per key of the file.
    """
    clock = results.clock
    covered = _covered(run, results)
    return RunRecord(
        format=FORMAT,
        tool=f"{DISTRIBUTION} {version(DISTRIBUTION)}",
        label=run.options.label,
        commit=run.options.commit,
        seed=run.options.seed,
        title=run.title,
        document=run.document,
        fingerprint=run.fingerprint,
        host=run.host,
        scenario=run.options.scenario.name,
        users=None if run.options.workload.is_open else run.users,
        workload=run.options.workload,
        began=_moment(clock.began),
        ended=_moment(clock.began + clock.length),
        seconds=clock.length,
        measured_seconds=clock.measured_s,
        throttling=throttling_of(results),
        uncovered=dict(run.uncovered),
        omitted=[*run.omitted],
        unchecked=[*run.unchecked],
        capacity=capacity,
        explanation=explanation,
        slowest=slowest(results),
        total=Figures(**figures_of(results.total, results.clock.measured_s)),
        operations=_operations(run, results, verdict, covered),
        coverage=coverage_of_all(covered, run.uncovered),
        ledger=results.account,
        side_calls=dict(results.side_calls),
        closed=dict(results.closed),
        generators=_generators(results),
        **_verdict_fields(verdict),
    )


def _covered(run: Run, results: Results) -> dict[str, OperationCoverage]:
    return {
        label: operation_coverage(operation, results.operations[label], run.uncovered.get(label, ""))
        for label, operation in run.operations.items()
        if label in results.operations
    }


def _moment(at: float) -> str:
    """A time (s since the epoch) as RFC 3339 has it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def with_verdict(record: RunRecord, results: Results, verdict: Verdict) -> RunRecord:
    """The record of a run with another verdict on its results."""
    operations = {
        label: msgspec.structs.replace(operation, verdict=state(label, results.operations[label], verdict))
        for label, operation in record.operations.items()
    }
    return msgspec.structs.replace(record, operations=operations, **_verdict_fields(verdict))


def _verdict_fields(verdict: Verdict) -> _VerdictFields:
    return {
        "passed": verdict.passed,
        "verdict": verdict.word,
        "to_judge": verdict.to_judge,
        "reasons": [str(reason) for reason in verdict.reasons],
        "invalid": [str(reason) for reason in verdict.invalid],
        "failures": [reason.record() for reason in verdict.reasons],
        "doubts": [reason.record() for reason in verdict.invalid],
        "notes": list(verdict.notes),
        "objectives": [_outcome(outcome) for outcome in verdict.outcomes],
    }


def _operations(
    run: Run, results: Results, verdict: Verdict, covered: Mapping[str, OperationCoverage]
) -> dict[str, OperationRecord]:
    ids = {label: operation.operation_id for label, operation in run.operations.items()}
    return {
        label: OperationRecord(
            operation_id=ids.get(label, ""),
            coverage=covered.get(label),
            verdict=state(label, operation, verdict),
            findings=[FindingRecord.of(*counted) for counted in operation.findings.most_common()],
            **figures_of(operation, results.clock.measured_s),
        )
        for label, operation in results.operations.items()
    }


def _generators(results: Results) -> dict[str, GeneratorRecord]:
    return {name or "this process": _generator(generator) for name, generator in results.generators.items()}


def _generator(generator: Generator) -> GeneratorRecord:
    return GeneratorRecord(
        cpu=generator.cpu,
        loop_lag_p99_ms=generator.lag.percentile_ms(99),
        late=generator.late,
        lateness_p99_ms=generator.lateness.percentile_ms(99),
        dropped=generator.dropped,
        late_as_answers_came_at_once=generator.held_up,
        stood_still_s=generator.halted_s,
    )


def _outcome(outcome: Outcome) -> OutcomeRecord:
    objective = outcome.objective
    return OutcomeRecord(
        operation=objective.label,
        objective=str(objective),
        measure=objective.measure,
        limit=objective.limit,
        is_requested=objective.is_requested,
        figure=outcome.figure,
        shown="no call" if outcome.figure is None else objective.shown(outcome.figure),
        calls=outcome.calls,
        judged=outcome.is_judged,
        holds=outcome.holds,
        margin=outcome.margin,
        message=str(outcome),
    )


def state(label: str, operation: OperationResults, verdict: Verdict) -> str:
    """The verdict on one operation, in a word or two."""
    if not operation.requests:
        return "not called"
    if any(reason.operation == label for reason in verdict.reasons):
        return "FAILED"
    outcomes = verdict.of(label)
    if any(outcome.is_broken for outcome in outcomes):
        return "does not hold"
    unjudged = sum(not outcome.is_judged for outcome in outcomes)
    if not unjudged:
        return "ok" if outcomes else "no objective"
    return "not judged" if unjudged == len(outcomes) else f"ok, {unjudged} not judged"
