"""One call of a journey, and the things that it works on."""

import time
from dataclasses import dataclass, field

from load.calls.call import Call
from load.journeys.entities import Entity
from load.planning.resources import normalised
from openapi.operations import Operation


@dataclass(slots=True)
class Step:
    """A call to make, the thing that it works on, if it works on one, all things it must not lose, and when
    it was made (s). One that `repeats` is like an earlier call in all that is not the run's own; one that
    `gathers` lists things of others.
    """

    call: Call
    entity: Entity | None
    leases: tuple[Entity, ...] = ()
    repeats: bool = False
    gathers: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def target(self) -> Entity | None:
        """The thing that the path leads to. Further down the path, or where a query or a body speaks of other
        things, or a header field does, it may be something else that is not there.
        """
        entity, operation = self.entity, self.call.operation
        if entity is None or operation.request_body is not None or self.call.query:
            return None
        # What it was not made with may show another thing, or the same otherwise.
        known = entity.itself.fields
        is_alike = all(known.get(slot) == value for slot, value in self.call.fields.items())
        return entity if is_alike and leads_to(operation, entity.home.resource) else None


def leads_to(operation: Operation, resource: str) -> bool:
    """Whether the path of an operation is that of a resource's things, and ends there."""
    return normalised(operation.path) == normalised(resource)
