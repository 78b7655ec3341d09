"""Findings, and operations without success, as people read them."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from load.measurements.findings import Fault, FindingRecord
from load.measurements.results_file import RunRecord
from load.measurements.run_records import OperationRecord
from load.quantities import times


def findings(operations: Mapping[str, OperationRecord]) -> Iterator[tuple[str, list[str]]]:
    """Each finding as a heading with lines that describe its first occurrence.

    Calls that got no answer for the same reason are one finding, whichever operations they belong to.
    """
    common = _common_network_faults(operations)
    for message, shared in common.items():
        count = sum(finding.count for finding in shared)
        yield f"{message}, {times(count)}, in {len(shared)} operations", [*_described(shared[0])]
    for label, operation in operations.items():
        for finding in operation.findings:
            if finding.message not in common:
                share = _share(finding, operation)
                yield f"{label}: {finding.message}, {times(finding.count)}{share}", [*_described(finding)]


def without_success(run: RunRecord) -> Iterator[str]:
    """The operations that were never answered with a 2xx, each with the reason."""
    for label, operation in run.operations.items():
        if not any(_is_success(status) for status in operation.statuses):
            answers = ", ".join(
                f"{'no answer' if status == '0' else status} ({times(count)})"
                for status, count in sorted(operation.statuses.items(), key=lambda item: -item[1])
            )
            yield f"{label}: {run.uncovered.get(label) or answers or 'there was nothing to call it with'}"
    for label, reason in run.uncovered.items():
        if label not in run.operations:
            yield f"{label}: {reason}"


def _common_network_faults(operations: Mapping[str, OperationRecord]) -> Mapping[str, list[FindingRecord]]:
    """The network faults that several operations share, by message."""
    by_message: dict[str, list[FindingRecord]] = {}
    for operation in operations.values():
        for finding in operation.findings:
            if finding.fault == Fault.NETWORK:
                by_message.setdefault(finding.message, []).append(finding)
    return {message: shared for message, shared in by_message.items() if len(shared) > 1}


def _share(finding: FindingRecord, operation: OperationRecord) -> str:
    # What is not as acknowledged is counted by entities, and calls of other operations may reveal it.
    if not operation.requests or finding.fault == Fault.NOT_AS_ACKNOWLEDGED:
        return ""
    return f", {finding.count / operation.requests:.1%} of its calls"


def _described(finding: FindingRecord) -> Iterator[str]:
    """What was expected and found the first time, the answer, and the call."""
    if finding.expected or finding.found:
        yield f"expected {finding.expected or 'nothing'}, found {finding.found or 'nothing'}"
    elif finding.detail:
        yield " ".join(finding.detail.split())
    if finding.answer:
        yield f"answered {finding.answer}"
    if finding.sample:
        yield finding.sample


def _is_success(status: str) -> bool:
    return HTTPStatus.OK <= int(status) < HTTPStatus.MULTIPLE_CHOICES
