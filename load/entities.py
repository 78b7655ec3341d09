"""Things that are known to exist on the service, leased so that nobody calls for one that is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from openapi.contract import Json

_TRIES = 8


@dataclass(eq=False, slots=True)
class Entity:
    """One thing: the values of the path parameters that lead to it. `owned` when this process
    created it, `users` counts those who are working on it now.
    """

    values: Mapping[str, Json]
    owned: bool
    users: int = 0
    place: int = -1


@dataclass
class Entities:
    """Every known thing at one templated path."""

    _owned: list[Entity] = field(default_factory=list)
    _found: list[Entity] = field(default_factory=list)
    _known: dict[tuple[tuple[str, Json], ...], Entity] = field(default_factory=dict)

    def add(self, values: Mapping[str, Json], owned: bool) -> None:
        """Make a thing known; one that is known stays as it is."""
        key = _key(values)
        if key not in self._known:
            entity = Entity(values, owned)
            self._known[key] = entity
            _append(self._list(entity), entity)

    def share(self, random: Random, owned_only: bool) -> Entity | None:
        """Some thing, not to be deleted until released; None when there is none."""
        size = len(self._owned) + (0 if owned_only else len(self._found))
        if not size:
            return None
        index = int(random.random() * size)
        entity = self._owned[index] if index < len(self._owned) else self._found[index - len(self._owned)]
        entity.users += 1
        return entity

    def release(self, entity: Entity) -> None:
        """End a share."""
        entity.users -= 1

    def take(self, random: Random) -> Entity | None:
        """Some owned thing that nobody works on, for deletion: from now on nobody gets it."""
        for _ in range(min(_TRIES, len(self._owned))):
            entity = self._owned[int(random.random() * len(self._owned))]
            if not entity.users:
                self.forget(entity)
                return entity
        return None

    def forget(self, entity: Entity) -> None:
        """A thing that is gone."""
        if self._known.pop(_key(entity.values), None) is not None:
            _remove(self._list(entity), entity)

    def _list(self, entity: Entity) -> list[Entity]:
        return self._owned if entity.owned else self._found


def _key(values: Mapping[str, Json]) -> tuple[tuple[str, Json], ...]:
    return tuple(sorted(values.items()))


def _append(entities: list[Entity], entity: Entity) -> None:
    entity.place = len(entities)
    entities.append(entity)


def _remove(entities: list[Entity], entity: Entity) -> None:
    last = entities.pop()
    if last is not entity:
        entities[entity.place] = last
        last.place = entity.place
