"""Objects: the properties they must have, and some of those they may have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from random import Random

from openapi.contract import JsonObject
from openapi.payloads.densities import Densities
from openapi.payloads.tuning import DEEPEST, EXTRA_PROPERTIES, OPTIONAL_CONTAINER, REDRAWS
from openapi.payloads.value_generator import Draw, LeafGenerator, ValueGenerator


@dataclass(frozen=True, eq=False)
class ExtraProperties:
    """Properties that no schema names: `name` draws the name of one, None where there are none, and
    `generator` has the values of a name, None where it is not allowed. `are_usual` where the object is a map,
    made for such.
    """

    name: Callable[[], str] | None
    generator: Callable[[str], ValueGenerator | None]
    are_usual: bool


@dataclass(eq=False)
class ObjectGenerator(ValueGenerator):
    """Generates objects of `least` to `most` properties. `dependents` are the properties that must be there
    with another one (`dependentRequired`).
    """

    required: Mapping[str, ValueGenerator]
    optional: Mapping[str, ValueGenerator]
    extra: ExtraProperties
    least: int
    most: int | None
    dependents: Mapping[str, Sequence[str]]
    random: Random
    densities: Densities

    is_container = True

    def _minimum_depth(self) -> float:
        return 1 + max((generator.depth for generator in self.required.values()), default=0)

    def _compile(self) -> Draw:
        draw = self._draw_described()
        if not self.dependents and not self.least and self.most is None and not self.extra.are_usual:
            return draw
        return lambda depth: self._with_counts(draw, depth)

    def _draw_described(self) -> Draw:
        """Draws the properties that schemas describe. Leaves take no depth, as that is faster."""
        leaves, nested = _split(self.required)
        optional_leaves, optional_nested = _split(self._possible)
        required = [(name, generator.draw) for name, generator in nested.items()]
        optional = [(name, each.draw, each.is_container) for name, each in optional_nested.items()]
        chance, density_of_next = self.random.random, self.densities.next

        def draw(depth: int) -> JsonObject:
            properties = {name: source() for name, source in leaves}
            for name, draw_value in required:
                properties[name] = draw_value(depth + 1)
            density = density_of_next()
            of_containers = 2 * OPTIONAL_CONTAINER[min(depth, DEEPEST)] * density
            if density == 1.0 and depth < 2:
                of_containers = 1.0
            for name, source in optional_leaves:
                if chance() < density:
                    properties[name] = source()
            for name, draw_value, is_container in optional:
                if chance() < (of_containers if is_container else density):
                    properties[name] = draw_value(depth + 1)
            return properties

        return draw

    @cached_property
    def _possible(self) -> Mapping[str, ValueGenerator]:
        """The optional properties that have a value of finite depth."""
        return {name: generator for name, generator in self.optional.items() if generator.depth < inf}

    def _with_counts(self, draw: Draw, depth: int) -> JsonObject:
        """An object with as many properties as are required, and with those that others depend on."""
        properties: JsonObject = draw(depth)
        unused = [name for name in self._possible if name not in properties]
        self.random.shuffle(unused)
        self._add_dependents(properties, depth)
        while len(properties) < self.least and unused:
            name = unused.pop()
            if name not in properties:
                properties[name] = self.optional[name].draw(depth + 1)
                self._add_dependents(properties, depth)
        missing = self.least - len(properties)
        if self.extra.are_usual and depth < DEEPEST:
            missing = max(missing, self.random.randint(0, EXTRA_PROPERTIES + (not self.optional)))
        self._add_extra(properties, missing, depth)
        return self._without_surplus(properties)

    def _add_dependents(self, properties: JsonObject, depth: int) -> None:
        pending = [*properties]
        while pending:
            for name in self.dependents.get(pending.pop(), ()):
                if name not in properties:
                    generator = self.optional.get(name) or self.extra.generator(name)
                    if generator is None or generator.depth == inf:
                        continue
                    properties[name] = generator.draw(depth + 1)
                    pending.append(name)

    def _add_extra(self, properties: JsonObject, count: int, depth: int) -> None:
        if self.extra.name is None:
            return
        wanted = len(properties) + count
        for _ in range(REDRAWS + count):
            if len(properties) >= wanted:
                return
            name = self.extra.name()
            generator = None if name in properties else self.extra.generator(name)
            if generator is not None and generator.depth < inf:
                properties[name] = generator.draw(depth + 1)

    def _without_surplus(self, properties: JsonObject) -> JsonObject:
        """Not more properties than are allowed. Required ones stay, and those that others depend on."""
        if self.most is None or len(properties) <= self.most:
            return properties
        for name in self.random.sample([*properties], len(properties)):
            needed = {
                dependent
                for other in properties
                for dependent in self.dependents.get(other, ())
                if dependent != name
            }
            if len(properties) > self.most and name not in self.required and name not in needed:
                del properties[name]
        return properties


def _split(
    generators: Mapping[str, ValueGenerator],
) -> tuple[list[tuple[str, Callable[[], object]]], dict[str, ValueGenerator]]:
    """The sources of leaves, and the generators of other properties."""
    leaves = [(name, each.source) for name, each in generators.items() if isinstance(each, LeafGenerator)]
    nested = {name: each for name, each in generators.items() if not isinstance(each, LeafGenerator)}
    return leaves, nested
