"""Creations that are repeated once, to prove that a service creates rather than finds."""

from collections import defaultdict
from dataclasses import dataclass, field

from load.calls.repetition import Repetition
from load.calls.response_checks import CONFLICT_STATUSES

# If so many repetitions of calls that had succeeded are refused, the service rejects duplicates instead of
# finding the first entity.
_REFUSALS_THAT_PROVE = 2


@dataclass
class _Trial:
    """The trial of one operation. Its next call makes the `repetition`, to prove that nothing is found by the
    values in `places`; `proven` are the places of which that is proven. After a refusal, a repetition is not
    sent until another call is refused as well or replaces it. Its refusal counts once (`is_counted`).
    """

    repetition: Repetition | None = None
    places: frozenset[str] = frozenset()
    proven: set[str] = field(default_factory=set)
    was_refused: bool = False
    is_counted: bool = False
    refusals: int = 0


class RepetitionTrials:
    """The trials of operations, by label."""

    def __init__(self) -> None:
        self._trials: defaultdict[str, _Trial] = defaultdict(_Trial)

    def is_pending(self, label: str) -> bool:
        """Whether an operation has yet to prove that it does not find existing entities."""
        return self._trials[label].repetition is not None

    def next(self, label: str) -> Repetition | None:
        """What the next call of an operation repeats; None when it repeats nothing."""
        trial = self._trials[label]
        return None if trial.was_refused else trial.repetition

    def is_due(self, label: str) -> bool:
        """Whether an operation has nothing to repeat, so that another call may be scheduled."""
        return self.next(label) is None

    def schedule(self, label: str, repetition: Repetition, places: frozenset[str]) -> None:
        """Have the next call of an operation repeat an earlier one, to prove that nothing is found by the
        values in these places.
        """
        trial = self._trials[label]
        trial.repetition, trial.places = repetition, places
        trial.was_refused = trial.is_counted = False

    def cancel(self, label: str) -> None:
        """Repeat nothing: there is proof already."""
        self._trials[label].repetition = None

    def record_refusal(self, label: str, status: int) -> None:
        """A repetition was answered with an error. Only statuses that reject what was sent count, and each
        repetition once.
        """
        trial = self._trials[label]
        trial.was_refused = True
        if status not in CONFLICT_STATUSES or trial.is_counted:
            return
        trial.is_counted = True
        trial.refusals += 1
        if trial.refusals >= _REFUSALS_THAT_PROVE:
            self.succeed(label)

    def allow(self, label: str) -> None:
        """Another call was refused as well, so the last refusal proves nothing: the repetition may be sent
        again.
        """
        self._trials[label].was_refused = False

    def succeed(self, label: str) -> None:
        """Take it as proven that the operation finds nothing by the shared values of its pending repetition,
        unless it says so.
        """
        trial = self._trials[label]
        if trial.repetition is not None:
            trial.repetition = None
            trial.proven |= trial.places

    def prove(self, label: str, places: frozenset[str]) -> None:
        """Two creations have proven that nothing is found by the values in these places."""
        self._trials[label].proven |= places

    def disprove(self, label: str, places: frozenset[str]) -> None:
        """Something was found by the values in some of these places."""
        self._trials[label].proven -= places

    def is_proven(self, label: str, places: frozenset[str]) -> bool:
        """Whether it is proven that an operation finds nothing by the values in any of these places."""
        return places <= self._trials[label].proven
