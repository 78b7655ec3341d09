"""Arrays: items drawn until there are as many, and as many different ones, as there must be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from random import Random

from openapi.contract import Json
from openapi.payloads.json_values import equality_key
from openapi.payloads.tuning import DEEPEST, EXTRA_ITEMS, REDRAWS
from openapi.payloads.value_generator import Draw, ValueGenerator


@dataclass(eq=False)
class ArrayGenerator(ValueGenerator):
    """Generates arrays of `least` to `most` items: `first` are the generators of the first items
    (`prefixItems`) and `rest` is that of others. Where `distinct`, no two items are equal.
    """

    first: Sequence[ValueGenerator]
    rest: ValueGenerator | None
    least: int
    most: int | None
    distinct: bool
    random: Random

    is_container = True

    def _minimum_depth(self) -> float:
        needed = [*self.first[: self.least]]
        if self.rest and self.least > len(needed):
            needed.append(self.rest)
        return 1 + max((generator.depth for generator in needed), default=0)

    def _minimum_size(self) -> float:
        others = self.least - len(self.first)
        size = 1 + sum(generator.size for generator in self.first[: self.least])
        return size + (others * self.rest.size if self.rest and others > 0 else 0)

    def _compile(self) -> Draw:
        first = [generator.draw for generator in _before_first_endless(self.first)]
        rest = self.rest.draw if self.rest and self.rest.has_values else None
        least, most = self.least, self._most(len(first), rest)
        between, distinct = self.random.randint, self.distinct
        if not first and not distinct and rest is not None:

            def draw_uniform(depth: int) -> list[Json]:
                size = between(least, most if depth < DEEPEST else least)
                return [rest(depth + 1) for _ in range(size)]

            return draw_uniform

        def draw(depth: int) -> list[Json]:
            size = between(least, most if depth < DEEPEST else least)
            items = [draw_item(depth + 1) for draw_item in first[:size]]
            while rest is not None and len(items) < size:
                items.append(rest(depth + 1))
            return self._distinct(items, first, rest, depth) if distinct else items

        return draw

    def _most(self, first: int, rest: Draw | None) -> int:
        most = max(self.least, first) + (EXTRA_ITEMS if rest else 0)
        if rest is None:
            most = first
        return max(self.least, most if self.most is None else min(self.most, most))

    def _distinct(
        self, items: list[Json], sources: Sequence[Draw], rest: Draw | None, depth: int
    ) -> list[Json]:
        """The items with repeated ones drawn again, or left out where that finds no other value."""
        distinct: dict[object, Json] = {}
        for index, item in enumerate(items):
            redraw = sources[index] if index < len(sources) else rest
            drawn = item
            for _ in range(REDRAWS):
                if equality_key(drawn) not in distinct or redraw is None:
                    break
                drawn = redraw(depth + 1)
            if equality_key(drawn) in distinct and index < len(sources):
                break
            distinct.setdefault(equality_key(drawn), drawn)
        spare = self._spare_items if len(distinct) < self.least else ()
        for item in spare:
            if len(distinct) < self.least:
                distinct.setdefault(equality_key(item), item)
        return [*distinct.values()]

    @cached_property
    def _spare_items(self) -> Sequence[Json]:
        """Items that differ, for when a few draws do not produce enough of them."""
        if self.rest is None or self.rest.depth == inf:
            return ()
        items: dict[object, Json] = {}
        for _ in range(REDRAWS * (self.least + 1)):
            item = self.rest.draw(DEEPEST)
            items.setdefault(equality_key(item), item)
        return [*items.values()]


@dataclass(eq=False)
class RepeatingArrays(ValueGenerator):
    """Generates the arrays of another generator with the last item equal to the one before. That may break a
    rule of its own position.
    """

    source: ValueGenerator

    is_container = True

    def _minimum_depth(self) -> float:
        self.source.update_extent()
        return self.source.depth

    def _minimum_size(self) -> float:
        return self.source.size

    def _compile(self) -> Draw:
        draw_items = self.source.draw

        def draw(depth: int) -> list[Json]:
            items: list[Json] = draw_items(depth)
            return [*items[:-1], *items[-2:-1]]

        return draw


def _before_first_endless(generators: Iterable[ValueGenerator]) -> list[ValueGenerator]:
    """The generators before the first one that has no values of finite depth."""
    finite: list[ValueGenerator] = []
    for generator in generators:
        if generator.depth == inf:
            break
        finite.append(generator)
    return finite
