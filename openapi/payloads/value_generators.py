"""What generators are made of: parts that draw values, each knowing how deep its shortest value is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from random import Random

from openapi.contract import Json
from openapi.payloads.tuning import DEEPEST

Draw = Callable[[int], Json]


class Shape(ABC):
    """A generator in the making. `depth` is how many containers its shortest value nests, infinite
    until it is known to have one; `contains` tells whether values hold others.
    """

    depth: float = inf
    contains = False

    @cached_property
    def draw(self) -> Draw:
        """The generator, called with the depth at which the value stands; made once depths are known."""
        return self._compiled()

    def settled(self) -> bool:
        """Whether the depth is the least that those of the parts allow; it is afterwards."""
        depth = self._measured()
        settled = depth >= self.depth
        self.depth = min(depth, self.depth)
        return settled

    @abstractmethod
    def _measured(self) -> float: ...

    @abstractmethod
    def _compiled(self) -> Draw: ...


@dataclass(eq=False)
class Leaf(Shape):
    """A value that holds no others."""

    source: Callable[[], Json]

    def _measured(self) -> float:
        return 0

    def _compiled(self) -> Draw:
        source = self.source
        return lambda _: source()


@dataclass(eq=False)
class Later(Shape):
    """A shape that is still being made when others already refer to it."""

    target: Shape | None = None
    reason: str = ""

    contains = True

    def _measured(self) -> float:
        return self.target.depth if self.target else inf

    def _compiled(self) -> Draw:
        cell: list[Draw] = []

        def draw(depth: int) -> Json:
            if not cell:
                assert self.target is not None
                cell.append(self.target.draw)
            return cell[0](depth)

        return draw


@dataclass(eq=False)
class Choice(Shape):
    """One shape of several; deep down only those that end soonest."""

    shapes: Sequence[Shape]
    random: Random
    weights: Sequence[int] | None = None

    def __post_init__(self) -> None:
        self.contains = any(each.contains for each in self.shapes)

    def _measured(self) -> float:
        return min(each.depth for each in self.shapes)

    def _compiled(self) -> Draw:
        possible = [index for index, each in enumerate(self.shapes) if each.depth < inf]
        draws = [self.shapes[index].draw for index in possible]
        if len(draws) == 1:
            return draws[0]
        least = min(self.shapes[index].depth for index in possible)
        soonest = [self.shapes[index].draw for index in possible if self.shapes[index].depth == least]
        weights = [self.weights[index] if self.weights else 1 for index in possible]
        slots = [draw for draw, weight in zip(draws, weights, strict=True) for _ in range(weight)]
        chance, size = self.random.random, len(slots)

        def draw(depth: int) -> Json:
            if depth > DEEPEST:
                return soonest[int(chance() * len(soonest))](depth)
            return slots[int(chance() * size)](depth)

        return draw


def settle(shapes: Sequence[Shape]) -> None:
    """Find the depth of every shape."""
    while sum(not each.settled() for each in reversed(shapes)):
        pass
