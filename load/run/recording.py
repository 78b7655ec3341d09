"""What a run leaves: its record, which reports are made of."""

from load.judgement.backlog import behind
from load.judgement.capacity import trial_of
from load.judgement.circumstances import circumstances
from load.judgement.objectives import Objective
from load.judgement.run_record import Run, make_record
from load.judgement.verdict import judge
from load.measurements.results import Results
from load.measurements.results_file import RunRecord
from load.measurements.run_records import CapacityRecord, ExplanationRecord, Trial
from load.run.ending import Ending
from load.run.prepared_load import Prepared
from load.run.session import Session


def objectives_of(prepared: Prepared, results: Results) -> list[Objective]:
    """What the document promises of the operations that have been called, and what the user asked for."""
    called = [
        objective for objective in prepared.promised if results.operations[objective.label].measured.requests
    ]
    return [*called, *prepared.requested]


def record_trial(session: Session) -> Trial:
    """What was recorded, as a trial of the arrival rate of the session."""
    prepared, results = session.prepared, session.results
    rate = prepared.options.workload.rate or 0.0
    return trial_of(rate, results, objectives_of(prepared, results), prepared.names)


def record_run(
    session: Session,
    ending: Ending,
    host: str,
    users: int,
    explanation: ExplanationRecord | None,
    capacity: CapacityRecord | None = None,
) -> RunRecord:
    """All that is known of a run against a host, with so many users, and the verdict on it."""
    prepared, results = session.prepared, session.results
    options = prepared.options
    run = Run(
        title=str(prepared.contract.object_at("info").get("title") or "A service"),
        document=prepared.contract.source,
        fingerprint=prepared.contract.fingerprint,
        host=host,
        users=users,
        options=options,
        uncovered=session.uncovered,
        operations=prepared.operations,
        omitted=[options.credentials.mask(line) for line in session.compiled.omitted],
        unchecked=[options.credentials.mask(line) for line in session.compiled.unchecked],
    )
    # The results of a search for the capacity are those of one rate of many.
    unfinished = max(session.sent - results.total.requests, 0) if capacity is None else 0
    missing = [*ending.missing]
    if unfinished:
        missing.append(f"{unfinished} calls had no answer when the run ended: they are in no figure")
    backlog = None
    if options.workload.is_open and capacity is None:
        spans = options.workload.course.spans if options.workload.stages else ()
        backlog = behind(results, unfinished, spans)
    known = circumstances(results, ending.early, missing, backlog, ending.cut_short)
    verdict = judge(objectives_of(prepared, results), results, known)
    return make_record(run, results, verdict, capacity, explanation)
