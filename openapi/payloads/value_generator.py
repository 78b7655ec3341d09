"""Generators of values, linked as their schemas are; recursive schemas make cycles of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from random import Random

from openapi.contract import Json
from openapi.payloads.tuning import DEEPEST, LARGEST_VALUE, REDRAWS

# Draws a value that stands at a depth, counted in the arrays and objects around it.
Draw = Callable[[int], Json]


class ValueGenerator(ABC):
    """Generates the values of one schema.

    `depth` is how many arrays and objects the shallowest value nests, and `size` how many values the smallest
    one consists of, itself included. Both are infinite until `compute_extents` has found such a value.
    `is_container` says whether values are arrays or objects.
    """

    depth: float = inf
    size: float = inf
    is_container = False

    @cached_property
    def draw(self) -> Draw:
        """The compiled function that draws a value. Read it only after `compute_extents`."""
        return self._compile()

    @property
    def has_values(self) -> bool:
        """Whether there is a value that is finite and not too large to be sent."""
        return self.depth < inf and self.size <= LARGEST_VALUE

    def update_extent(self) -> bool:
        """Lower depth and size to what those of other generators now allow. Returns whether they changed."""
        depth, size = self._minimum_depth(), self._minimum_size()
        is_lower = depth < self.depth or size < self.size
        self.depth, self.size = min(depth, self.depth), min(size, self.size)
        return is_lower

    @abstractmethod
    def _minimum_depth(self) -> float: ...

    @abstractmethod
    def _minimum_size(self) -> float: ...

    @abstractmethod
    def _compile(self) -> Draw: ...


@dataclass(eq=False)
class LeafGenerator(ValueGenerator):
    """Generates values that depend on no other generator."""

    source: Callable[[], Json]

    def _minimum_depth(self) -> float:
        return 0

    def _minimum_size(self) -> float:
        return 1

    def _compile(self) -> Draw:
        source = self.source
        return lambda _: source()


@dataclass(eq=False)
class DeferredGenerator(ValueGenerator):
    """Stands for a generator that is still being compiled when others refer to it. `reason` says why it could
    not be compiled; it is empty otherwise.
    """

    target: ValueGenerator | None = None
    reason: str = ""

    is_container = True

    def _minimum_depth(self) -> float:
        return self.target.depth if self.target else inf

    def _minimum_size(self) -> float:
        return self.target.size if self.target else inf

    def _compile(self) -> Draw:
        draws: list[Draw] = []

        def draw(depth: int) -> Json:
            if not draws:
                assert self.target is not None
                draws.append(self.target.draw)
            return draws[0](depth)

        return draw


@dataclass(eq=False)
class ChoiceGenerator(ValueGenerator):
    """Generates a value of one of several generators, by `weights`; deep down only of the shallowest ones."""

    generators: Sequence[ValueGenerator]
    random: Random
    weights: Sequence[int] | None = None

    def __post_init__(self) -> None:
        self.is_container = any(generator.is_container for generator in self.generators)

    def _minimum_depth(self) -> float:
        return min(generator.depth for generator in self.generators)

    def _minimum_size(self) -> float:
        return min(generator.size for generator in self.generators)

    def _compile(self) -> Draw:
        weights = self.weights or [1] * len(self.generators)
        possible = [pair for pair in zip(self.generators, weights, strict=True) if pair[0].has_values]
        if len(possible) == 1:
            return possible[0][0].draw
        least = min(generator.depth for generator, _ in possible)
        shallowest = [generator.draw for generator, _ in possible if generator.depth == least]
        weighted = [generator.draw for generator, weight in possible for _ in range(weight)]
        chance, size = self.random.random, len(weighted)

        def draw(depth: int) -> Json:
            if depth > DEEPEST:
                return shallowest[int(chance() * len(shallowest))](depth)
            return weighted[int(chance() * size)](depth)

        return draw


@dataclass(eq=False)
class CheckedGenerator(ValueGenerator):
    """Generates the values of another generator that are valid. After many that are not, it gives up and
    returns one of those.
    """

    source: ValueGenerator
    is_valid: Callable[[Json], bool]

    def __post_init__(self) -> None:
        self.is_container = self.source.is_container

    def _minimum_depth(self) -> float:
        return self.source.depth

    def _minimum_size(self) -> float:
        return self.source.size

    def _compile(self) -> Draw:
        draw_any, is_valid = self.source.draw, self.is_valid

        # Where none is ever valid, more draws would only take time; generators may be nested in others.
        patience = REDRAWS

        def draw(depth: int) -> Json:
            nonlocal patience
            for _ in range(max(patience, 1)):
                value = draw_any(depth)
                if is_valid(value):
                    patience = REDRAWS
                    break
                patience -= 1
            return value

        return draw


def compute_extents(generators: Sequence[ValueGenerator]) -> None:
    """Compute the depth and the size of every generator."""
    # Those compiled last come first, as others depend on them; every one is updated in each round.
    while sum(generator.update_extent() for generator in reversed(generators)):
        pass
