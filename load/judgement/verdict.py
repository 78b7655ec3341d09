"""The verdict on a run: whether it counts, and whether the service is good enough."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from load.judgement.backlog import Behind
from load.judgement.objectives import ALL, ERROR_RATE, Objective, Outcome, outcomes
from load.measurements.findings import Fault
from load.measurements.results import Results
from load.measurements.run_records import Kind, Reason
from load.quantities import quantity

REFUSED_AT_MOST = 0.5
# What may be by design, for all that document and answers say.
_FOR_PEOPLE = frozenset({Fault.REFUSED, Fault.DROPPED, Fault.FORBIDDEN, Fault.THROTTLED})
_OF_ERROR_RATE = frozenset({Fault.SERVER_ERROR, Fault.NETWORK, *_FOR_PEOPLE})


@dataclass(frozen=True)
class Verdict:
    """The judgement of a run: objectives with what was measured, why it did not pass, and why its figures
    are not the service's alone, or not whole, so that they do not count. `notes` tell what it leaves open.
    """

    outcomes: tuple[Outcome, ...]
    reasons: tuple[Reason, ...]
    invalid: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()

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
        return [each for each in self.outcomes if each.objective.label == label]


@dataclass(frozen=True)
class Circumstances:
    """What is known of a run whatever its objectives: why it could not go on as it was meant to, which is the
    service's doing, and why it does not count.
    """

    failures: tuple[Reason, ...] = ()
    doubts: tuple[Reason, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether times and rates are not the service's alone, or not whole."""
        return any(each.kind in (Kind.GENERATOR, Kind.MISSING) for each in self.doubts)

    @property
    def is_gone(self) -> bool:
        """Whether nobody answered any more when the run ended."""
        return any(each.kind is Kind.GONE for each in self.failures)


def circumstances(
    results: Results,
    incomplete: Iterable[str] = (),
    missing: Iterable[str] = (),
    left: Behind | None = None,
    cut_short: str = "",
) -> Circumstances:
    """Those of a run: `incomplete` tells why the service kept it from coming to its end, `missing` which
    parts of its results are not there, `left` by how much the service fell behind, and `cut_short` who else
    ended the run.
    """
    # Whoever calls where nobody is any more is as fast as can be.
    busy = () if results.is_gone else limits(results)
    limited = (*_all(Kind.GENERATOR, busy), *_all(Kind.MISSING, missing))
    return Circumstances(
        failures=(
            *_all(Kind.ENDED, (each for each in incomplete if each not in results.unaccepted)),
            # A service that is not there any more has not done well until then.
            *_all(Kind.GONE, [str(results.nobody)] if results.is_gone else []),
            *_all(Kind.BEHIND, [str(left)] if left and not limited else []),
        ),
        doubts=(
            *_all(Kind.INTERRUPTED, filter(None, [cut_short])),
            *_all(Kind.REFUSED, filter(None, [_unaccepted(results)])),
            *limited,
        ),
    )


def judge(objectives: Iterable[Objective], results: Results, known: Circumstances | None = None) -> Verdict:
    """The verdict on a run, of which more may be `known` than its results."""
    known = known or circumstances(results)
    held = outcomes(objectives, results)
    # Times and rates that are not the service's alone say nothing of its objectives.
    doubted = [
        each for each in held if each.is_broken and known.is_limited and each.objective.measure != ERROR_RATE
    ]
    return Verdict(
        held,
        (*known.failures, *_failures(held, doubted, results, known.is_gone)),
        (
            *known.doubts,
            *_all(Kind.THROTTLED, _throttled(results)),
            *_all(Kind.FORBIDDEN, _forbidden(results)),
            *_all(Kind.UNREAD, _unread(results)),
            *_unjudged(held),
            *(_of_objective(each, f"{each.told}, which such a run cannot tell") for each in doubted),
        ),
        tuple(str(each) for each in held if not each.is_judged),
    )


def _failures(
    held: Iterable[Outcome], doubted: Collection[Outcome], results: Results, is_gone: bool
) -> Iterator[Reason]:
    """Why the service is not good enough."""
    yield from _all(Kind.EMPTY, _empty(results))
    for each in held:
        # Where nobody answers any more, calls without an answer are told once.
        is_known = is_gone and not each.objective.is_asked and _only_unanswered(each, results)
        if each.is_broken and each not in doubted and not is_known:
            yield _of_objective(each, each.told)
    excused = promised_errors(each.objective for each in held)
    yield from _faults(results, excused, frozenset({Fault.NETWORK} if is_gone else ()))


def _all(kind: Kind, texts: Iterable[str]) -> Iterator[Reason]:
    """Reasons of a kind that are of no one operation."""
    return (Reason(kind=kind, operation="", told=each) for each in texts)


