"""What becomes of the things that a call refers to."""

from load.journeys.entities import Entity
from load.planning.plan import Slot
from load.planning.resources import addressing_name
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, at_pointer
from openapi.operations import Operation


def holds(operation: Operation, slot: Slot, payload: Json) -> bool:
    """Whether what a slot of a body names may go with the thing that the body is of: what is in a list, as
    the documents of a folder, and what a change has attached.
    """
    is_change = operation.method in ("put", "patch") and slot.location == "body"
    return is_listed(slot, payload) or (is_change and at_pointer(payload, slot.name) is not UNRESOLVABLE)


def is_listed(slot: Slot, payload: Json) -> bool:
    """Whether a payload has a list at the place of a slot, as a folder has of documents."""
    return slot.location == "body" and isinstance(at_pointer(payload, slot.name.partition("/*")[0]), list)


def kept(operation: Operation, entity: Entity) -> dict[Slot, Json]:
    """What a replacement or change leaves as it is: all that others find the thing by."""
    if operation.method not in ("put", "patch"):
        return {}
    return {
        Slot("body", f"/{addressing_name(each.resource)}"): each.values[-1]
        for each in entity.original.aliases
    }
