"""The order in which the branches of a choice are tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Branch = TypeVar("Branch")


@dataclass(frozen=True)
class BranchOrder:
    """Begins every choice with the branch of this number. When `combined`, the branch of a choice changes
    only when the choices before it have been through all of theirs, which visits all combinations.
    """

    number: int
    combined: bool = False

    def apply(self, branches: Sequence[Branch], combinations: int) -> list[Branch]:
        """The branches, beginning with the one whose turn it is. `combinations` is the number of combinations
        of the choices before.
        """
        number = self.number // combinations if self.combined else self.number
        first = number % len(branches) if branches else 0
        return [*branches[first:], *branches[:first]]


FIRST = BranchOrder(0)
