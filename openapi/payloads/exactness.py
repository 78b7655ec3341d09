"""Which schemas are so plain that their generators cannot draw an invalid value."""

from collections.abc import Mapping

from openapi.contract import Json
from openapi.flat_schema import DEFINITIONS

# Keywords that say of a value more than can be built into it in every case.
_APPROXIMATED = frozenset({
    "contains", "dependentRequired", "dependentSchemas", "if", "maxProperties", "minProperties", "not",
    "oneOf", "patternProperties", "prefixItems", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "uniqueItems",
})  # fmt: skip

# Keywords whose values are no schemas.
_DATA = frozenset({"const", "default", "enum", "example", "examples"})


class Exactness:
    """Knows which schemas have only keywords that are built into every value, those that they refer to
    included. `definitions` are the `$defs` that references lead to.
    """

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._definitions = definitions
        # By name: whether the definition itself is exact, and the names that it refers to.
        self._known: dict[str, tuple[bool, frozenset[str]]] = {}

    def is_exact(self, *schemas: Json) -> bool:
        """Whether values that are generated for the schemas together need no check."""
        is_exact, names = _read([*schemas])
        pending, visited = [*names], {*names}
        while is_exact and pending:
            name = pending.pop()
            if name not in self._known:
                self._known[name] = _read([self._definitions.get(name)])
            is_exact, names = self._known[name]
            pending += names - visited
            visited |= names
        return is_exact


def _read(schemas: list[Json]) -> tuple[bool, frozenset[str]]:
    """Whether the schemas themselves are exact, and the names of the definitions that they refer to."""
    names: set[str] = set()
    while schemas:
        current = schemas.pop()
        if isinstance(current, list):
            schemas += current
        elif isinstance(current, dict):
            if not _APPROXIMATED.isdisjoint(current):
                return False, frozenset()
            if isinstance(current.get("$ref"), str):
                names.add(current["$ref"].removeprefix(DEFINITIONS))
            schemas += [value for keyword, value in current.items() if keyword not in _DATA]
    return True, frozenset(names)