def _of_objective(outcome: Outcome, text: str) -> Reason:
    return Reason(kind=Kind.OBJECTIVE, operation=outcome.objective.label, told=text)


def _unaccepted(results: Results) -> str:
    """Why credentials are not accepted, as the first process that saw it reports, and how many calls are not
    judged for that; empty when they are accepted.
    """
    if not results.unaccepted:
        return ""
    first = min(results.unaccepted, key=lambda reason: results.unaccepted[reason][0])
    count = sum(refused for _, refused in results.unaccepted.values())
    return f"{first}; {quantity(count, 'call')} since then {'is' if count == 1 else 'are'} not judged"


def _throttled(results: Results) -> Iterator[str]:
    """A service may ask for fewer calls; a run that it mostly put off has measured that alone, and one in
    which it did nothing for a while says little of the rest.
    """
    throttling = results.throttling
    if throttling and throttling.unavailable:
        yield str(throttling)
    elif throttling and throttling.throttled > throttling.calls * REFUSED_AT_MOST:
        yield f"{throttling}: too many to say how the service does"


def _unjudged(held: Sequence[Outcome]) -> Iterator[Reason]:
    """What was asked for and has no answer: an objective without any call, or all of them with too few."""
    asked = [each for each in held if each.objective.is_asked]
    yield from (_of_objective(each, each.told) for each in asked if each.figure is None)
    if asked and not any(each.is_judged for each in asked) and any(each.figure is not None for each in asked):
        text = f"none of the objectives that were asked for could be judged: {asked[0]}"
        yield Reason(kind=Kind.UNJUDGED, operation="", told=text)


def _empty(results: Results) -> Iterator[str]:
    """Refusals alone are for people to judge; a run that saw little else has judged nothing."""
    calls, refused = _counted(results, Fault.REFUSED)
    if not calls:
        yield "no call was made"
    elif refused > calls * REFUSED_AT_MOST:
        yield f"{refused} of {calls} calls were refused although valid: too many to say how the service does"


def _forbidden(results: Results) -> Iterator[str]:
    """A run whose credentials allow next to nothing has measured that alone."""
    calls, forbidden = _counted(results, Fault.FORBIDDEN)
    if forbidden > calls * REFUSED_AT_MOST:
        yield (
            f"{forbidden} of {calls} calls were answered 401 or 403: the credentials that were given do not "
            f"allow enough to say how the service does"
        )


def _counted(results: Results, fault: Fault) -> tuple[int, int]:
    """How many calls there were, and how many of them had this fault."""
    found = [finding for each in results.operations.values() for finding in each.findings.items()]
    calls = sum(each.requests for each in results.operations.values())
    return calls, sum(count for finding, count in found if finding.fault is fault)


def promised_errors(objectives: Iterable[Objective]) -> frozenset[str]:
    """The operations of which so many errors are allowed that an objective says."""
    return frozenset(each.label for each in objectives if each.measure == ERROR_RATE)


def tolerated(label: str, promised: Collection[str]) -> frozenset[Fault]:
    """The faults of an operation that do not fail a run by themselves. Without a promise about errors, only
    refusals are left for people to judge.
    """
    is_promised = label in promised or ALL in promised
    return _OF_ERROR_RATE if is_promised else _FOR_PEOPLE


def _only_unanswered(outcome: Outcome, results: Results) -> bool:
    """Whether an error rate is that of calls without an answer alone."""
    of = results.operations.get(outcome.objective.label)
    if of is None or outcome.objective.measure != ERROR_RATE:
        return False
    return of.failures == sum(count for each, count in of.findings.items() if each.fault is Fault.NETWORK)


def _faults(results: Results, promised: Collection[str], told: Collection[Fault]) -> Iterator[Reason]:
    """Faults by operation, but for those that are told already."""
    for label, each in results.operations.items():
        faults = Counter[Fault]()
        for finding, count in each.findings.items():
            faults[finding.fault] += count
        left = tolerated(label, promised)
        for fault, count in faults.items():
            if fault not in left and fault not in told:
                yield Reason(kind=Kind.FAULT, operation=label, told=f"{fault}, {count} times")


def _unread(results: Results) -> Iterator[str]:
    for text, count in results.account.untraced.items():
        yield f"{text}, {count} times: it is lost, or to be found otherwise"
    if results.account.unread:
        count = results.account.unread
        yield f"{count} things that were written were not read back, for want of an answer or of time"
    if results.account.unreadable:
        yield f"{results.account.unreadable} things that were written were neither shown nor missing"
    if results.account.untold:
        yield f"of {results.account.untold} things that were written nothing says whether they are there"


def limits(results: Results) -> Iterator[str]:
    """Why what was measured is not the service's alone."""
    many = len(results.generators) > 1
    for name, seen in results.generators.items():
        for limit in seen.limits():
            yield f"the load's generator{f' {name}' if many else ''} was at its limit: {limit}"
