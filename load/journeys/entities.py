"""The entities of a service that one process knows, leased so that no call uses what another deletes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from random import Random

from load.journeys.entity_tags import EntityTag
from load.journeys.random_bag import RandomBag
from load.planning.plan import Slot
from openapi.contract import Json

# How many entities are picked at random before a search for a suitable one is given up.
_PICKS = 8
# How many deleted entities are remembered.
_REMEMBERED = 10_000
_TAGS_KEPT = 4
# How many entities are remembered that changes have made an entity refer to.
_REFERRED = 8

Values = tuple[Json, ...]


@dataclass(frozen=True)
class Origin:
    """How an entity came to be known.

    `parents` are the entities that it was created from or found within. With `keeps_parents`, they are not
    deleted before it is; otherwise it goes when they go. `created_by` is the label of the operation that
    created it, empty for entities that the run did not create for certain. `shown_at` is the JSON pointer to
    its identifier in the answer to the creation: empty when the identifier came otherwise, such as in a
    Location field, and None when no creation was answered with it. `may_be_foreign` marks an entity that a
    call either created or found. `assigned` are entities that the service chose to refer to, with their
    pools. `fields` are the header fields and cookies of the creation, such as those that choose a tenant or a
    language: all calls for the entity repeat them.
    """

    parents: tuple["Entity", ...] = ()
    keeps_parents: bool = True
    created_by: str = ""
    shown_at: str | None = None
    may_be_foreign: bool = False
    assigned: tuple[tuple["EntityPool", Values], ...] = ()
    fields: Mapping[Slot, Json] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Entity:
    """An entity of the resource of its `pool`, with the `values` of the path parameters that address it.

    `is_own` when this run alone created it. `may_contain_foreign` when entities of others may have been put
    into it, which would be deleted with it. `aliases` address the same entity in other ways, such as by its
    name; all are removed together. `use_count` counts the calls that use it now and the entities that keep it
    from being deleted. `tags` are the last ETags that answers have shown of it, the newest one at the end.
    `referred` are the last entities that changes have made it refer to: they are not deleted before it is.

    Larger than usual: it has what each part of a run has to know of an entity.
    """

    pool: "EntityPool"
    values: Values
    is_own: bool
    origin: Origin = field(default_factory=Origin)
    may_contain_foreign: bool = False
    aliases: tuple["Entity", ...] = ()
    use_count: int = 0
    tags: tuple[EntityTag, ...] = ()
    referred: tuple["Entity", ...] = ()

    @property
    def resource(self) -> str:
        """The resource that it is of."""
        return self.pool.resource

    @property
    def parents(self) -> tuple["Entity", ...]:
        """The entities that it was created from or found within."""
        return self.origin.parents

    @property
    def original(self) -> "Entity":
        """The entity that this one is an alias of, or itself."""
        parent = self.parents[0] if self.parents else None
        return parent if parent is not None and self in parent.aliases else self

    @property
    def is_idle(self) -> bool:
        """Whether no call uses it, under any of its addresses, and no entity keeps it from being deleted."""
        original = self.original
        return not any(entity.use_count for entity in (original, *original.aliases))

    @property
    def is_known(self) -> bool:
        """Whether it is in its pool, that is, believed to exist."""
        return self.pool.entities.get(self.values) is self

    @property
    def kept(self) -> tuple["Entity", ...]:
        """The entities that are not deleted before it is."""
        return (*(self.parents if self.origin.keeps_parents else ()), *self.referred)

    def refer(self, others: Iterable["Entity"]) -> None:
        """A change may have made it refer to other entities."""
        for other in others:
            if other is not self and self.is_known and other not in self.referred:
                other.use_count += 1
                self.referred = (*self.referred, other)
        release(self.referred[:-_REFERRED])
        self.referred = self.referred[-_REFERRED:]

    def add_tag(self, tag: EntityTag) -> None:
        """An answer has shown its ETag."""
        is_known = bool(self.tags) and self.tags[-1].text == tag.text
        self.tags = (*(self.tags[:-1] if is_known else self.tags[1 - _TAGS_KEPT :]), tag)


class EntityPool:
    """The entities of a resource that are known to exist (`entities`, by their values).

    `is_linked` when a link of the document supplies the identifier. `resolved_by` are the labels of the
    operations that have found an entity by it.
    """

    def __init__(self, resource: str, is_linked: bool = False) -> None:
        self.resource, self.is_linked = resource, is_linked
        self.resolved_by: set[str] = set()
        self.entities: dict[Values, Entity] = {}
        self._own, self._foreign = RandomBag[Entity](), RandomBag[Entity]()
        # When the deletion of an entity was answered (s), infinity while it is under way.
        self._deleted: dict[Values, float] = {}

    def is_resolved_by(self, label: str) -> bool:
        """Whether an operation is known to find entities by this identifier. That it works for other
        operations proves nothing: one may take an id, and another a name.
        """
        return self.is_linked or label in self.resolved_by

    def was_deleted(self, values: Values) -> bool:
        """Whether an entity was deleted or turned out to be gone, and is not known again."""
        return values in self._deleted and values not in self.entities

    def add(
        self, values: Values, is_own: bool, origin: Origin | None = None, requested_at: float = inf
    ) -> Entity:
        """Add an entity; if it is known already, it stays as it is.

        `requested_at` is when the call was made that returned it (s). A creation may be answered with an
        existing entity while that is being deleted: such an entity is returned, but not added.
        """
        entity = self.entities.get(values)
        if entity is not None:
            return entity
        entity = Entity(self, values, is_own, origin or Origin())
        if requested_at >= self._deleted.get(values, -inf):
            self._insert(entity)
        return entity

    def add_alias(self, values: Values, entity: Entity, is_own: bool) -> None:
        """Add another address of a known entity. `is_own` when it cannot lead to an entity of others."""
        if values not in self.entities and entity.is_known:
            alias = Entity(self, values, is_own, Origin((entity,), keeps_parents=False))
            entity.aliases = (*entity.aliases, alias)
            self._insert(alias)

    def lease(self, random: Random, own_only: bool, within: Values = ()) -> Entity | None:
        """An entity that nobody deletes until it is released. None when there is none, or when several
        picks have found none whose values begin with those of `within`, the parent's.
        """
        own_count = len(self._own)
        size = own_count + (0 if own_only else len(self._foreign))
        for _ in range(_PICKS if size else 0):
            index = int(random.random() * size)
            entity = self._own[index] if index < own_count else self._foreign[index - own_count]
            if not all(parent.is_known for parent in entity.parents):
                self.remove(entity)
                return self.lease(random, own_only, within)
            if entity.values[: len(within)] == within:
                entity.use_count += 1
                return entity
        return None

    def lease_for_deletion(self, random: Random, own_only: bool = True) -> Entity | None:
        """An entity that no call uses and no other entity depends on, own ones first. It is removed from the
        pool, so that no other call gets it.
        """
        for bag in [self._own] if own_only else [self._own, self._foreign]:
            for _ in range(min(_PICKS, len(bag))):
                entity = bag.pick(random)
                if entity.is_idle and not (own_only and entity.original.may_contain_foreign):
                    self.remove(entity)
                    return entity
        return None

    def disown(self, label: str) -> None:
        """Treat everything that an operation created as foreign: it may have found it instead."""
        for entity in [entity for entity in self._own if entity.origin.created_by == label]:
            for address in (entity, *entity.aliases):
                if address.is_own:
                    address.pool._own.remove(address)
                    address.is_own = False
                    address.pool._foreign.add(address)

    def remove(self, entity: Entity) -> None:
        """Remove an entity that is gone, under all its addresses."""
        original = entity.original
        aliases, original.aliases = original.aliases, ()
        for address in (*aliases, original):
            address.pool._remove_address(address)

    def record_deletion(self, entity: Entity, at: float) -> None:
        """Note that the call that deleted an entity was answered, at a time (s)."""
        for address in (entity, *entity.aliases):
            address.pool._deleted[address.values] = at

    def _insert(self, entity: Entity) -> None:
        for parent in entity.parents:
            parent.use_count += entity.origin.keeps_parents
        self.entities[entity.values] = entity
        (self._own if entity.is_own else self._foreign).add(entity)

    def _remove_address(self, entity: Entity) -> None:
        self._deleted[entity.values] = inf
        if len(self._deleted) > _REMEMBERED:
            del self._deleted[next(iter(self._deleted))]
        # An entity that was found at this address since is another one.
        if self.entities.get(entity.values) is entity:
            del self.entities[entity.values]
            (self._own if entity.is_own else self._foreign).remove(entity)
            release(entity.kept)


def release(entities: Iterable[Entity]) -> None:
    """End the leases of entities."""
    for entity in entities:
        entity.use_count -= 1
