"""Since when nobody has answered: calls that reach nobody fail fast, and are no sign of a quick service."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from load.quantities import quantity

# A service that has not answered for this long (s) is gone.
GONE_S = 1.0


@dataclass(slots=True)
class Silence:
    """When the last answer came (s since the start), when the first call after it was sent that got no answer
    (None when there is none), and how many calls got no answer since.
    """

    last: float = 0.0
    since: float | None = None
    calls: int = 0

    def record_answer(self, at: float) -> None:
        """An answer has come: the silence is over."""
        self.last, self.since, self.calls = at, None, 0

    def record_unanswered(self, sent: float) -> None:
        """A call that was sent at a time has got no answer. It does not count if it was sent before the last
        answer came.
        """
        if sent >= self.last:
            self.since = sent if self.since is None else min(sent, self.since)
            self.calls += 1

    def length(self, now: float) -> float:
        """For how long (s) nobody has answered."""
        return 0.0 if self.since is None else now - self.since

    def __str__(self) -> str:
        if not self.last:
            return f"no answers at all: {quantity(self.calls, 'call')} got none"
        return f"no answers since {self.last:.1f} s: {quantity(self.calls, 'call')} got none"


@dataclass
class Silences:
    """That of this process, and of the others that call the same service, by their names."""

    own: Silence = field(default_factory=Silence)
    others: dict[str, Silence] = field(default_factory=dict)

    @property
    def combined(self) -> Silence:
        """Since when nobody has answered any process."""
        return combined([self.own, *self.others.values()])

    def is_gone(self, now: float) -> bool:
        """Whether nobody answers any more at a time (s since the start)."""
        return self.combined.length(now) > GONE_S


def combined(silences: Iterable[Silence]) -> Silence:
    """The silence of several processes that call the same service: an answer to one of them ends it."""
    called = [silence for silence in silences if silence.last or silence.calls]
    last = max((silence.last for silence in called), default=0.0)
    since = [silence.since for silence in called if silence.since is not None]
    if not called or len(since) < len(called):
        return Silence(last)
    return Silence(last, max(since), sum(silence.calls for silence in called))
