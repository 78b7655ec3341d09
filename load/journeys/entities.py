"""Things that are known to exist on the service, leased so that nobody calls for one that is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from random import Random

from load.planning.plan import Slot
from openapi.contract import Json

_TRIES = 8
_REMEMBERED = 10_000

Values = tuple[Json, ...]


@dataclass(eq=False, slots=True)
class Entity:
    """One thing of a resource: the values of the path parameters that lead to it. `owned` when this
    process created it, `users` counts those who are working on it now, `parents` are the things that
    it was made of, `heirs` counts those that were made of it, are still there and are `holding` it.
    `twins` are the same thing found in other ways, as by its name: all go when one goes. `shown_at` points
    to where the answer that made it showed its identifier; empty when it came otherwise, as in `Location`,
    None when no answer made it. `doubtful` when a call may have made it, or found it. `maker` is the label
    of the operation that made it; `holds_others` when it may hold things of others, which could go with it.
    `chosen` are the homes and values of things that the service has made it part of, `fields` the header
    fields and cookies that it was made with, as those that choose a tenant or a language: all calls for it
    have them, or None for what was left out.
    """

    home: "Entities"
    values: Values
    owned: bool
    parents: tuple["Entity", ...] = ()
    holding: bool = True
    twins: tuple["Entity", ...] = ()
    users: int = 0
    heirs: int = 0
    place: int = -1
    shown_at: str | None = None
    doubtful: bool = False
    maker: str = ""
    holds_others: bool = False
    chosen: tuple[tuple["Entities", Values], ...] = ()
    fields: Mapping[Slot, Json] = field(default_factory=dict)

    @property
    def itself(self) -> "Entity":
        """The thing that a twin is another way to."""
        parent = self.parents[0] if self.parents else None
        return parent if parent is not None and self in parent.twins else self

    @property
    def is_idle(self) -> bool:
        """Whether nobody works on it, in whichever way it was found, and nothing else is made of it."""
        thing = self.itself
        return not any(each.heirs or each.users for each in (thing, *thing.twins))

    @property
    def is_known(self) -> bool:
        """Whether it is among the things of its home."""
        return self.place >= 0


@dataclass
class Entities:
    """Every known thing of one resource; `documented` where a link of the document says what it is found by,
    `finders` are the operations that have found one by its identifier.
    """

    resource: str
    documented: bool = False
    finders: set[str] = field(default_factory=set)
    _owned: list[Entity] = field(default_factory=list)
    _found: list[Entity] = field(default_factory=list)
    _known: dict[Values, Entity] = field(default_factory=dict)
    _gone: dict[Values, float] = field(default_factory=dict)

    def is_found_by(self, label: str) -> bool:
        """Whether an identifier is known to lead to a thing when an operation is given it: one that works
        elsewhere, as an id beside a name, proves nothing.
        """
        return self.documented or label in self.finders

    @property
    def size(self) -> int:
        """How many things are known."""
        return len(self._known)

    def add(
        self,
        values: Values,
        owned: bool,
        parents: Iterable[Entity] = (),
        asked: float = inf,
        holding: bool = True,
    ) -> Entity:
        """Make a thing known; one that is known stays as it is. `asked` is when the service was (s): it may
        answer a creation with what exists, while that is being deleted, and such a thing stays gone.
        Parents are not deleted while there is something that is `holding` them; else it goes with them.
        """
        known = self._known.get(values)
        if known is not None:
            return known
        if asked < self._gone.get(values, -inf):
            return Entity(self, values, owned, tuple(parents), holding)
        entity = Entity(self, values, owned, tuple(parents), holding)
        for parent in entity.parents:
            parent.heirs += holding
        self._known[values] = entity
        _append(self._list(entity), entity)
        return entity

    def knows(self, values: Values) -> bool:
        """Whether a thing is known."""
        return values in self._known

    def has_gone(self, values: Values) -> bool:
        """Whether a thing was deleted, or turned out to be gone."""
        return values in self._gone and values not in self._known

    def add_twin(self, values: Values, first: Entity, owned: bool) -> None:
        """Make another way known to a thing that is known; `owned` when it leads to no other thing."""
        if values not in self._known and first.is_known:
            twin = Entity(self, values, owned, (first,), holding=False)
            first.twins = (*first.twins, twin)
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
            if not all(parent.is_known for parent in entity.parents):
                self.forget(entity)
                return self.share(random, owned_only, within)
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
                if entity.is_idle and not (owned_only and entity.itself.holds_others):
                    self.forget(entity)
                    return entity
        return None

    def disown(self, maker: str) -> None:
        """What an operation made may have been there before: none of it is this run's own."""
        for entity in [each for each in self._owned if each.maker == maker]:
            for each in (entity, *entity.twins):
                if each.owned:
                    _remove(each.home._owned, each)
                    each.owned = False
                    _append(each.home._found, each)

    def forget(self, entity: Entity) -> None:
        """A thing that is gone, in whichever way it was found."""
        thing = entity.itself
        twins, thing.twins = thing.twins, ()
        for each in (*twins, thing):
            each.home._drop(each)

    def left(self, entity: Entity, at: float) -> None:
        """The call that deleted a thing has ended, at a time (s)."""
        for each in (entity, *entity.twins):
            each.home._gone[each.values] = at

    def _drop(self, entity: Entity) -> None:
        self._gone[entity.values] = inf
        if len(self._gone) > _REMEMBERED:
            del self._gone[next(iter(self._gone))]
        # What was found again since is another thing by now.
        if self._known.get(entity.values) is entity:
            del self._known[entity.values]
            _remove(self._list(entity), entity)
            for parent in entity.parents:
                parent.heirs -= entity.holding

    def _list(self, entity: Entity) -> list[Entity]:
        return self._owned if entity.owned else self._found


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
    entity.place = -1
