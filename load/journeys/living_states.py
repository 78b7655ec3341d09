"""What things are like while they live, as far as their service tells it of its own: what was deleted, and is
like none of them, is marked so.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from load.journeys.values import is_number
from openapi.contract import Json

# What is told with more values than these is no state.
_STATES_AT_MOST = 8
# Of fewer living things nobody can tell what they are like.
_TELLING = 5


class LivingStates:
    """By resource, what was told of living things: the names that lead to it, and its flags and texts."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, int] = defaultdict(int)
        self._values: defaultdict[str, dict[str, set[Json]]] = defaultdict(dict)

    def observe(self, resource: str, own: Mapping[str, Json]) -> None:
        """A thing lives, of which the service tells this of its own."""
        self._seen[resource] += 1
        known = self._values[resource]
        for name, value in _told(own):
            values = known.setdefault(name, set())
            if len(values) <= _STATES_AT_MOST:
                values.add(value)

    def unusual_properties(self, resource: str, own: Mapping[str, Json]) -> Mapping[str, Json]:
        """What is told of a thing, by the names that lead to it, and of no thing that lives: where there is
        something that they never have, or a flag or a state that none of them has.
        """
        if not self.has_seen_enough(resource):
            return dict(_told(own))
        return {name: value for name, value in _told(own) if self._is_new(resource, name, value)}

    def _is_new(self, resource: str, name: str, value: Json) -> bool:
        known = self._values[resource].get(name)
        if known is None:
            return True
        # A number that is not always the same may be one that counts, such as a version.
        most = 1 if is_number(value) else min(_STATES_AT_MOST, self._seen[resource] // 2)
        return len(known) <= most and value not in known

    def has_seen_enough(self, resource: str) -> bool:
        """Whether enough living things were seen."""
        return self._seen[resource] >= _TELLING


def _told(own: Json, place: str = "") -> Iterator[tuple[str, Json]]:
    """What a body tells, by the names that lead to it; lists of texts, such as labels, as a whole."""
    if isinstance(own, dict):
        for name, each in own.items():
            yield from _told(each, f"{place}/{name}")
    elif isinstance(own, list):
        texts = [each for each in own if isinstance(each, str)]
        if texts:
            yield place, ", ".join(sorted(texts))
    elif own is not None:
        yield place, own
