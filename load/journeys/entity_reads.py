"""The operations that read one entity, which show whether what was written is still there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from load.calls.builder import CallBuilder
from load.journeys.entities import Entity
from load.journeys.step import Step, leads_to
from load.planning.message_schemas import deprecated_properties, json_schemas
from load.planning.plan import Plan
from load.planning.schema_properties import outline_of
from openapi.operations import Operation


@dataclass(frozen=True)
class EntityReads:
    """The reading operations among those that are called; `builders` build their calls, by label."""

    operations: Mapping[str, Operation]
    builders: Mapping[str, CallBuilder]
    plan: Plan

    @cached_property
    def by_resource(self) -> Mapping[str, Operation]:
        """The operation that reads one entity and needs nothing else, by the resource of the entity."""
        reads = {}
        for label in self.builders:
            operation = self.operations[label]
            needs = [need for need in self.plan.needs[label] if need.required]
            reads_one = operation.method == "get" and len(needs) == 1 and needs[0].addressed
            if reads_one and leads_to(operation, needs[0].resource):
                reads[needs[0].resource] = operation
        return reads

    @cached_property
    def comparable_properties(self) -> Mapping[str, frozenset[str]]:
        """The optional properties that reading an entity is documented to show, by resource. Deprecated ones
        are left out, and so are required ones: an answer without them is reported as a violation of the
        contract.
        """
        comparable: dict[str, frozenset[str]] = {}
        for resource, operation in self.by_resource.items():
            outlines = [outline_of(schema.node, schema) for schema in json_schemas(operation)]
            names = {name for facts in outlines for name in facts.get("properties", {})}
            required = (facts.get("required", ()) for facts in outlines)
            comparable[resource] = frozenset(names.difference(deprecated_properties(operation), *required))
        return comparable

    def step(self, entity: Entity) -> Step:
        """A call that reads an entity, whether or not it is in its pool."""
        operation = self.by_resource[entity.resource]
        (need,) = (need for need in self.plan.needs[operation.label] if need.required)
        values = {slot: entity.values[index] for slot, index in need.slots}
        bound = {**entity.original.origin.fields, **values}
        return Step(self.builders[operation.label].build(bound, bare=True), entity)
