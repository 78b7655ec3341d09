"""Operations that keep failing are tried only now and then, so that others get their turns."""

from collections import Counter
from random import Random

# After so many failures in a row, an operation is passed over, except for this share of its turns.
_PATIENCE = 20
_RETRIED = 0.05


class FailureStreaks:
    """How often each operation has failed in a row, by its label."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures: Counter[str] = Counter()

    def record(self, label: str, succeeded: bool) -> None:
        """Count a call of an operation. A success ends its streak."""
        self._failures[label] = 0 if succeeded else self._failures[label] + 1

    def passes_over(self, label: str) -> bool:
        """Whether to pass over an operation this time, because it keeps failing; decided at random."""
        return self._failures[label] > _PATIENCE and self._random.random() > _RETRIED
