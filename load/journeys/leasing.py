"""Which entities a call may use, and their leases."""

from random import Random
from typing import NamedTuple

from load.journeys.compiled_operations import CompiledOperations
from load.journeys.entities import Entity
from load.journeys.knowledge import Knowledge
from load.journeys.step import leads_to
from load.planning.plan import Need
from load.planning.side_effects import REPLACING, SAFE
from openapi.operations import Operation


class Lease(NamedTuple):
    """The right of one call to use an entity. `held` are the entities that nobody deletes until they are
    released: the entity with its parents; only what it depends on when the call deletes it.
    """

    entity: Entity
    held: tuple[Entity, ...]


class Leasing:
    """Leases entities that one process knows. Unless the options allow destructive calls, only what this run
    has created is changed.
    """

    def __init__(self, compiled: CompiledOperations, knowledge: Knowledge, random: Random) -> None:
        self._compiled, self._knowledge, self._random = compiled, knowledge, random
        self._is_careful = not compiled.options.selection.allow_destructive

    def lease(self, operation: Operation, need: Need, addressed: Entity | None) -> Lease | None:
        """Lease an entity for what a call needs; None when there is none. If the needed resource lies below
        that of the entity which the path addresses (`addressed`), the entity is one within it.
        """
        pool = self._knowledge.pools[need.resource]
        own_only = self._must_be_own(operation, need)
        is_replacing = need.addressed and operation.method in REPLACING
        if is_replacing and own_only and self._knowledge.awaits_proof(need.resource):
            return None
        if operation.method == "delete" and need.addressed and leads_to(operation, need.resource):
            entity = pool.lease_for_deletion(self._random, own_only)
            return _with_what_it_keeps(entity) if entity is not None else None
        is_within = addressed is not None and need.resource.startswith(f"{addressed.resource}/")
        entity = pool.lease(self._random, own_only, addressed.values if addressed and is_within else ())
        return _with_parents(entity) if entity is not None else None

    @staticmethod
    def share(entity: Entity) -> Lease:
        """Lease an entity that another call changes at the same time."""
        entity.use_count += 1
        return _with_parents(entity)

    def _must_be_own(self, operation: Operation, need: Need) -> bool:
        """Whether a call may only use an entity that this run has created."""
        if operation.method in SAFE or not self._is_careful:
            return False
        # Where the run creates such entities, it works with its own.
        if need.resource in self._compiled.index.created:
            return True
        # A path may name a second entity, which is put into the first or taken out of it, such as a document
        # of a folder: that changes it.
        if not need.addressed and any(slot.location == "path" for slot, _ in need.slots):
            return True
        # An entity of others hardly changes when something is created within it, such as a comment on a post,
        # or when something refers to it.
        creates = operation.method == "post" and self._creates(operation, need if need.addressed else None)
        refers = operation.method in ("put", "patch") and not need.addressed
        return not creates and not refers

    def _creates(self, operation: Operation, within: Need | None) -> bool:
        """Whether an operation creates entities, within those of a need if there is one."""
        prefix = f"{within.resource}/" if within else ""
        producers = self._compiled.plan.producers.get(operation.label, ())
        return any(producer.creates and producer.resource.startswith(prefix) for producer in producers)


def _with_what_it_keeps(entity: Entity) -> Lease:
    """The lease of an entity that is to be deleted: until that is done, it still depends on others."""
    kept = entity.original.kept
    for other in kept:
        other.use_count += 1
    return Lease(entity, kept)


def _with_parents(entity: Entity) -> Lease:
    """The lease of an entity that is held already, with its parents."""
    for parent in entity.parents:
        parent.use_count += 1
    return Lease(entity, (entity, *entity.parents))
