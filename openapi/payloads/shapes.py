"""What generators are made of: parts that draw values, each knowing how deep its shortest value is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from random import Random

from openapi.contract import Json, JsonObject
from openapi.payloads.facts import identity

Draw = Callable[[int], Json]

_DEEPEST = 5
_OPTIONAL = 0.5
_OPTIONAL_CONTAINER = (0.5, 0.35, 0.15, 0.05, 0.02, 0.0)
_ALL_OR_NONE = 0.05
_ITEMS_AT_MOST = 3
_EXTRAS_AT_MOST = 2
_TRIALS = 50


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
            if depth > _DEEPEST:
                return soonest[int(chance() * len(soonest))](depth)
            return slots[int(chance() * size)](depth)

        return draw


@dataclass(eq=False)
class Items(Shape):
    """An array: `first` are the shapes of its first items, `rest` of others; `wanted` are shapes of
    which so many have to be among the items.
    """

    first: Sequence[Shape]
    rest: Shape | None
    wanted: Sequence[tuple[Shape, int]]
    least: int
    most: int | None
    distinct: bool
    random: Random

    contains = True

    def _measured(self) -> float:
        needed = [each for each, count in self.wanted if count] + [*self.first[: self.least]]
        if self.rest and self.least > len(needed):
            needed.append(self.rest)
        return 1 + max((each.depth for each in needed), default=0)

    def _compiled(self) -> Draw:
        first = [each.draw for each in _unbroken(self.first)]
        rest = self.rest.draw if self.rest and self.rest.depth < inf else None
        wanted = [each.draw for each, count in self.wanted for _ in range(count)]
        least = max(self.least, len(first) + len(wanted)) if wanted else self.least
        most = max(least, self._most(len(first), rest))
        between, distinct = self.random.randint, self.distinct
        if not first and not wanted and not distinct and rest is not None:

            def plain(depth: int) -> list[Json]:
                size = between(least, most if depth < _DEEPEST else least)
                return [rest(depth + 1) for _ in range(size)]

            return plain

        def draw(depth: int) -> list[Json]:
            size = between(least, most if depth < _DEEPEST else least)
            made = [each(depth + 1) for each in first[:size]]
            made += [each(depth + 1) for each in wanted[: max(size - len(made), 0)]]
            while rest is not None and len(made) < size:
                made.append(rest(depth + 1))
            return self._distinct(made, first, wanted, rest, depth) if distinct else made

        return draw

    def _most(self, first: int, rest: Draw | None) -> int:
        most = max(self.least, first) + (_ITEMS_AT_MOST if rest else 0)
        if self.rest is None or rest is None:
            most = first
        return max(self.least, most if self.most is None else min(self.most, most))

    def _distinct(
        self, made: list[Json], first: Sequence[Draw], wanted: Sequence[Draw], rest: Draw | None, depth: int
    ) -> list[Json]:
        """The items with repeated ones drawn anew; left out in the end where they may be."""
        sources = [*first, *wanted]
        kept: dict[object, Json] = {}
        for index, item in enumerate(made):
            again = sources[index] if index < len(sources) else rest
            drawn = item
            for _ in range(_TRIALS):
                if identity(drawn) not in kept or again is None:
                    break
                drawn = again(depth + 1)
            if identity(drawn) in kept and index < len(sources):
                break
            kept.setdefault(identity(drawn), drawn)
        spare = self._spare if len(kept) < self.least else ()
        for item in spare:
            if len(kept) < self.least:
                kept.setdefault(identity(item), item)
        return [*kept.values()]

    @cached_property
    def _spare(self) -> Sequence[Json]:
        """Items that differ, for when chance does not find enough of them."""
        if self.rest is None or self.rest.depth == inf:
            return ()
        found: dict[object, Json] = {}
        for _ in range(_TRIALS * (self.least + 1)):
            item = self.rest.draw(_DEEPEST)
            found.setdefault(identity(item), item)
        return [*found.values()]


def _unbroken(shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes before the first that has no values."""
    kept: list[Shape] = []
    for each in shapes:
        if each.depth == inf:
            break
        kept.append(each)
    return kept


