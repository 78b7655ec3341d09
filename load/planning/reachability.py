"""Which operations can be called at all, one after another."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from load.planning.plan import Cursor, Need, Slot
from load.planning.producers import Producer


@dataclass
class Needs:
    """What operations need, by their label, and why some cannot be called. The fields are those of the Plan;
    `entities` are its needs.
    """

    entities: dict[str, tuple[Need, ...]] = field(default_factory=dict)
    empty_slots: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    guessed_parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    uncovered: dict[str, str] = field(default_factory=dict)
    made_up_slots: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    cursors: dict[str, tuple[Cursor, ...]] = field(default_factory=dict)


def settle(needs: Needs, operations: Iterable[str], producers: Mapping[str, Sequence[Producer]]) -> None:
    """Decide which operations can be called: each once operations before it have produced what it needs.

    When no further operation can be called, as when two entities refer to each other, a reference is made up.
    Operations whose paths need what no operation produces cannot be reached.
    """
    produced: set[str] = set()
    listed: set[str] = set()

    def missing(label: str) -> list[Need]:
        return [need for need in needs.entities[label] if need.required and need.resource not in produced]

    pending = [label for label in operations if label not in needs.uncovered]
    created = {
        producer.resource for label in pending for producer in producers.get(label, ()) if producer.creates
    }
    while pending:
        ready = [label for label in pending if not missing(label)]
        ready = ready or _make_up_reference(pending, missing, needs)
        answering = [producer for label in ready for producer in producers.get(label, ())]
        produced |= {
            producer.resource
            for producer in answering
            if producer.creates or producer.resource not in created
        }
        # A list may be empty, so it counts only when there is no other way to get an entity.
        listed |= {producer.resource for producer in answering}
        if not ready and listed <= produced:
            break
        if not ready:
            produced |= listed
        pending = [label for label in pending if label not in ready]
    for label in pending:
        slots = ", ".join(str(slot) for need in missing(label)[:1] for slot, _ in need.slots)
        needs.uncovered[label] = f"no operation that can be called produces a value for {slots}"
    for label, entities in needs.entities.items():
        needs.entities[label] = tuple(need for need in entities if need.resource in produced | listed)


def _make_up_reference(
    pending: Sequence[str], missing: Callable[[str], list[Need]], needs: Needs
) -> list[str]:
    """The operation that lacks the fewest references, which are made up; none when all lack a part of the
    path.
    """
    callable_labels = [label for label in pending if not any(_is_in_path(need) for need in missing(label))]
    if not callable_labels:
        return []
    label = min(callable_labels, key=lambda candidate: len(missing(candidate)))
    lacking = missing(label)
    needs.entities[label] = tuple(
        replace(need, required=False, made_up=True) if need in lacking else need
        for need in needs.entities[label]
    )
    return [label]


def _is_in_path(need: Need) -> bool:
    """Whether a call cannot be made without the entity."""
    return need.addressed or any(slot.location == "path" for slot, _ in need.slots)
