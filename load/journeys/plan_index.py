"""The plan arranged for look-ups during a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from load.planning.identifiers import Identifier
from load.planning.plan import Plan, Slot
from load.planning.producers import MAY_CREATE_AT_PATH, Producer


@dataclass(frozen=True)
class PlanIndex:
    """Look-ups into a plan, by the label of an operation or by resource. Each is computed when first used."""

    plan: Plan

    @cached_property
    def created_by(self) -> Mapping[str, frozenset[str]]:
        """The resources that each operation creates entities of, by label."""
        return {
            label: frozenset(producer.resource for producer in producers if producer.creates)
            for label, producers in self.plan.producers.items()
            if any(producer.creates for producer in producers)
        }

    @cached_property
    def creators_of(self) -> Mapping[str, Sequence[str]]:
        """The labels of the operations that create entities of a resource, by resource."""
        creators: dict[str, list[str]] = {}
        for label, resources in self.created_by.items():
            for resource in resources:
                creators.setdefault(resource, []).append(label)
        return creators

    @cached_property
    def created(self) -> frozenset[str]:
        """The resources that this run certainly creates entities of."""
        return frozenset(
            producer.resource
            for producers in self.plan.producers.values()
            for producer in producers
            if producer.creates and producer.reason != MAY_CREATE_AT_PATH
        )

    @cached_property
    def needed(self) -> frozenset[str]:
        """The resources of all entities that calls need."""
        return frozenset(need.resource for needs in self.plan.needs.values() for need in needs)

    @cached_property
    def producers(self) -> Mapping[str, list[Producer]]:
        """What the answers of an operation supply that some call needs, by label. Where the run creates
        entities of a resource itself, those that are only listed are left out.
        """
        return {
            label: [
                producer
                for producer in producers
                if producer.resource in self.needed
                and (producer.creates or producer.resource not in self.created)
            ]
            for label, producers in self.plan.producers.items()
        }

    @cached_property
    def linked_slots(self) -> Mapping[str, Sequence[Slot]]:
        """The slots of an operation that links of other operations give values for, by its label; operations
        without such slots are not in it.
        """
        slots: dict[str, dict[Slot, None]] = {}
        for linked_values in self.plan.linked_values.values():
            for linked in linked_values:
                slots.setdefault(linked.consumer, {})[linked.slot] = None
        return {label: [*unique] for label, unique in slots.items()}

    @cached_property
    def identifier_pointers(self) -> Mapping[str, tuple[str, ...]]:
        """Where creations show the identifier that the paths of a resource take: JSON pointers, by
        resource.
        """
        pointers: dict[str, dict[str, None]] = {}
        for producer in (producer for producers in self.plan.producers.values() for producer in producers):
            last = producer.sources[-1]
            pointer = last.pointer if isinstance(last, Identifier) else None
            if pointer and producer.creates and not producer.alias_of:
                first = f"{producer.list_pointer}/0" if producer.list_pointer is not None else ""
                pointers.setdefault(producer.resource, {})[f"{first}{pointer}"] = None
        return {resource: tuple(unique) for resource, unique in pointers.items()}

    def learns_from(self, label: str) -> bool:
        """Whether the answers of an operation supply anything that other calls use."""
        return bool(self.producers.get(label)) or label in self.plan.linked_values