@dataclass(eq=False)
class Properties(Shape):
    """An object: some properties always, some now and then, and some whose names are drawn too."""

    always: Mapping[str, Shape]
    sometimes: Mapping[str, Shape]
    extra_name: Callable[[], str] | None
    other: Callable[[str], Shape | None]
    extras_wanted: bool
    least: int
    most: int | None
    dependents: Mapping[str, Sequence[str]]
    random: Random

    contains = True

    def _measured(self) -> float:
        return 1 + max((each.depth for each in self.always.values()), default=0)

    def _compiled(self) -> Draw:
        always = [(name, each.source) for name, each in self.always.items() if isinstance(each, Leaf)]
        nested = [(name, each.draw) for name, each in self.always.items() if not isinstance(each, Leaf)]
        possible = {name: each for name, each in self.sometimes.items() if each.depth < inf}
        leaves = [(name, each.source) for name, each in possible.items() if isinstance(each, Leaf)]
        sometimes = [
            (name, each.draw, each.contains) for name, each in possible.items() if not isinstance(each, Leaf)
        ]
        chance = self.random.random

        def draw(depth: int) -> JsonObject:
            made = {name: source() for name, source in always}
            for name, drawn in nested:
                made[name] = drawn(depth + 1)
            containers = _OPTIONAL_CONTAINER[min(depth, _DEEPEST)]
            plain = _OPTIONAL
            turn = chance()
            if turn < 2 * _ALL_OR_NONE and depth < 2:
                plain = containers = 0.0 if turn < _ALL_OR_NONE else 1.0
            for name, source in leaves:
                if chance() < plain:
                    made[name] = source()
            for name, drawn, contains in sometimes:
                if chance() < (containers if contains else plain):
                    made[name] = drawn(depth + 1)
            return made

        if not self.dependents and not self.least and self.most is None and not self.extras_wanted:
            return draw
        return lambda depth: self._counted(draw, depth)

    def _counted(self, draw: Draw, depth: int) -> JsonObject:
        """As many properties as are asked for, with those that they depend on."""
        made: JsonObject = draw(depth)
        left = [name for name, each in self.sometimes.items() if name not in made and each.depth < inf]
        self.random.shuffle(left)
        self._complete(made, depth)
        while len(made) < self.least and left:
            name = left.pop()
            if name not in made:
                made[name] = self.sometimes[name].draw(depth + 1)
                self._complete(made, depth)
        wanted = self.least - len(made)
        if self.extras_wanted and depth < _DEEPEST:
            wanted = max(wanted, self.random.randint(0, _EXTRAS_AT_MOST + (not self.sometimes)))
        self._add_extras(made, wanted, depth)
        return self._fewer(made)

    def _complete(self, made: JsonObject, depth: int) -> None:
        pending = [*made]
        while pending:
            for name in self.dependents.get(pending.pop(), ()):
                if name not in made:
                    shape = self.sometimes.get(name) or self.other(name)
                    if shape is None or shape.depth == inf:
                        continue
                    made[name] = shape.draw(depth + 1)
                    pending.append(name)

    def _add_extras(self, made: JsonObject, wanted: int, depth: int) -> None:
        if self.extra_name is None:
            return
        target = len(made) + wanted
        for _ in range(_TRIALS + wanted):
            if len(made) >= target:
                return
            name = self.extra_name()
            shape = None if name in made else self.other(name)
            if shape is not None and shape.depth < inf:
                made[name] = shape.draw(depth + 1)

    def _fewer(self, made: JsonObject) -> JsonObject:
        """Not more properties than are allowed; what others depend on stays."""
        if self.most is None or len(made) <= self.most:
            return made
        for name in self.random.sample([*made], len(made)):
            needed = {other for each in made for other in self.dependents.get(each, ()) if each != name}
            if len(made) > self.most and name not in self.always and name not in needed:
                del made[name]
        return made


def settle(shapes: Sequence[Shape]) -> None:
    """Find the depth of every shape."""
    while sum(not each.settled() for each in reversed(shapes)):
        pass
