"""Objects: the properties they must have, and some of those they may have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from openapi.contract import JsonObject
from openapi.payloads.densities import Densities
from openapi.payloads.tuning import CONTAINERS, DEEPEST, EXTRA_PROPERTIES, OPTIONAL_CONTAINER, REDRAWS
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

    def _minimum_size(self) -> float:
        size = 1 + sum(generator.size for generator in self.required.values())
        return max(size, 1 + self.least)

    def _compile(self) -> Draw:
        if not self.dependents and not self.least and self.most is None and not self.extra.are_usual:
            return self._draw_described()
        return self._with_counts

    def _draw_described(self) -> Draw:
        """Draws the properties that schemas describe. Leaves take no depth, as that is faster."""
        leaves, nested = _split(self.required)
        optional_leaves, optional_nested = _split(self._possible)
        required = [(name, generator.draw) for name, generator in nested.items()]
        optional = [(name, each.draw, each.is_container) for name, each in optional_nested.items()]
        chance, density_of_next = self.random.random, self.densities.next
        densities_of_containers = self._densities_of_containers

        def draw(depth: int) -> JsonObject:
            properties = {name: source() for name, source in leaves}
            for name, draw_value in required:
                properties[name] = draw_value(depth + 1)
            density = density_of_next()
            of_containers = densities_of_containers[min(depth, DEEPEST)] * density
            if density == 1.0 and depth == 0:
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
        """The optional properties that have values."""
        return {name: generator for name, generator in self.optional.items() if generator.has_values}

    @cached_property
    def _densities_of_containers(self) -> Sequence[float]:
        """By the depth of the object, the probability of each optional property that is an array or object,
        if it has all others. There are few of them deep down, and no more where many are described, so that
        payloads stay small.
        """
        count = sum(generator.is_container for generator in self._possible.values())
        shares = (
            min(2 * share, most / max(count, 1))
            for share, most in zip(OPTIONAL_CONTAINER, CONTAINERS, strict=True)
        )
        return [*shares]

    def _with_counts(self, depth: int) -> JsonObject:
        """An object with as many properties as are required, and with those that others depend on. Their
        names are chosen before their values, as values may be large.
        """
        names = self._chosen(depth)
        unused = [name for name in self._possible if name not in names]
        self.random.shuffle(unused)
        self._add_dependents(names)
        while len(names) < self.least and unused:
            names[unused.pop()] = None
            self._add_dependents(names)
        missing = self.least - len(names)
        if self.extra.are_usual and depth < DEEPEST:
            missing = max(missing, self.random.randint(0, EXTRA_PROPERTIES + (not self.optional)))
        self._add_extra(names, missing)
        return {name: self._generator(name).draw(depth + 1) for name in self._without_surplus(names)}

    def _chosen(self, depth: int) -> dict[str, None]:
        """The names of the required properties and of some optional ones."""
        density = self.densities.next()
        of_containers = self._densities_of_containers[min(depth, DEEPEST)] * density
        if density == 1.0 and depth == 0:
            of_containers = 1.0
        chance = self.random.random
        names = dict.fromkeys(self.required)
        for name, generator in self._possible.items():
            if chance() < (of_containers if generator.is_container else density):
                names[name] = None
        return names

    def _generator(self, name: str) -> ValueGenerator:
        """The generator of a property whose name was chosen."""
        generator = self.required.get(name) or self._possible.get(name) or self.extra.generator(name)
        assert generator is not None
        return generator

    def _add_dependents(self, names: dict[str, None]) -> None:
        pending = [*names]
        while pending:
            for name in self.dependents.get(pending.pop(), ()):
                if name not in names:
                    generator = self._possible.get(name) or self.extra.generator(name)
                    if generator is not None and generator.has_values:
                        names[name] = None
                        pending.append(name)

    def _add_extra(self, names: dict[str, None], count: int) -> None:
        if self.extra.name is None:
            return
        wanted = len(names) + count
        for _ in range(REDRAWS + count):
            if len(names) >= wanted:
                return
            name = self.extra.name()
            generator = None if name in names else self.extra.generator(name)
            if generator is not None and generator.has_values:
                names[name] = None

    def _without_surplus(self, names: dict[str, None]) -> dict[str, None]:
        """Not more names than are allowed. Required ones stay, and those that others depend on."""
        if self.most is None or len(names) <= self.most:
            return names
        for name in self.random.sample([*names], len(names)):
            needed = {
                dependent
                for other in names
                for dependent in self.dependents.get(other, ())
                if dependent != name
            }
            if len(names) > self.most and name not in self.required and name not in needed:
                del names[name]
        return names


def _split(
    generators: Mapping[str, ValueGenerator],
) -> tuple[list[tuple[str, Callable[[], object]]], dict[str, ValueGenerator]]:
    """The sources of leaves, and the generators of other properties."""
    leaves = [(name, each.source) for name, each in generators.items() if isinstance(each, LeafGenerator)]
    nested = {name: each for name, each in generators.items() if not isinstance(each, LeafGenerator)}
    return leaves, nested
