"""Arrays some of whose items are counted: which of them satisfy `contains`, and which do not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from random import Random

from openapi.contract import Json
from openapi.payloads.constraints import Constraints
from openapi.payloads.json_values import equality_key
from openapi.payloads.search_budget import SearchBudget
from openapi.payloads.tuning import DEEPEST, EXTRA_ITEMS, LAYOUT_STEPS, LAYOUTS, REDRAWS
from openapi.payloads.value_generator import Draw, ValueGenerator

# The generators of all items of an array, in their order.
Layout = Sequence[ValueGenerator]
# The generators that an item can have at a position; each with, for every `contains`, whether its values
# satisfy that.
Options = Callable[[int], Sequence[tuple[Sequence[bool], ValueGenerator]]]


@dataclass(eq=False)
class LaidOutArrays(ValueGenerator):
    """Generates arrays of one of several layouts. Where `distinct`, no two items are equal, if that is found
    in a few draws.
    """

    layouts: Sequence[Layout]
    distinct: bool
    random: Random

    is_container = True

    def _minimum_depth(self) -> float:
        return 1 + min(_depth(layout) for layout in self.layouts)

    def _minimum_size(self) -> float:
        return 1 + min(sum(generator.size for generator in layout) for layout in self.layouts)

    def _compile(self) -> Draw:
        finite = [layout for layout in self.layouts if all(generator.has_values for generator in layout)]
        draws = [[generator.draw for generator in layout] for layout in finite]
        least = min(draws, key=len)
        choose, draw_items = self.random.choice, self._distinct_items if self.distinct else _items

        def draw(depth: int) -> list[Json]:
            return draw_items(least if depth > DEEPEST else choose(draws), depth + 1)

        return draw

    def _distinct_items(self, draws: Sequence[Draw], depth: int) -> list[Json]:
        items: list[Json] = []
        keys: set[object] = set()
        for draw_item in draws:
            for _ in range(REDRAWS):
                item = draw_item(depth)
                if equality_key(item) not in keys:
                    break
            keys.add(equality_key(item))
            items.append(item)
        return items


def find_layouts(constraints: Constraints, options: Options) -> list[Layout]:
    """Some layouts of different lengths with as many items that satisfy each `contains` as there must be, and
    no more than there may be; empty where none is found.
    """
    needed = constraints.min_items + sum(contains.least for contains in constraints.contains)
    length = max((len(keywords.prefix) for keywords in constraints.array_keywords), default=0)
    most = min(
        constraints.max_items if constraints.max_items is not None else inf, needed + length + EXTRA_ITEMS
    )
    layouts: list[Layout] = []
    for size in range(constraints.min_items, int(most) + 1):
        search = _Search(constraints, options, size, SearchBudget(LAYOUT_STEPS))
        found = next(search.layouts([], [0] * len(constraints.contains)), None)
        layouts += [] if found is None else [found]
        if len(layouts) == LAYOUTS:
            break
    return layouts


@dataclass(frozen=True)
class _Search:
    """Searches for layouts of one size."""

    constraints: Constraints
    options: Options
    size: int
    budget: SearchBudget

    def layouts(self, items: list[ValueGenerator], counts: Sequence[int]) -> Iterator[Layout]:
        """The layouts that begin with these items, of which `counts` have satisfied each `contains`."""
        contains = self.constraints.contains
        remaining = self.size - len(items)
        if any(count + remaining < each.least for count, each in zip(counts, contains, strict=True)):
            return
        if not remaining:
            yield [*items]
            return
        wanted = [count < each.least for count, each in zip(counts, contains, strict=True)]
        for satisfied, generator in sorted(
            self.options(len(items)), key=lambda option: _misses(option[0], wanted)
        ):
            added = [count + is_one for count, is_one in zip(counts, satisfied, strict=True)]
            fits = all(
                each.most is None or count <= each.most for count, each in zip(added, contains, strict=True)
            )
            if fits and self.budget.spend():
                yield from self.layouts([*items, generator], added)


def _misses(satisfied: Sequence[bool], wanted: Sequence[bool]) -> int:
    """In how many respects an item is not what is wanted."""
    return sum(is_one != is_wanted for is_one, is_wanted in zip(satisfied, wanted, strict=True))


def _depth(layout: Layout) -> float:
    return max((generator.depth for generator in layout), default=0)


def _items(draws: Sequence[Draw], depth: int) -> list[Json]:
    return [draw_item(depth) for draw_item in draws]
