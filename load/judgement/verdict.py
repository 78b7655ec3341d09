"""The verdict on a run: whether it counts, and whether the service is good enough."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from load.judgement.circumstances import Circumstances, circumstances
from load.judgement.objectives import ALL, ERROR_RATE, Objective
from load.judgement.outcomes import Outcome, outcomes
from load.judgement.reasons import (
    FaultCount,
    ForbiddenCalls,
    NoneJudged,
    ObjectiveMissed,
    Reason,
    RefusedCalls,
    ThrottledCalls,
    UnreadEntities,
    UntracedCreations,
)
from load.measurements.findings import Fault
from load.measurements.results import Results
from load.measurements.run_records import ReasonKind
from load.measurements.throttling import throttling_of

# With a larger share of calls that are refused, forbidden or put off, a run says nothing about the service.
REFUSED_AT_MOST = 0.5
# What may be by design, as far as document and answers show: people decide.
_MAY_BE_BY_DESIGN = frozenset({Fault.REFUSED, Fault.DROPPED, Fault.FORBIDDEN, Fault.THROTTLED})
_OF_ERROR_RATE = frozenset({Fault.SERVER_ERROR, Fault.NETWORK, *_MAY_BE_BY_DESIGN})


@dataclass(frozen=True)
class Verdict:
    """The judgement of a run: objectives with what was measured, why it failed (`reasons`), and why its
    figures are incomplete or not those of the service alone, so that the run does not count (`invalid`).
    `notes` say which objectives were not judged. `to_judge` counts the findings that people judge, as they
    change nothing here.
    """

    outcomes: tuple[Outcome, ...]
    reasons: tuple[Reason, ...]
    invalid: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    to_judge: int = 0

    @property
    def passed(self) -> bool:
        """Whether every objective holds, nothing broke the contract, and the run counts."""
        return not self.reasons and not self.invalid

    @property
    def word(self) -> str:
        """PASSED, FAILED, or INVALID for a run that did not fail, but does not count."""
        if self.reasons:
            return "FAILED"
        return "INVALID" if self.invalid else "PASSED"

    def of(self, label: str) -> list[Outcome]:
        """The outcomes of one operation, or of all together."""
        return [outcome for outcome in self.outcomes if outcome.objective.label == label]


def judge(
    objectives: Iterable[Objective], results: Results, conditions: Circumstances | None = None
) -> Verdict:
    """The verdict on a run, under the conditions that it was made, or those that its results show."""
    conditions = conditions or circumstances(results)
    judged = outcomes(objectives, results)
    # Times and rates that are not those of the service alone say nothing about its objectives.
    doubted = [
        outcome
        for outcome in judged
        if outcome.is_broken and conditions.is_limited and outcome.objective.measure != ERROR_RATE
    ]
    return Verdict(
        judged,
        (*conditions.failures, *_failures(judged, doubted, results, conditions.is_gone)),
        (
            *conditions.doubts,
            *_throttled(results),
            *_forbidden(results),
            *_unread(results),
            *_unjudged(judged),
            *(_missed(outcome, in_doubt=True) for outcome in doubted),
        ),
        tuple(str(outcome) for outcome in judged if not outcome.is_judged),
        _to_judge(results, promised_errors(outcome.objective for outcome in judged)),
    )


def _failures(
    judged: Iterable[Outcome], doubted: Collection[Outcome], results: Results, is_gone: bool
) -> Iterator[Reason]:
    """Why the service is not good enough."""
    yield from _refused(results)
    for outcome in judged:
        # When the service is gone, that is the reason: calls without an answer are not reported once more.
        is_reported = is_gone and not outcome.objective.is_requested and _only_unanswered(outcome, results)
        if outcome.is_broken and outcome not in doubted and not is_reported:
            yield _missed(outcome)
    excused = promised_errors(outcome.objective for outcome in judged)
    yield from _faults(results, excused, frozenset({Fault.NETWORK} if is_gone else ()))


def _missed(outcome: Outcome, in_doubt: bool = False) -> Reason:
    return Reason(ReasonKind.OBJECTIVE, ObjectiveMissed(outcome, in_doubt), outcome.objective.label)


def _throttled(results: Results) -> Iterator[Reason]:
    """A service may ask for fewer calls. A run of which it put off most calls has measured only that, and one
    in which it was unavailable for a time says little about the rest.
    """
    throttling = throttling_of(results)
    if throttling and (throttling.unavailable or throttling.throttled > throttling.calls * REFUSED_AT_MOST):
        yield Reason(ReasonKind.THROTTLED, ThrottledCalls(throttling))


def _unjudged(judged: Sequence[Outcome]) -> Iterator[Reason]:
    """Requested objectives that have no answer: one without any call, or all of them with too few."""
    requested = [outcome for outcome in judged if outcome.objective.is_requested]
    yield from (_missed(outcome) for outcome in requested if outcome.figure is None)
    have_calls = any(outcome.figure is not None for outcome in requested)
    if have_calls and not any(outcome.is_judged for outcome in requested):
        yield Reason(ReasonKind.UNJUDGED, NoneJudged(requested[0]))


def _refused(results: Results) -> Iterator[Reason]:
    """Some refusals are for people to judge. A run with little else has judged nothing."""
    calls, refused = _counted(results, Fault.REFUSED)
    if not calls or refused > calls * REFUSED_AT_MOST:
        yield Reason(ReasonKind.EMPTY, RefusedCalls(refused, calls))


def _forbidden(results: Results) -> Iterator[Reason]:
    """A run whose credentials allow hardly any call has measured only that."""
    calls, forbidden = _counted(results, Fault.FORBIDDEN)
    if forbidden > calls * REFUSED_AT_MOST:
        yield Reason(ReasonKind.FORBIDDEN, ForbiddenCalls(forbidden, calls))


def _counted(results: Results, fault: Fault) -> tuple[int, int]:
    """How many calls there were, and how many findings of this fault."""
    operations = results.operations.values()
    calls = sum(operation.requests for operation in operations)
    return calls, sum(operation.findings.faults[fault] for operation in operations)


def promised_errors(objectives: Iterable[Objective]) -> frozenset[str]:
    """The operations that may have as many errors as an objective allows."""
    return frozenset(objective.label for objective in objectives if objective.measure == ERROR_RATE)


def tolerated(label: str, promised: Collection[str]) -> frozenset[Fault]:
    """The faults of an operation that do not fail a run by themselves: what may be by design, and with an
    objective for the error rate, errors, too.
    """
    is_promised = label in promised or ALL in promised
    return _OF_ERROR_RATE if is_promised else _MAY_BE_BY_DESIGN


def _only_unanswered(outcome: Outcome, results: Results) -> bool:
    """Whether an error rate is that of calls without an answer alone."""
    operation = results.operations.get(outcome.objective.label)
    if operation is None or outcome.objective.measure != ERROR_RATE:
        return False
    return operation.failures == operation.findings.faults[Fault.NETWORK]


def _faults(results: Results, promised: Collection[str], reported: Collection[Fault]) -> Iterator[Reason]:
    """Faults by operation, except those that are reported already."""
    for label, operation in results.operations.items():
        excused = tolerated(label, promised)
        for fault, count in operation.findings.faults.items():
            if fault not in excused and fault not in reported:
                yield Reason(ReasonKind.FAULT, FaultCount(fault, count), label)


def _to_judge(results: Results, promised: Collection[str]) -> int:
    """How many findings do not fail a run. Calls of several operations that got no answer for the same reason
    are one finding.
    """
    return len(
        {
            ("" if finding.fault is Fault.NETWORK else label, finding)
            for label, operation in results.operations.items()
            for finding in operation.findings
            if finding.fault in tolerated(label, promised)
        }
    )


def _unread(results: Results) -> Iterator[Reason]:
    """What was written and is not known to be there."""
    account = results.account
    for text, count in account.untraced.items():
        yield Reason(ReasonKind.UNREAD, UntracedCreations(text, count))
    for count, why in (
        (account.unread, "not read back: there was no answer, or no time"),
        (account.unreadable, "neither shown nor missing when read back"),
        (account.unknown, "not known to be there"),
    ):
        if count:
            yield Reason(ReasonKind.UNREAD, UnreadEntities(count, why))
