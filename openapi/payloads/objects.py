"""Objects: the properties they must have, and some of those they may have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from random import Random

from openapi.contract import JsonObject
from openapi.payloads.tuning import ALL_OR_NONE, DEEPEST, EXTRAS_AT_MOST, OPTIONAL, OPTIONAL_CONTAINER, TRIALS
from openapi.payloads.value_generators import Draw, Leaf, Shape


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
            containers = OPTIONAL_CONTAINER[min(depth, DEEPEST)]
            plain = OPTIONAL
            turn = chance()
            if turn < 2 * ALL_OR_NONE and depth < 2:
                plain = containers = 0.0 if turn < ALL_OR_NONE else 1.0
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
        if self.extras_wanted and depth < DEEPEST:
            wanted = max(wanted, self.random.randint(0, EXTRAS_AT_MOST + (not self.sometimes)))
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
        for _ in range(TRIALS + wanted):
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
