"""Which operations can be called at all, one after another."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from load.planning.plan import Need, Slot
from load.planning.producers import Producer


@dataclass
class Needs:
    """What operations need, by label: things, slots that stay empty, names of path parameters whose values
    are made up though only some may exist; and why operations cannot be reached.
    """

    entities: dict[str, tuple[Need, ...]]
    empty_slots: dict[str, tuple[Slot, ...]]
    guessed_parameters: dict[str, tuple[str, ...]]
    uncovered: dict[str, str]
    made_up_slots: dict[str, tuple[Slot, ...]] = field(default_factory=dict)


def settle(found: Needs, operations: Iterable[str], producers: Mapping[str, Sequence[Producer]]) -> None:
    """Which operations can be called, one after another: each when what it needs has been told of.

    Where that ends, as when two things refer to each other, a reference is made up; where a path
    needs what nothing tells of, the operation is out of reach.
    """
    told: set[str] = set()
    listed: set[str] = set()

    def missing(label: str) -> list[Need]:
        return [need for need in found.entities[label] if need.required and need.resource not in told]

    pending = [label for label in operations if label not in found.uncovered]
    made = {
        producer.resource for label in pending for producer in producers.get(label, ()) if producer.creates
    }
    while pending:
        ready = [label for label in pending if not missing(label)]
        ready = ready or _unknotted(pending, missing, found)
        heard = [producer for label in ready for producer in producers.get(label, ())]
        told |= {producer.resource for producer in heard if producer.creates or producer.resource not in made}
        # What a list shows may be nothing: it counts once there is no other way to a thing.
        listed |= {producer.resource for producer in heard}
        if not ready and listed <= told:
            break
        if not ready:
            told |= listed
        pending = [label for label in pending if label not in ready]
    for label in pending:
        slots = ", ".join(str(slot) for need in missing(label)[:1] for slot, _ in need.slots)
        found.uncovered[label] = f"nothing that can be called tells which {slots} there are"
    for label, needs in found.entities.items():
        found.entities[label] = tuple(need for need in needs if need.resource in told | listed)


def _unknotted(pending: Sequence[str], missing: Callable[[str], list[Need]], found: Needs) -> list[str]:
    """The operation that lacks least, of those whose paths are complete: references are made up."""
    complete = [label for label in pending if not any(_leads(need) for need in missing(label))]
    if not complete:
        return []
    label = min(complete, key=lambda each: len(missing(each)))
    lacking = missing(label)
    found.entities[label] = tuple(
        replace(need, required=False, made_up=True) if need in lacking else need
        for need in found.entities[label]
    )
    return [label]


def _leads(need: Need) -> bool:
    """Whether a call leads nowhere without the thing."""
    return need.addressed or any(slot.location == "path" for slot, _ in need.slots)
