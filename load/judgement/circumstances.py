"""Under which circumstances a run was made, whatever its objectives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from load.judgement.backlog import Behind
from load.judgement.reasons import Figures, Reason, UnacceptedCalls
from load.measurements.results import Results
from load.measurements.run_records import ReasonKind
from load.quantities import times


@dataclass(frozen=True)
class Circumstances:
    """Why a run could not go on as planned, which is the service's doing (`failures`), and why it does not
    count (`doubts`).
    """

    failures: tuple[Reason, ...] = ()
    doubts: tuple[Reason, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether times and rates are incomplete, or not those of the service alone."""
        return any(reason.kind in (ReasonKind.GENERATOR, ReasonKind.MISSING) for reason in self.doubts)

    @property
    def is_gone(self) -> bool:
        """Whether nobody answered any more when the run ended."""
        return any(reason.kind is ReasonKind.GONE for reason in self.failures)


def circumstances(
    results: Results,
    incomplete: Iterable[str] = (),
    missing: Iterable[str] = (),
    backlog: Behind | None = None,
    cut_short: str = "",
) -> Circumstances:
    """Those of a run: why the service kept it from coming to its end (`incomplete`), which of its results are
    missing, by how much the service fell behind (`backlog`), and who else ended the run (`cut_short`).
    """
    is_gone = results.silences.is_gone(results.clock.length)
    # Calls to a service that is gone fail so fast that any generator is at its limit.
    busy = () if is_gone else limits(results)
    limited = (*_reasons(ReasonKind.GENERATOR, busy), *_reasons(ReasonKind.MISSING, missing))
    ended = (reason for reason in incomplete if reason not in results.unaccepted)
    return Circumstances(
        failures=(
            *_reasons(ReasonKind.ENDED, ended),
            # A service that is gone at the end was not good enough until then.
            *_reasons(ReasonKind.GONE, [results.silences.combined] if is_gone else []),
            *_reasons(ReasonKind.BEHIND, [backlog] if backlog and not limited else []),
        ),
        doubts=(
            *_reasons(ReasonKind.INTERRUPTED, [cut_short] if cut_short else []),
            *_reasons(ReasonKind.REFUSED, _unaccepted(results)),
            *_reasons(ReasonKind.HOOK, _broken_hooks(results)),
            *limited,
        ),
    )


def _broken_hooks(results: Results) -> Iterator[str]:
    """Which hooks of the user failed: what they should have checked or changed is not known to be right."""
    for text, count in results.broken_hooks.items():
        yield f"{text}, {times(count)}"


def limits(results: Results) -> Iterator[str]:
    """Why figures are not those of the service alone: the limits of the load's own processes."""
    many = len(results.generators) > 1
    for name, generator in results.generators.items():
        for limit in generator.limits():
            yield f"the load's generator{f' {name}' if many else ''} was at its limit: {limit}"


def _reasons(kind: ReasonKind, figures: Iterable[Figures]) -> Iterator[Reason]:
    """Reasons of a kind that are not about a single operation."""
    return (Reason(kind, figure) for figure in figures)


def _unaccepted(results: Results) -> Iterator[UnacceptedCalls]:
    """Why credentials are not accepted, as the first process that noticed it reports, and how many calls are
    not judged for that.
    """
    if results.unaccepted:
        first = min(results.unaccepted, key=lambda reason: results.unaccepted[reason].since)
        yield UnacceptedCalls(first, sum(unjudged.calls for unjudged in results.unaccepted.values()))
