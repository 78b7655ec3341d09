"""What a service itself adds to existing entities, such as their state.

A deleted entity that can still be read, but shows something that no existing one does, is marked as deleted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from load.representations.values import is_number
from openapi.contract import Json

# A property with more values than these is no state.
_STATES_AT_MOST = 8
# From fewer entities, nobody can tell what all of them are like.
_OBSERVED_AT_LEAST = 5


class LivingStates:
    """The values of existing entities, by resource and path of the property."""

    def __init__(self) -> None:
        self._observed: defaultdict[str, int] = defaultdict(int)
        self._values: defaultdict[str, dict[str, set[Json]]] = defaultdict(dict)

    def observe(self, resource: str, unwritten: Mapping[str, Json]) -> None:
        """Record the properties of an existing entity that nobody has written."""
        self._observed[resource] += 1
        values_by_path = self._values[resource]
        for path, value in _values_by_path(unwritten):
            values = values_by_path.setdefault(path, set())
            if len(values) <= _STATES_AT_MOST:
                values.add(value)

    def unusual_properties(self, resource: str, unwritten: Mapping[str, Json]) -> Mapping[str, Json]:
        """The properties that no existing entity has, or flags and states that none of them is in, by path.
        All properties where too few entities were observed.
        """
        properties = dict(_values_by_path(unwritten))
        if not self.has_seen_enough(resource):
            return properties
        return {path: value for path, value in properties.items() if self._is_unusual(resource, path, value)}

    def has_seen_enough(self, resource: str) -> bool:
        """Whether enough existing entities of a resource were observed to tell what is unusual."""
        return self._observed[resource] >= _OBSERVED_AT_LEAST

    def _is_unusual(self, resource: str, path: str, value: Json) -> bool:
        values = self._values[resource].get(path)
        if values is None:
            return True
        # A number that is not always the same may be a counter, such as a version.
        most = 1 if is_number(value) else min(_STATES_AT_MOST, self._observed[resource] // 2)
        return len(values) <= most and value not in values


def _values_by_path(body: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """The scalars of a body with their paths. A list of texts, such as labels, counts as one text; other
    lists are left out.
    """
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _values_by_path(value, f"{path}/{name}")
    elif isinstance(body, list):
        texts = [item for item in body if isinstance(item, str)]
        if texts:
            yield path, ", ".join(sorted(texts))
    elif body is not None:
        yield path, body
