"""The clocks by which a service says when it created something, such as that of its database."""

from dataclasses import dataclass

# Times of creation that lag behind their calls by the same time (within s), so many in a row and over so long
# (s), are those of a clock that is slow: entities that were found instead would not be created at the pace of
# the calls.
_STEADY_S = 2.0
_IN_A_ROW = 3
_OVER_S = 5.0


@dataclass
class _Lag:
    """A time (s) that answers lag behind, since when (s), and how many in a row."""

    lag: float
    since: float
    count: int = 1
    is_known: bool = False


class CreationClocks:
    """How far the times of creation lag behind the calls, by the label of the operation."""

    def __init__(self) -> None:
        self._lags: dict[str, _Lag] = {}

    def is_older(self, label: str, lag: float, at: float) -> bool:
        """Whether an entity is older than the call that was answered with it at a time (s). By its time of
        creation, it is older by `lag` (s); a lag that is always the same is that of the clock.
        """
        if lag <= 0:
            return False
        known = self._lags.get(label)
        if known is None or (not known.is_known and abs(lag - known.lag) > _STEADY_S):
            self._lags[label] = _Lag(lag, at)
            return True
        if known.is_known:
            return lag > known.lag + _STEADY_S
        known.count += 1
        known.is_known = known.count >= _IN_A_ROW and at - known.since >= _OVER_S
        return not known.is_known
