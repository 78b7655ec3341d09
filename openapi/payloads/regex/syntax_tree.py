"""The syntax tree of a regular expression."""

from dataclasses import dataclass

from openapi.payloads.regex.characters import Ranges


@dataclass(frozen=True)
class Node:
    """A node of the tree; `kind` is characters, sequence, choice, repeat, begin, end, boundary, look,
    reference, which stands for a group that is matched again, or prefix, for any text before the expression.
    """

    kind: str
    parts: tuple["Node", ...] = ()
    ranges: Ranges = ()
    least: int = 0
    most: int | None = None
    negated: bool = False
    behind: bool = False

    def contains(self, *kinds: str) -> bool:
        """Whether this node or one below is of these kinds; `behind` is a look-behind or a boundary."""
        is_behind = self.kind == "boundary" or (self.kind == "look" and self.behind)
        kind = "behind" if is_behind else self.kind
        return kind in kinds or any(part.contains(*kinds) for part in self.parts)

    @property
    def items(self) -> tuple["Node", ...]:
        """The nodes of a sequence in a row; any other node alone."""
        return self.parts if self.kind == "sequence" else (self,)
