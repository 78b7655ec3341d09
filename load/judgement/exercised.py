"""What a run has exercised of a document, from its results."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from load.calls.sent_parts import Part, described_parts
from load.measurements.coverage_records import Counts, CoverageRecord, OperationCoverage, State
from load.measurements.operation_results import OperationResults
from openapi.operations import Operation


def operation_coverage(operation: Operation, results: OperationResults, reason: str) -> OperationCoverage:
    """What was exercised of an operation; `reason` is why it could not be called, if so."""
    state = _state(results)
    seen = {_documented(operation, status) for status in results.statuses}
    parts = described_parts(operation)
    return OperationCoverage(
        state=state,
        reason="" if state is State.REACHED else reason or _most_frequent(results),
        statuses_seen=[key for key in operation.responses if key in seen],
        statuses_not_seen=[key for key in operation.responses if key not in seen],
        parameters=_counts((part for part in parts if part.location != "body"), results.sent),
        properties=_counts((part for part in parts if part.location == "body"), results.sent),
        unseen=[str(part) for part in parts if str(part) not in results.sent],
        lessons=[f"{subject} {text}" for subject, text in results.lessons.items()],
    )


def coverage_of_all(
    operations: Mapping[str, OperationCoverage], uncovered: Mapping[str, str]
) -> CoverageRecord:
    """What was exercised of all operations, with those that could not be read (`uncovered`)."""
    states = [operation.state for operation in operations.values()]
    unread = len(uncovered.keys() - operations.keys())
    return CoverageRecord(
        operations=len(states) + unread,
        reached=states.count(State.REACHED),
        not_reached=states.count(State.NOT_REACHED),
        not_called=states.count(State.NOT_CALLED) + unread,
        statuses=_statuses(operations.values(), ""),
        success_statuses=_statuses(operations.values(), "2"),
        parameters=sum((operation.parameters for operation in operations.values()), Counts()),
        properties=sum((operation.properties for operation in operations.values()), Counts()),
    )


def _state(results: OperationResults) -> State:
    if any(HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES for status in results.statuses):
        return State.REACHED
    return State.NOT_REACHED if results.statuses else State.NOT_CALLED


def _most_frequent(results: OperationResults) -> str:
    """The status that most calls were answered with, in words."""
    if not results.statuses:
        return "there was nothing to call it with"
    (status, count), *_ = results.statuses.most_common(1)
    return f"{count} of {results.requests} calls: {status or 'no answer'}"


def _documented(operation: Operation, status: int) -> str:
    """The key of the document that a status belongs to; empty when there is none."""
    keys = (str(status), f"{status // 100}XX", "default") if status else ()
    return next((key for key in keys if key in operation.responses), "")


def _counts(parts: Iterable[Part], sent: set[str]) -> Counts:
    described = [*parts]
    optional = [part for part in described if not part.is_required]
    return Counts(
        described=len(described),
        seen=sum(str(part) in sent for part in described),
        optional=len(optional),
        optional_seen=sum(str(part) in sent for part in optional),
    )


def _statuses(operations: Iterable[OperationCoverage], start: str) -> Counts:
    """The documented statuses that begin with a digit, or all of them."""
    counts = [
        (
            sum(key.startswith(start) for key in operation.statuses_seen),
            sum(key.startswith(start) for key in operation.statuses_not_seen),
        )
        for operation in operations
    ]
    seen = sum(count for count, _ in counts)
    return Counts(described=seen + sum(count for _, count in counts), seen=seen)
