"""How long a search among the alternatives of schemas may go on."""

from dataclasses import dataclass


@dataclass
class SearchBudget:
    """The steps that a search may still take. A search within another one takes its steps from both."""

    steps: int
    outer: "SearchBudget | None" = None

    @property
    def is_exhausted(self) -> bool:
        """Whether the search has stopped before its end."""
        return self.steps < 0 or (self.outer is not None and self.outer.is_exhausted)

    def spend(self) -> bool:
        """Take one step. Returns whether it was left."""
        self.steps -= 1
        if self.outer is not None and not self.outer.spend():
            return False
        return self.steps >= 0
