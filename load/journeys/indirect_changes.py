"""What calls may change that they do not name, which decides what a later read proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from load.journeys.entity_reads import EntityReads
from load.planning.resources import collection_of, normalised
from load.planning.side_effects import SAFE, destruction, publishes
from openapi.operations import Operation


@dataclass(frozen=True)
class IndirectChanges:
    """The changes that the called operations may make, as far as methods, paths and names show them."""

    reads: EntityReads

    @cached_property
    def may_erase_unnamed(self) -> bool:
        """Whether calls may erase entities that they do not name, such as a reset of everything."""
        return any(
            operation.method != "delete" and destruction(operation) and not self._addresses_entity(operation)
            for operation in self._called
        )

    @cached_property
    def independent_resources(self) -> frozenset[str]:
        """The resources whose entities change only by calls to them or to their collection. There are none,
        unless every call that changes something goes to such an entity or collection. Resources are left out
        if calls to other resources refer to them.
        """
        changing = [operation for operation in self._called if operation.method not in SAFE]
        readable = self.reads.by_resource
        resources = {path: resource for resource in readable for path in (resource, collection_of(resource))}
        if any(normalised(operation.path) not in resources for operation in changing):
            return frozenset()
        producers = (each for found in self.reads.plan.producers.values() for each in found)
        originals = {producer.resource: producer.alias_of for producer in producers if producer.alias_of}
        referred = {
            resource
            for operation in changing
            for need in self.reads.plan.needs[operation.label]
            for resource in (need.resource, originals.get(need.resource, need.resource))
            if resource != resources[normalised(operation.path)]
        }
        return frozenset(readable) - referred

    @cached_property
    def publishing(self) -> Mapping[str, str]:
        """The label of the operation that publishes entities, by resource: reads may show changes to them
        only after that.
        """
        return {
            resource: label
            for resource in self.reads.by_resource
            for label, operation in self.reads.operations.items()
            if publishes(operation) and normalised(operation.path).startswith(f"{resource}/")
        }

    @property
    def _called(self) -> list[Operation]:
        return [self.reads.operations[label] for label in self.reads.builders]

    def _addresses_entity(self, operation: Operation) -> bool:
        return any(need.addressed for need in self.reads.plan.needs[operation.label])
