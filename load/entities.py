"""Things that are known to exist on the service, leased so that nobody calls for one that is gone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from openapi.contract import Json

_TRIES = 8

Values = tuple[Json, ...]


@dataclass(eq=False, slots=True)
class Entity:
    """One thing of a resource: the values of the path parameters that lead to it. `owned` when this
    process created it, `users` counts those who are working on it now, `parents` are the things that
    it was made of, `heirs` counts the things that were made of it and are still there. `twins` are the
    same thing found in other ways, as by its name: they go when it goes.
    """

    home: "Entities"
    values: Values
    owned: bool
    parents: tuple["Entity", ...] = ()
    twins: tuple["Entity", ...] = ()
    users: int = 0
    heirs: int = 0
    place: int = -1


@dataclass
class Entities:
    """Every known thing of one resource; `trusted` once an identifier has been seen to lead to one."""

    resource: str
    trusted: bool = False
    _owned: list[Entity] = field(default_factory=list)
    _found: list[Entity] = field(default_factory=list)
    _known: dict[Values, Entity] = field(default_factory=dict)

    def add(self, values: Values, owned: bool, parents: Iterable[Entity] = ()) -> Entity:
        """Make a thing known; one that is known stays as it is."""
        known = self._known.get(values)
        if known is not None:
            return known
        entity = Entity(self, values, owned, tuple(parents))
        for parent in entity.parents:
            parent.heirs += 1
        self._known[values] = entity
        _append(self._list(entity), entity)
        return entity

    def add_twin(self, values: Values, first: Entity) -> None:
        """Make another way known to a thing that is known."""
        if values not in self._known:
            twin = Entity(self, values, first.owned, (first,))
            first.twins = (*first.twins, twin)
            first.heirs += 1
            self._known[values] = twin
            _append(self._list(twin), twin)

    def share(self, random: Random, owned_only: bool, within: Values = ()) -> Entity | None:
        """Some thing, not to be deleted until released; None when there is none, or when none is found
        whose values begin with those of `within`.
        """
        size = len(self._owned) + (0 if owned_only else len(self._found))
        for _ in range(_TRIES if size else 0):
            index = int(random.random() * size)
            entity = self._owned[index] if index < len(self._owned) else self._found[index - len(self._owned)]
            if entity.values[: len(within)] == within:
                entity.users += 1
                return entity
        return None

    def take(self, random: Random, owned_only: bool = True) -> Entity | None:
        """Some thing that nobody works on and nothing else is made of, for deletion: from now on nobody
        gets it.
        """
        pools = [self._owned] if owned_only else [self._owned, self._found]
        for pool in pools:
            for _ in range(min(_TRIES, len(pool))):
                entity = pool[int(random.random() * len(pool))]
                if not entity.users and entity.heirs == len(entity.twins):
                    self.forget(entity)
                    return entity
        return None

    def forget(self, entity: Entity) -> None:
        """A thing that is gone."""
        if self._known.pop(entity.values, None) is not None:
            _remove(self._list(entity), entity)
            for parent in entity.parents:
                parent.heirs -= 1
        forget_twins(entity)

    def _list(self, entity: Entity) -> list[Entity]:
        return self._owned if entity.owned else self._found


def forget_twins(entity: Entity) -> None:
    """The other ways to a thing lead there no longer."""
    twins, entity.twins = entity.twins, ()
    for twin in twins:
        twin.home.forget(twin)


def release(entities: Iterable[Entity]) -> None:
    """End shares."""
    for entity in entities:
        entity.users -= 1


def _append(entities: list[Entity], entity: Entity) -> None:
    entity.place = len(entities)
    entities.append(entity)


def _remove(entities: list[Entity], entity: Entity) -> None:
    last = entities.pop()
    if last is not entity:
        entities[entity.place] = last
        last.place = entity.place
