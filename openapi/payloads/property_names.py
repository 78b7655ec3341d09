"""Names for properties that no schema names; the properties of a map are all like that."""

from collections.abc import Callable
from random import Random

from openapi.contract import Json
from openapi.payloads.alternatives import Alternatives
from openapi.payloads.branch_order import FIRST
from openapi.payloads.constraints import Constraints
from openapi.payloads.realistic_values import RealisticValues
from openapi.payloads.search_budget import SearchBudget
from openapi.payloads.string_generators import StringGenerators
from openapi.payloads.tuning import CONTRADICTION_STEPS, MAP_NAMES
from openapi.payloads.unbuildable import Unbuildable


class PropertyNames:
    """Makes names that `propertyNames` and `patternProperties` allow."""

    def __init__(
        self,
        alternatives: Alternatives,
        strings: StringGenerators,
        realistic_values: RealisticValues,
        random: Random,
    ) -> None:
        self._alternatives, self._strings = alternatives, strings
        self._realistic_values, self._random = realistic_values, random

    def generator(
        self, constraints: Constraints, taken: set[str], is_allowed: Callable[[str], bool], place: str
    ) -> Callable[[], str] | None:
        """A function that draws names other than those taken; None where none or too few are left, or none
        are needed.
        """
        if constraints.min_properties <= len(taken) and not is_map(constraints):
            return None
        patterns = [pattern for keywords in constraints.object_keywords for pattern in keywords.patterns]
        pools = [
            *(self._names((), (pattern,), place) for pattern in patterns),
            self._names(constraints.property_names, (), place),
        ]
        names = [name for pool in pools for name in pool if name not in taken and is_allowed(name)]
        is_complete = len(names) < MAP_NAMES // 2
        if not names or (is_complete and len({*names, *taken}) < constraints.min_properties):
            return None
        chance, size = self._random.random, len(names)
        return lambda: names[int(chance() * size)]

    def _names(self, schemas: tuple[Json, ...], patterns: tuple[str, ...], place: str) -> list[str]:
        """Some names that satisfy the schemas and match the patterns; empty where there are none."""
        if not schemas and not patterns:
            return [*self._realistic_values.words[:MAP_NAMES]]
        of_names = ({"type": "string"}, *schemas, *({"pattern": pattern} for pattern in patterns))
        try:
            constraints = next(
                self._alternatives.of(of_names, FIRST, SearchBudget(CONTRADICTION_STEPS)), None
            )
            if constraints is None:
                return []
            if constraints.values is not None:
                return [value for value in constraints.values if isinstance(value, str)]
            draw = self._strings.generator(constraints, "", place)
        except Unbuildable:
            return []
        return [*dict.fromkeys(draw() for _ in range(MAP_NAMES))]


def is_map(constraints: Constraints) -> bool:
    """Whether the object is made for other properties than those that schemas name."""
    keywords = constraints.object_keywords
    if not constraints.required and not any(each.properties for each in keywords):
        return all(each.additional is not False or each.patterns for each in keywords)
    return any(each.patterns or each.additional not in (None, True, False) for each in keywords)
