"""One call of a journey and the entities that it uses."""

import time
from dataclasses import dataclass, field

from load.calls.call import Call
from load.journeys.entities import Entity
from load.journeys.entity_tags import Precondition
from load.planning.resources import normalised
from openapi.operations import Operation


@dataclass(slots=True)
class Step:
    """A call to send, the entity that its path addresses if there is one, and all leased entities.

    `is_repetition` when it repeats an earlier creation with new values only where those are the run's own.
    `lists_foreign` when it puts entities of others into a list. `condition` is the precondition of the call.
    `created_at` is when it was built (monotonic clock, s).
    """

    call: Call
    entity: Entity | None
    leases: tuple[Entity, ...] = ()
    is_repetition: bool = False
    lists_foreign: bool = False
    condition: Precondition | None = None
    created_at: float = field(default_factory=time.monotonic)

    @property
    def target(self) -> Entity | None:
        """The entity that the answer is about, if that is certain: the path ends with it, and the call has no
        query, no body and no header field that the entity was not created with. Anything else may select
        something different, which may be missing.
        """
        entity, operation = self.entity, self.call.operation
        if entity is None or operation.request_body is not None or self.call.query:
            return None
        fields = entity.original.origin.fields
        has_same_fields = all(fields.get(slot) == value for slot, value in self.call.fields.items())
        return entity if has_same_fields and leads_to(operation, entity.resource) else None


def leads_to(operation: Operation, resource: str) -> bool:
    """Whether the path of an operation is that of the entities of a resource, and ends there."""
    return normalised(operation.path) == normalised(resource)
