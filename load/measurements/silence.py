"""Since when nobody answers: calls that find nobody are no sign of a quick service."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class Silence:
    """When the last answer came, when the first call was sent after it that got none (s since the start; None
    when there is no such call), and how many those calls are.
    """

    last: float = 0.0
    since: float | None = None
    calls: int = 0

    def heard(self, at: float) -> None:
        """An answer has come."""
        self.last, self.since, self.calls = at, None, 0

    def missed(self, sent: float) -> None:
        """A call that was sent at a time has got no answer. One sent before the last answer tells nothing."""
        if sent >= self.last:
            self.since = sent if self.since is None else min(sent, self.since)
            self.calls += 1

    def lasts(self, now: float) -> float:
        """For how long (s) nobody has answered."""
        return 0.0 if self.since is None else now - self.since

    def __str__(self) -> str:
        """For people."""
        if not self.last:
            return f"nobody has answered at all: {self.calls} calls got no answer"
        return f"nobody has answered since {self.last:.1f} s: {self.calls} calls got no answer"


def together(parts: Iterable[Silence]) -> Silence:
    """That of processes that call the same service: one that gets answers ends the silence of all."""
    known = [each for each in parts if each.last or each.calls]
    last = max((each.last for each in known), default=0.0)
    since = [each.since for each in known if each.since is not None]
    if not known or len(since) < len(known):
        return Silence(last)
    return Silence(last, max(since), sum(each.calls for each in known))
