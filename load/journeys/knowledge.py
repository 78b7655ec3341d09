"""What the users of one process know of the service: its entities, and the values that links gave."""

from collections import deque
from collections.abc import Mapping
from random import Random

from load.journeys.compiled_operations import CompiledOperations
from load.journeys.creations import Creations
from load.journeys.entities import Entity, EntityPool, Origin, Values, release
from load.journeys.next_pages import NextPages
from load.journeys.ownership import Ownership
from load.journeys.step import Step
from load.planning.plan import Slot
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, evaluate

# How many values of links are kept for a slot.
_LINKED_VALUES_KEPT = 100

# The resource of an entity that was there before the run, and the values that address it.
ExistingEntity = tuple[str, Values]


class Knowledge:
    """The entities known to one process (`pools`, by resource), whether creations create what they return
    (`ownership`), the next `pages` of lists, and the values that links gave for slots that address no entity.
    """

    def __init__(self, compiled: CompiledOperations) -> None:
        self._compiled = compiled
        linked = {
            producer.resource
            for producers in compiled.plan.producers.values()
            for producer in producers
            if producer.from_link
        }
        self.pools: Mapping[str, EntityPool] = {
            resource: EntityPool(resource, is_linked=resource in linked)
            for resource in sorted(compiled.index.needed)
        }
        self.ownership = Ownership(compiled.is_own)
        self.pages = NextPages(compiled.plan, compiled.operations)
        self._creations = Creations(compiled, self.pools, self.ownership)
        self._linked_values: dict[tuple[str, Slot], deque[Json]] = {}

    def awaits_proof(self, resource: str) -> bool:
        """Whether it is unproven of some operation that creates entities of a resource that it does not find
        existing ones instead.
        """
        return any(map(self.ownership.trials.is_pending, self._compiled.index.creators_of.get(resource, ())))

    def linked_value(self, label: str, slot: Slot, random: Random) -> Json:
        """Any of the last values that a link gave for a slot of an operation; None when there is none."""
        values = self._linked_values.get((label, slot))
        return random.choice(values) if values else None

    def record_answer(self, step: Step, exchange: Exchange) -> list[Entity]:
        """Record the entities and linked values that an answer shows. Returns the entities that the call
        created, or was answered with in place of new ones.
        """
        created = self._creations.record(step, exchange)
        self.pages.record(step, exchange)
        for linked in self._compiled.plan.linked_values.get(step.call.operation.label, ()):
            value = evaluate(linked.expression, exchange)
            if value is not UNRESOLVABLE and value is not None:
                key = (linked.consumer, linked.slot)
                self._linked_values.setdefault(key, deque(maxlen=_LINKED_VALUES_KEPT)).append(value)
        return created

    def accepted_entities(self, step: Step, exchange: Exchange) -> list[Entity]:
        """The entities that will exist once an accepted call has been carried out (202; RFC 9110, section
        15.3.3), to be added when a read finds them.
        """
        return [
            Entity(self.pools[producer.resource], values, is_own=True, origin=Origin(step.leases))
            for producer in self._compiled.index.producers.get(step.call.operation.label, ())
            if producer.creates
            and not producer.alias_of
            and producer.resource in self._compiled.reads.by_resource
            for values in producer.entities(exchange)
        ]

    def add_accepted(self, entity: Entity) -> Entity:
        """Add an accepted entity that a read has found. Returns the one that is in the pool."""
        return entity.pool.add(entity.values, is_own=True, origin=Origin(entity.parents))

    def record_listing(self, step: Step, exchange: Exchange | None) -> list[ExistingEntity]:
        """Add and return the entities that a list shows before the run; none without an exchange."""
        release(step.leases)
        if exchange is None:
            return []
        producers = self._compiled.plan.producers.get(step.call.operation.label, ())
        listed = [
            (producer.resource, values) for producer in producers for values in producer.entities(exchange)
        ]
        for resource, values in listed:
            self.add_foreign(resource, values)
        return listed

    def add_foreign(self, resource: str, values: Values) -> None:
        """Add an entity that was there before the run: it may be read, but never changed."""
        if resource in self.pools:
            self.pools[resource].add(values, is_own=False)
