"""Which calls are conditional, and on which ETag.

Now and then, a change joins the last conditional one: it is made to the same entity, with the same ETag,
while that one is under way or just after. Only one of the two may be carried out (RFC 9110, section 13.1.1).
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from load.journeys.entities import Entity
from load.journeys.entity_tags import EntityTag, Precondition
from load.journeys.step import leads_to
from load.planning.plan import Need
from load.planning.request_fields import IF_MATCH, IF_NONE_MATCH, PRECONDITION_REQUIRED, field_of
from load.planning.side_effects import REPLACING
from openapi.operations import Operation

# The share of changes that are conditional, of those that join the last one, and of these that do not say so.
_CHANGES, _JOINING, _SILENT = 0.5, 0.25, 0.2
# The share of reads that are conditional, and of these with an ETag from before the last one.
_READS, _FORMER = 0.1, 0.5


class Joined(NamedTuple):
    """An entity that another call is changing, and the same precondition."""

    entity: Entity
    condition: Precondition


class ConditionalCalls:
    """Chooses the preconditions of the calls of one process, of these operations by label."""

    def __init__(self, operations: Mapping[str, Operation], random: Random) -> None:
        self._random = random
        self._fields = {
            label: field for label, operation in operations.items() if (field := _documented_field(operation))
        }
        # By resource, the entity of the last conditional change, with the ETag that it named.
        self._last: dict[str, tuple[Entity, EntityTag]] = {}

    def join(self, operation: Operation, need: Need) -> Joined | None:
        """The last conditional change to an entity of a need, for some of the calls that change one."""
        last = self._last.get(need.resource) if operation.label in self._fields else None
        if last is None or not need.addressed or operation.method not in ("put", "patch"):
            return None
        entity, tag = last
        is_there = entity.is_own and entity.is_known
        if not is_there or not leads_to(operation, entity.resource) or self._random.random() >= _JOINING:
            return None
        is_sent = self._is_required(operation) or self._random.random() >= _SILENT
        return Joined(entity, Precondition(self._fields[operation.label], tag, is_sent))

    def choose(self, operation: Operation, entity: Entity | None) -> Precondition | None:
        """The precondition of a call to an entity, for some of the calls; None for the others."""
        field = self._fields.get(operation.label)
        if field is None or entity is None or not entity.tags or not leads_to(operation, entity.resource):
            return None
        if operation.method not in REPLACING:
            if self._random.random() >= _READS:
                return None
            is_former = len(entity.tags) > 1 and self._random.random() < _FORMER
            return Precondition(field, entity.tags[-2 if is_former else -1])
        if not self._is_required(operation) and self._random.random() >= _CHANGES:
            return None
        tag = entity.tags[-1]
        if entity.is_own and operation.method != "delete":
            self._last[entity.resource] = entity, tag
        return Precondition(field, tag)

    def _is_required(self, operation: Operation) -> bool:
        return PRECONDITION_REQUIRED in operation.responses or any(
            parameter.required and parameter.name == self._fields[operation.label]
            for parameter in operation.parameters
        )


def _documented_field(operation: Operation) -> str:
    """The field of the document by which calls of an operation are made conditional; empty without one."""
    if operation.method in REPLACING:
        return field_of(operation, IF_MATCH)
    return field_of(operation, IF_NONE_MATCH) if operation.method == "get" else ""
