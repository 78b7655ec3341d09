"""What is compiled before a run, once: the operations that are called, and what builds their calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from load.calls.builder import CallBuilder
from load.errors import LoadError
from load.journeys.coverage import Coverage, coverage
from load.journeys.entities import Entity
from load.journeys.step import Step, leads_to
from load.options.options import Options
from load.planning.identifiers import Identifier
from load.planning.message_schemas import deprecated, json_schemas
from load.planning.plan import Plan, Slot
from load.planning.producers import CREATES_AT_PATH, Producer
from load.planning.resources import collection_of, normalised
from load.planning.schema_properties import outline
from load.planning.side_effects import SAFE, destruction, publishes
from openapi.contract import Contract, ContractError, Json
from openapi.operation_reader import readable_operations
from openapi.operations import Operation
from openapi.payloads import Payloads, Unbuildable
from openapi.security import SecurityScheme, security_schemes


@dataclass(frozen=True)
class Compiled:
    """The operations that are called, by label, their plan, and what builds their calls. `uncovered` and
    `asking` are those of the coverage, with what could not be built; `omitted` tells of optional properties
    that are never sent, `is_own` whether a value is of this run alone.
    """

    operations: Mapping[str, Operation]
    plan: Plan
    builders: Mapping[str, CallBuilder]
    uncovered: Mapping[str, str]
    asking: Mapping[str, str]
    omitted: tuple[str, ...]
    options: Options
    is_own: Callable[[Json], bool]

    @cached_property
    def makers(self) -> Mapping[str, frozenset[str]]:
        """The resources that operations make things of, by label."""
        return {
            label: frozenset(producer.resource for producer in producers if producer.creates)
            for label, producers in self.plan.producers.items()
            if any(producer.creates for producer in producers)
        }

    @cached_property
    def makers_of(self) -> Mapping[str, Sequence[str]]:
        """The labels of the operations that make things of a resource, by the resource."""
        found: dict[str, list[str]] = {}
        for label, resources in self.makers.items():
            for each in resources:
                found.setdefault(each, []).append(label)
        return found

    @cached_property
    def documented(self) -> Mapping[str, frozenset[str]]:
        """The properties that reading a thing may show, by its resource, but for deprecated ones. Where one
        that is required is not there, that breaks the contract and is told as such.
        """
        found: dict[str, frozenset[str]] = {}
        for resource, operation in self.readable.items():
            facts = [outline(each.translated, each.translated) for each in json_schemas(operation)]
            names = {name for each in facts for name in each.get("properties", {})}
            required = (each.get("required", ()) for each in facts)
            found[resource] = frozenset(names.difference(deprecated(operation), *required))
        return found

    @cached_property
    def readable(self) -> Mapping[str, Operation]:
        """The operations that read one thing each and need nothing else, by the resource of it."""
        reads = {}
        for label in self.builders:
            operation = self.operations[label]
            needs = [need for need in self.plan.needs[label] if need.required]
            is_one = operation.method == "get" and len(needs) == 1 and needs[0].addressed
            if is_one and leads_to(operation, needs[0].resource):
                reads[needs[0].resource] = operation
        return reads

    def reading(self, entity: Entity) -> Step:
        """A call that reads a thing, be it known or not."""
        operation = self.readable[entity.home.resource]
        (need,) = (each for each in self.plan.needs[operation.label] if each.required)
        bound = {**entity.itself.fields, **{slot: entity.values[index] for slot, index in need.slots}}
        return Step(self.builders[operation.label].build(bound, bare=True), entity)

    @cached_property
    def erases(self) -> bool:
        """Whether calls may erase things that they do not name, as a reset of everything does."""
        called = (self.operations[label] for label in self.builders)
        return any(
            each.method != "delete" and destruction(each) and not self._addresses(each) for each in called
        )

    @cached_property
    def independent(self) -> frozenset[str]:
        """The resources whose things no call for anything else changes: all that changes anything is for one
        thing, or for the collection, of some resource that can be read, and no call for others refers to
        these.
        """
        changing = [self.operations[label] for label in self.builders]
        changing = [each for each in changing if each.method not in SAFE]
        homes = {path: resource for resource in self.readable for path in (resource, collection_of(resource))}
        if any(normalised(each.path) not in homes for each in changing):
            return frozenset()
        referred = {
            need.resource
            for each in changing
            for need in self.plan.needs[each.label]
            if need.resource != homes[normalised(each.path)]
        }
        return frozenset(self.readable) - referred

    @cached_property
    def published(self) -> Mapping[str, str]:
        """Of resources whose things may show changes only once they are published: the operation for that."""
        return {
            resource: label
            for resource in self.readable
            for label, operation in self.operations.items()
            if publishes(operation) and normalised(operation.path).startswith(f"{resource}/")
        }

    def _addresses(self, operation: Operation) -> bool:
        return any(need.addressed for need in self.plan.needs[operation.label])

    def lines(self) -> Iterator[str]:
        """What calls what, with the reason, and what is not called, for people."""
        yield from self.plan.lines([*self.builders])
        for label in self.builders:
            if server := self.operations[label].server:
                base = self.operations[label].base or "/"
                yield f"{label}: its own server is {server}: called under {base} of the host"
        for label, reason in self.uncovered.items():
            yield f"{label}: not called: {reason}"

    def reads(self, label: str) -> bool:
        """Whether anything is learnt from what an operation answers."""
        return bool(self.learnt.get(label)) or label in self.plan.linked_values

    @cached_property
    def learnt(self) -> Mapping[str, list[Producer]]:
        """What is learnt from the answers of operations, by label: of things that the run makes, only what it
        makes itself.
        """
        return {
            label: [each for each in producers if each.resource in self.resources and self._is_learnt(each)]
            for label, producers in self.plan.producers.items()
        }

    @cached_property
    def resources(self) -> frozenset[str]:
        """The resources of all things that calls need."""
        return frozenset(need.resource for needs in self.plan.needs.values() for need in needs)

    @cached_property
    def made(self) -> frozenset[str]:
        """The resources that this run makes things of."""
        producers = (producer for producers in self.plan.producers.values() for producer in producers)
        return frozenset(producer.resource for producer in producers if producer.creates)

    @cached_property
    def carried(self) -> Mapping[str, list[Slot]]:
        """Where the calls of an operation may carry what a link has told, by label."""
        return {label: carried_slots(self.plan, label) for label in self.operations}

    @cached_property
    def identifiers(self) -> Mapping[str, tuple[str, ...]]:
        """Where the things of a resource show the identifier that their paths ask for."""
        found: dict[str, list[str]] = {}
        for producer in (each for producers in self.plan.producers.values() for each in producers):
            last = producer.sources[-1]
            pointer = last.pointer if isinstance(last, Identifier) else None
            if pointer and producer.creates and not producer.alias_of:
                found.setdefault(producer.resource, []).append(pointer)
        return {resource: tuple(dict.fromkeys(pointers)) for resource, pointers in found.items()}

    def _is_learnt(self, producer: Producer) -> bool:
        return producer.creates or producer.resource not in self.made


def compiled(
    covered: Coverage,
    options: Options,
    payloads: Payloads,
    random: Random,
    schemes: Mapping[str, SecurityScheme],
) -> Compiled:
    """Compile what is called. Raises LoadError when nothing of it can be."""
    uncovered = dict(covered.uncovered)
    builders = dict(_builders(covered, options, payloads, random, schemes, uncovered))
    if not builders and covered.asking:
        *_, reason = covered.asking.values()
        raise LoadError(f"nothing is left to call: {len(covered.asking)} operations ask{reason[4:]}")
    if not builders:
        reasons = "; ".join(f"{label}: {reason}" for label, reason in [*uncovered.items()][:3])
        raise LoadError(f"no operation of the document can be called: {reasons}")
    omitted = (each for builder in builders.values() for each in builder.omitted)
    return Compiled(
        operations=covered.operations,
        plan=covered.plan,
        builders=builders,
        uncovered=uncovered,
        asking=covered.asking,
        omitted=tuple(dict.fromkeys([*payloads.omitted, *omitted])),
        options=options,
        is_own=payloads.is_own,
    )


def planned(contract: Contract, options: Options) -> Compiled:
    """What would be called of a document. Raises ContractError and LoadError when nothing can be."""
    found, faulty = readable_operations(contract)
    schemes, payloads = security_schemes(contract), Payloads(stated=contract.document)
    covered = coverage(found, options, schemes, payloads)
    made = compiled(covered, options, payloads, Random(), schemes)
    return replace(made, uncovered={**faulty, **made.uncovered})


def _builders(
    covered: Coverage,
    options: Options,
    payloads: Payloads,
    random: Random,
    schemes: Mapping[str, SecurityScheme],
    uncovered: dict[str, str],
) -> Iterator[tuple[str, CallBuilder]]:
    """What builds the calls of each operation; adds to `uncovered` why there is none for some."""
    careful = not options.selection.allow_destructive
    found = covered.plan
    for label, operation in covered.operations.items():
        if label in found.uncovered:
            continue
        needs = found.needs[label]
        bound = [slot for need in needs if need.required for slot, _ in need.slots]
        optional = [need for need in needs if not need.required and not need.made_up]
        unsent = [slot for need in optional for slot, _ in need.slots]
        unsent += [*found.empty_slots[label], *carried_slots(found, label)]
        secret = options.credentials.secret(operation, schemes)
        naming = _naming(operation, found) if careful else frozenset[Slot]()
        try:
            builder = CallBuilder(operation, bound, unsent, payloads, random, secret, naming, careful)
        except (Unbuildable, ContractError) as reason:
            uncovered[label] = str(reason)
        else:
            yield label, builder


def _naming(operation: Operation, found: Plan) -> frozenset[Slot]:
    """Where a call names what it makes, by the last parameter of its path or by a property of its body;
    that is to be the run's own name.
    """
    slots: set[Slot] = set()
    for producer in found.producers.get(operation.label, ()):
        last = producer.sources[-1]
        if producer.reason == CREATES_AT_PATH:
            slots |= {Slot("path", each) for each in operation.path_names[-1:]}
        elif producer.creates or producer.alias_of:
            told = (last.pointer, last.request, last.named) if isinstance(last, Identifier) else (last,)
            pointers = filter(None, told)
            slots |= {Slot("body", each) for each in pointers if each.count("/") == 1}
    return frozenset(slots)


def carried_slots(found: Plan, label: str) -> list[Slot]:
    """Where the calls of an operation may carry what links of other operations have told."""
    slots = [
        each.slot for memories in found.linked_values.values() for each in memories if each.consumer == label
    ]
    return [*dict.fromkeys(slots)]
