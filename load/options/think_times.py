"""How long a user thinks after a call."""

from collections.abc import Mapping
from math import log
from random import Random

from load.options.scenario import Thinking, ThinkTime

# So many parts of the distribution come once each, in random order, before one comes again: few times are
# enough for their mean to be what was asked for.
_PARTS = 64


class ThinkTimes:
    """The think times of one process's users: `default`, or another after some operations, by label."""

    def __init__(self, default: Thinking, by_label: Mapping[str, Thinking], random: Random) -> None:
        self._default = _Drawn(default, random)
        self._by_label = {label: _Drawn(thinking, random) for label, thinking in by_label.items()}

    @property
    def is_none(self) -> bool:
        """Whether users never think."""
        return not any(drawn.is_possible for drawn in (self._default, *self._by_label.values()))

    def after(self, label: str) -> float:
        """How long (s) a user thinks after a call of an operation."""
        return self._by_label.get(label, self._default).next()


class _Drawn:
    """Times of one distribution."""

    def __init__(self, thinking: Thinking, random: Random) -> None:
        self._thinking, self._random = thinking, random
        self._parts: list[int] = []

    @property
    def is_possible(self) -> bool:
        """Whether any time is above 0."""
        return self._thinking not in (0, ThinkTime(between=(0, 0)))

    def next(self) -> float:
        if not isinstance(self._thinking, ThinkTime):
            return float(self._thinking)
        if not self._parts:
            self._parts = self._random.sample(range(_PARTS), _PARTS)
        quantile = (self._parts.pop() + self._random.random()) / _PARTS
        if self._thinking.between:
            shortest, longest = self._thinking.between
            return shortest + (longest - shortest) * quantile
        return -(self._thinking.exponential or 0.0) * log(1 - quantile)
