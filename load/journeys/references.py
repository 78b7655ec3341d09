"""What becomes of the entities that the body of a call refers to."""

from load.journeys.entities import Entity
from load.planning.plan import Slot
from load.planning.resources import addressing_name
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, at_pointer
from openapi.operations import Operation


def may_put_inside(operation: Operation, slot: Slot, payload: Json) -> bool:
    """Whether a call may put what a slot of its body names into its own entity, so that both are deleted
    together: the members of a list, such as the documents of a folder, and what a change attaches.
    """
    is_change = operation.method in ("put", "patch") and slot.location == "body"
    return is_in_list(slot, payload) or (is_change and at_pointer(payload, slot.name) is not UNRESOLVABLE)


def is_in_list(slot: Slot, payload: Json) -> bool:
    """Whether a payload has a list at the place of a slot, such as the documents of a folder."""
    return slot.location == "body" and isinstance(at_pointer(payload, slot.name.partition("/*")[0]), list)


def kept_identifiers(operation: Operation, entity: Entity) -> dict[Slot, Json]:
    """The values that a change of an entity repeats, so that its aliases still address it, such as its name;
    none for other operations.
    """
    if operation.method not in ("put", "patch"):
        return {}
    return {
        Slot("body", f"/{addressing_name(alias.resource)}"): alias.values[-1]
        for alias in entity.original.aliases
    }
