"""Creates the call builders of operations. The plan says which values a call is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from load.calls.builder import CallBuilder
from load.calls.learning import CompileTime
from load.calls.slot_rules import SlotRules
from load.journeys.bound_values import BoundValues
from load.journeys.plan_index import PlanIndex
from load.options.options import Options
from load.planning.identifiers import Identifier
from load.planning.plan import Plan, Slot
from load.planning.producers import NAMED_AT_PATH, Producer
from load.planning.request_fields import IDEMPOTENCY_KEY, field_of
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import SecurityScheme


@dataclass(frozen=True)
class CallBuilderFactory:
    """Creates call builders, which share `payloads` and `random`; `schemes` are the security schemes of the
    document, by name, and `bound` gives the values that the user has bound to slots.
    """

    plan: Plan
    options: Options
    payloads: PayloadFactory
    random: Random
    schemes: Mapping[str, SecurityScheme]
    bound: BoundValues

    def create(self, operation: Operation) -> CallBuilder:
        """The builder of an operation's calls. Raises Unbuildable when no valid call can be built, and
        ContractError when a schema is invalid.
        """
        secret = self.options.credentials.secret(operation, self.schemes)
        rules = self.rules(operation)
        builder = CallBuilder(operation, self.payloads, self.random, secret, rules, self._compile_time)
        if operation.method == "post" and field_of(operation, IDEMPOTENCY_KEY):
            # Only values of its own show whether a creation was carried out twice.
            builder.make_distinct()
        return builder

    def rules(self, operation: Operation) -> SlotRules:
        """How the slots of an operation's calls are filled."""
        needs = self.plan.needs[operation.label]
        optional = [need for need in needs if not need.required and not need.made_up]
        empty = [slot for need in optional for slot, _ in need.slots]
        empty += [
            *self.plan.empty_slots[operation.label],
            *self._index.linked_slots.get(operation.label, ()),
        ]
        is_careful = not self.options.selection.allow_destructive
        return SlotRules(
            given=frozenset(
                [
                    *(slot for need in needs if need.required for slot, _ in need.slots),
                    *(cursor.slot for cursor in self.plan.cursors[operation.label]),
                    *self.bound.slots(operation.label),
                ]
            ),
            empty=frozenset(empty) - self.bound.slots(operation.label),
            bound=self.bound.slots(operation.label),
            replaced=self.options.credentials.replaced(operation),
            naming=self._naming_slots(operation) if is_careful else frozenset(),
            may_be_unnamed=all(map(_is_named_by_service, self.plan.producers.get(operation.label, ()))),
            is_careful=is_careful,
        )

    @cached_property
    def _compile_time(self) -> CompileTime:
        return CompileTime()

    @cached_property
    def _index(self) -> PlanIndex:
        return PlanIndex(self.plan)

    def _naming_slots(self, operation: Operation) -> frozenset[Slot]:
        """The slots whose values name what a call creates: the last parameter of its path, or properties of
        its body. Values for them are the run's own, so that a call cannot overwrite what others created.
        """
        slots: set[Slot] = set()
        for producer in self.plan.producers.get(operation.label, ()):
            if producer.reason in NAMED_AT_PATH:
                slots |= {Slot("path", name) for name in operation.path_names[-1:]}
            elif producer.creates or producer.alias_of:
                slots |= {Slot("body", pointer) for pointer in _naming_pointers(producer)}
        return frozenset(slots)


def _is_named_by_service(producer: Producer) -> bool:
    """Whether the answer shows the identifier of what a call creates, and the request does not."""
    last = producer.sources[-1]
    return isinstance(last, Identifier) and last.pointer is not None and last.request is None


def _naming_pointers(producer: Producer) -> Iterator[str]:
    """JSON pointers to the properties at the top of a body that may hold the identifier."""
    last = producer.sources[-1]
    pointers = (last.pointer, last.request, last.named) if isinstance(last, Identifier) else (last,)
    return (pointer for pointer in pointers if pointer and pointer.count("/") == 1)
