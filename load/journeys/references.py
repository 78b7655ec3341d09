"""What becomes of the entities that the body of a call refers to."""

from collections.abc import Iterable, Iterator, Mapping

from load.journeys.entities import Entity, EntityPool
from load.planning.plan import Need, Slot
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


def referred_in(payload: Json, needs: Iterable[Need], pools: Mapping[str, EntityPool]) -> Iterator[Entity]:
    """The known entities that a payload refers to, wherever its values are from."""
    for need in needs:
        if not need.addressed:
            places = sorted((index, slot.name) for slot, index in need.slots if slot.location == "body")
            values = tuple(at_pointer(payload, name) for _, name in places)
            is_one = not any(isinstance(value, (dict, list)) for value in values)
            entity = pools[need.resource].entities.get(values) if is_one else None
            if entity is not None:
                yield entity


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
