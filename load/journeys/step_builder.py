"""Builds steps: calls of operations with the entities and the linked values that they need."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from load.calls.call import Call
from load.calls.repetition import Repetition
from load.journeys.compiled_operations import CompiledOperations
from load.journeys.conditional_calls import ConditionalCalls
from load.journeys.entities import Entity, release
from load.journeys.entity_tags import Precondition
from load.journeys.failure_streaks import FailureStreaks
from load.journeys.knowledge import Knowledge
from load.journeys.leasing import Lease, Leasing
from load.journeys.references import is_in_list, kept_identifiers, may_put_inside, referred_in
from load.journeys.step import Step
from load.options.selection import acts_by_name
from load.planning.plan import Need, Slot
from load.planning.side_effects import SAFE
from openapi.contract import Json
from openapi.operations import Operation

# How often a value that a link gave is used, and an optional reference is sent.
_LINKED_VALUES_USED = 0.5
_OPTIONAL_NEEDS_MET = 0.7
# How many creations may follow from one need: an order needs a customer, which needs a country.
MOST_CREATIONS = 4


@dataclass(slots=True)
class _Bindings:
    """The values that a call gets by slot, the entities that are leased for it (each once), the one that its
    path addresses, the slots that name foreign entities, and the precondition of the call.
    """

    values: dict[Slot, Json]
    leases: dict[Entity, None] = field(default_factory=dict)
    addressed: Entity | None = None
    foreign: dict[Slot, Need] = field(default_factory=dict)
    condition: Precondition | None = None

    def add(self, operation: Operation, need: Need, lease: Lease) -> None:
        """Put the values of a leased entity into the slots of a need."""
        entity = lease.entity
        # As the leases of a creation become parents, what is held twice would be held four times next.
        release(held for held in lease.held if held in self.leases)
        self.leases |= dict.fromkeys(lease.held)
        # What is created with references to others is created in the same tenant or language.
        if (need.addressed or operation.method == "post") and (fields := entity.original.origin.fields):
            self.values = {**fields, **self.values}
        if need.addressed:
            self.values.update(kept_identifiers(operation, entity))
            self.addressed = entity
        for slot, index in need.slots:
            self.values[slot] = entity.values[index]
        if not entity.is_own:
            self.foreign.update({slot: need for slot, _ in need.slots})

    def hold(self, entities: Iterable[Entity]) -> None:
        """Lease other entities, too."""
        for entity in entities:
            if entity not in self.leases:
                entity.use_count += 1
                self.leases[entity] = None


class StepBuilder:
    """Builds the steps of one process's users."""

    def __init__(
        self,
        compiled: CompiledOperations,
        knowledge: Knowledge,
        streaks: FailureStreaks,
        random: Random,
    ) -> None:
        self._compiled, self._knowledge, self._streaks, self._random = compiled, knowledge, streaks, random
        self._leasing = Leasing(compiled, knowledge, random)
        self._conditions = ConditionalCalls(compiled.operations, random)
        self._is_careful = not compiled.options.selection.allow_destructive

    def build(self, operation: Operation, creations: int = MOST_CREATIONS, bare: bool = False) -> Step | None:
        """A step that calls an operation, or one that creates what it needs; None when neither is possible.

        `creations` limits how many creations may follow from one need. A `bare` call has nothing optional.
        """
        is_called = operation.label in self._compiled.builders
        if not is_called or (self._is_careful and operation.label in self._knowledge.ownership.overwriting):
            return None
        if not bare and (page := self._next_page(operation)):
            return page
        if any(cursor.required for cursor in self._compiled.plan.cursors[operation.label]):
            return self._first_page(operation, creations) if creations else None
        bindings = _Bindings({} if bare else self._linked_values(operation))
        for need in self._compiled.plan.needs[operation.label]:
            is_optional = not need.required and not need.made_up
            if is_optional and (bare or self._random.random() > _OPTIONAL_NEEDS_MET):
                continue
            lease = None if bare else self._joining(operation, need, bindings)
            lease = lease or self._leasing.lease(operation, need, bindings.addressed)
            if lease is not None:
                bindings.add(operation, need, lease)
            elif need.required:
                release(bindings.leases)
                return self._producing_step(need, creations) if creations else None
        return self._step(operation, bindings, bare)

    def _joining(self, operation: Operation, need: Need, bindings: _Bindings) -> Lease | None:
        """A lease of an entity that another call changes now, with the same precondition, now and then."""
        joined = self._conditions.join(operation, need)
        if joined is None or self._knowledge.awaits_proof(need.resource):
            return None
        bindings.condition = joined.condition
        return self._leasing.share(joined.entity)

    def _next_page(self, operation: Operation) -> Step | None:
        """A step that reads a page that an earlier answer has announced, if there is one."""
        is_required = any(cursor.required for cursor in self._compiled.plan.cursors[operation.label])
        page = self._knowledge.pages.take(operation.label, self._random, is_required)
        if page is None:
            return None
        bound = self._compiled.bound.next(operation.label)
        call = self._compiled.builders[operation.label].build({**bound, **page.values}, bare=True)
        return Step(call, page.entity, page.leases)

    def _first_page(self, operation: Operation, creations: int) -> Step | None:
        """A step that reads the first page of a list whose further pages another operation reads."""
        labels = [
            label for cursor in self._compiled.plan.cursors[operation.label] for label in cursor.sources
        ]
        steps = (self.build(self._compiled.operations[label], creations - 1) for label in labels)
        return next((step for step in steps if step is not None), None)

    def _step(self, operation: Operation, bindings: _Bindings, bare: bool) -> Step:
        repetition = None if bare else self._knowledge.ownership.trials.next(operation.label)
        condition = bindings.condition
        if condition is None and not bare:
            condition = self._conditions.choose(operation, bindings.addressed)
        if condition is not None and condition.is_sent:
            bindings.values[Slot("header", condition.field)] = condition.tag.text
        # What an entity was created with, such as a tenant, stays its own.
        bindings.values = {**self._compiled.bound.next(operation.label), **bindings.values}
        call = self._call(operation, bindings, bare, repetition)
        if repetition is not None:
            # It repeats the references of the creation before.
            needs = self._compiled.plan.needs[operation.label]
            bindings.hold(referred_in(call.payload, needs, self._knowledge.pools))
        addressed = bindings.addressed
        lists_foreign = any(may_put_inside(operation, slot, call.payload) for slot in bindings.foreign)
        if lists_foreign and addressed is not None:
            addressed.original.may_contain_foreign = True
        return Step(
            call,
            addressed,
            tuple(bindings.leases),
            is_repetition=repetition is not None,
            lists_foreign=lists_foreign,
            condition=condition,
        )

    def _call(
        self, operation: Operation, bindings: _Bindings, bare: bool, repetition: Repetition | None
    ) -> Call:
        """A call with the values that are bound, except for optional references to foreign entities in lists,
        as the call might take these away from where they are, such as an issue from its sprint; and in calls
        that change what they refer to, such as a payment.
        """
        builder = self._compiled.builders[operation.label]
        repeated = repetition.bound if repetition else {}
        call = builder.build({**repeated, **bindings.values}, bare, repetition)
        if operation.method in SAFE or not self._is_careful:
            return call
        taken = {
            slot
            for slot, need in bindings.foreign.items()
            if not need.required and (is_in_list(slot, call.payload) or acts_by_name(operation))
        }
        if not taken:
            return call
        values = {slot: value for slot, value in bindings.values.items() if slot not in taken}
        return builder.build({**repeated, **values}, bare, repetition)

    def _producing_step(self, need: Need, creations: int) -> Step | None:
        """A step that creates an entity that is needed; where nothing creates any, one that lists them."""
        plan, builders = self._compiled.plan, self._compiled.builders
        labels = [label for label in plan.producer_labels(need.resource) if label in builders]
        creating = [label for label in labels if self._compiled.operations[label].method not in SAFE]
        if need.resource not in self._compiled.index.created:
            creating = self._random.sample(labels, len(labels))
        for label in creating or labels:
            if self._streaks.passes_over(label):
                continue
            step = self.build(self._compiled.operations[label], creations - 1)
            if step is not None:
                return step
        return None

    def _linked_values(self, operation: Operation) -> dict[Slot, Json]:
        """Values that links gave for slots of an operation, for some of its calls."""
        values: dict[Slot, Json] = {}
        bound = self._compiled.bound.slots(operation.label)
        for slot in self._compiled.index.linked_slots.get(operation.label, ()):
            if slot not in bound and self._random.random() < _LINKED_VALUES_USED:
                value = self._knowledge.linked_value(operation.label, slot, self._random)
                if value is not None:
                    values[slot] = value
        return values
