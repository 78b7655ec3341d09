"""The generators of one compilation, linked with each other."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from openapi.payloads.tuning import GENERATORS
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.value_generator import ChoiceGenerator, ValueGenerator, compute_extents

Made = TypeVar("Made", bound=ValueGenerator)


class GeneratorGraph:
    """Collects generators until their extents can be computed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._generators: list[ValueGenerator] = []

    def add(self, generator: Made) -> Made:
        """Add a generator and return it. Raises Unbuildable when there are too many."""
        self._generators.append(generator)
        if len(self._generators) > GENERATORS:
            raise Unbuildable("its schemas are too many to compile")
        return generator

    def choice(
        self, generators: Sequence[ValueGenerator], weights: Sequence[int] | None = None
    ) -> ValueGenerator:
        """A generator of the values of several others; a single one is returned as it is."""
        if len(generators) == 1:
            return generators[0]
        return self.add(ChoiceGenerator(generators, self._random, weights))

    def complete(self) -> None:
        """Compute the extents of all generators, which can be drawn from then."""
        compute_extents(self._generators)
        self._generators.clear()
