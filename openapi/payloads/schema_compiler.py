"""Compiles schemas to generators, each schema once."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import inf
from random import Random

from openapi.contract import Json
from openapi.payloads.alternatives import Alternatives, Denials
from openapi.payloads.array_compiler import ArrayCompiler
from openapi.payloads.branch_order import FIRST, BranchOrder
from openapi.payloads.constraints import NO_CONSTRAINTS, Constraints, likely_kinds
from openapi.payloads.densities import Densities
from openapi.payloads.exactness import Exactness
from openapi.payloads.generator_graph import GeneratorGraph
from openapi.payloads.json_values import KINDS
from openapi.payloads.object_compiler import ObjectCompiler
from openapi.payloads.property_names import PropertyNames
from openapi.payloads.realistic_values import RealisticValues
from openapi.payloads.scalar_compiler import ScalarCompiler
from openapi.payloads.search_budget import SearchBudget
from openapi.payloads.string_generators import StringGenerators
from openapi.payloads.tuning import (
    ALTERNATIVES,
    ALTERNATIVES_STEPS,
    BRANCHES,
    COMBINATIONS,
    LARGEST_VALUE,
    NESTED_COMPILATIONS,
    NULL_WEIGHT,
    OTHER_WEIGHT,
    PAYLOAD_STEPS,
    QUICK_STEPS,
    THOROUGH_STEPS,
    UNDENIED_STEPS,
)
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.unique_tokens import UniqueTokens
from openapi.payloads.value_generator import CheckedGenerator, DeferredGenerator, ValueGenerator
from openapi.schema_translator import UNREADABLE, SchemaTranslator

# How alternatives are searched for, each with the steps for one branch: what is quick most of the time, then
# what finds its way where much is denied.
_EFFORTS = ((Denials.IN_ORDER, QUICK_STEPS), (Denials.FEWEST_WAYS_FIRST, THOROUGH_STEPS))
_WITHOUT_DENIALS = ((Denials.LEFT_OUT, UNDENIED_STEPS),)


@dataclass(frozen=True, eq=False)
class _Task:
    """Schemas to compile together, and the generator that stands for them until then."""

    schemas: tuple[Json, ...]
    name: str
    place: str
    generator: DeferredGenerator


class SchemaCompiler:
    """Compiles the schemas of one translator. `unique_names` are the names of properties whose strings must
    be unique where their rules allow that.

    Larger than usual: it has a compiler per type of value, and what they have compiled.
    """

    def __init__(
        self,
        translator: SchemaTranslator,
        random: Random,
        realistic_values: RealisticValues,
        unique: UniqueTokens,
    ) -> None:
        self.unique_names: frozenset[str] = frozenset()
        strings = StringGenerators(random, realistic_values, unique)
        self.exactness = Exactness(translator.definitions)
        self._alternatives = Alternatives(translator.definitions)
        derived = self._alternatives.derived
        names = PropertyNames(self._alternatives, strings, realistic_values, random)
        self._graph = GeneratorGraph(random)
        self._scalars = ScalarCompiler(translator.definitions, strings, random, unique.random)
        self._arrays = ArrayCompiler(self, derived, random)
        self._objects = ObjectCompiler(self, derived, self._scalars, names, random)
        # A task keeps its schemas, so that their ids in the key stay their own.
        self._tasks: dict[Hashable, _Task] = {}
        self._pending: deque[_Task] = deque()
        self._budget = SearchBudget(PAYLOAD_STEPS)

    @property
    def densities(self) -> Densities:
        """How many of their optional properties generated objects have."""
        return self._objects.densities

    @property
    def omitted(self) -> list[str]:
        """Optional properties that are never generated, each as its place and the reason."""
        return self._objects.omitted

    def compile(
        self, schemas: tuple[Json, ...], name: str, unique_names: frozenset[str] = frozenset()
    ) -> ValueGenerator:
        """The generator of values that satisfy the schemas together. Raises Unbuildable."""
        self.unique_names = unique_names
        self._budget = SearchBudget(PAYLOAD_STEPS)
        generator = self.generator(schemas, name, name, 0)
        while self._pending:
            self._run(self._pending.popleft(), 0)
        self._graph.complete()
        if generator.depth == inf:
            reason = generator.reason if isinstance(generator, DeferredGenerator) else ""
            raise Unbuildable(
                reason or f"{name or 'it'}: every value would contain another of its kind, without an end"
            )
        if generator.size > LARGEST_VALUE:
            smallest = f"the smallest value has {generator.size:,.0f} parts, more than {LARGEST_VALUE:,}"
            raise Unbuildable(f"{name or 'it'}: {smallest}")
        return generator

    def generator(self, schemas: tuple[Json, ...], name: str, place: str, nesting: int) -> ValueGenerator:
        """The generator of schemas that hold together, which may still be waiting to be compiled."""
        schemas = tuple(self._alternatives.derived.resolve(schema) for schema in schemas)
        unreadable = [schema for schema in schemas if isinstance(schema, dict) and UNREADABLE in schema]
        if unreadable:
            raise Unbuildable(unreadable[0][UNREADABLE])
        is_object = any(isinstance(schema, dict) and "properties" in schema for schema in schemas)
        hint = "" if is_object else name
        ids = (id(schema) if isinstance(schema, dict) else schema for schema in schemas)
        key = (hint, self.unique_names, *ids)
        if key in self._tasks:
            deferred = self._tasks[key].generator
        else:
            deferred = self._graph.add(DeferredGenerator())
            self._tasks[key] = task = _Task(schemas, hint, place, deferred)
            if nesting > NESTED_COMPILATIONS:
                self._pending.append(task)
            else:
                self._run(task, nesting)
        if deferred.reason:
            raise Unbuildable(deferred.reason)
        return deferred.target or deferred

    def _run(self, task: _Task, nesting: int) -> None:
        try:
            task.generator.target = self._visit_branches(task, nesting)
        except Unbuildable as reason:
            task.generator.reason = str(reason)

    def _visit_branches(self, task: _Task, nesting: int) -> ValueGenerator:
        """One generator per branch of the widest choice and per combination, so that all occur. Where denied
        schemas leave too much to search for, values are also drawn without them and checked.
        """
        budget = SearchBudget(ALTERNATIVES_STEPS, self._budget)
        branches, reason = self._branches(task, nesting, budget, _EFFORTS)
        if budget.is_exhausted:
            others, reason = self._branches(task, nesting, SearchBudget(UNDENIED_STEPS), _WITHOUT_DENIALS)
            if others:
                is_valid = self._scalars.validator(task.schemas).is_valid
                branches.append(self._graph.add(CheckedGenerator(self._graph.choice(others), is_valid)))
        if not branches:
            raise Unbuildable(reason)
        return self._graph.choice(branches)

    def _branches(
        self, task: _Task, nesting: int, budget: SearchBudget, efforts: Sequence[tuple[Denials, int]]
    ) -> tuple[list[ValueGenerator], str]:
        """The generators of the branches, and why there is none if there is none. `efforts` are the searches
        for one branch, each with its steps, until one of them comes to its end.
        """
        found: dict[tuple[int, ...], ValueGenerator] = {}
        reason = f"{task.place}: its rules contradict each other"
        of_first = self._alternatives.of(task.schemas, FIRST, SearchBudget(UNDENIED_STEPS), Denials.LEFT_OUT)
        first = next(of_first, None)
        if first is not None and first.is_plain:
            try:
                return [self._compile(first, task, nesting)], ""
            except Unbuildable as error:
                return [], str(error)
        for order in _orders(first or NO_CONSTRAINTS):
            for denials, steps in efforts:
                search = SearchBudget(steps, budget)
                alternatives = self._alternatives.of(task.schemas, order, search, denials)
                for constraints in islice(alternatives, ALTERNATIVES):
                    try:
                        if constraints.branches not in found:
                            found[constraints.branches] = self._compile(constraints, task, nesting)
                    except Unbuildable as error:
                        reason = str(error)
                    else:
                        break
                if not search.is_exhausted:
                    break
        return [*found.values()], reason

    def _compile(self, constraints: Constraints, task: _Task, nesting: int) -> ValueGenerator:
        if constraints.values is not None:
            return self._graph.add(self._scalars.listed(constraints, task.schemas, task.place))
        if constraints.kinds == KINDS and (likely := likely_kinds(constraints)) != KINDS:
            try:
                return self._of_kinds(replace(constraints, kinds=likely), task, nesting)
            except Unbuildable:
                others = replace(constraints, kinds=KINDS - likely - {"object", "array"})
                return self._of_kinds(others, task, nesting)
        return self._of_kinds(constraints, task, nesting)

    def _of_kinds(self, constraints: Constraints, task: _Task, nesting: int) -> ValueGenerator:
        """A generator of values of all kinds that the constraints allow and that can be generated."""
        name, place = task.name, task.place
        is_unique = name in self.unique_names
        compilers: dict[str, Callable[[], ValueGenerator]] = {
            "string": lambda: self._scalars.string(constraints, name, place, is_unique),
            "number": lambda: self._scalars.number(constraints, name, place),
            "object": lambda: self._objects.object(constraints, place, nesting),
            "array": lambda: self._arrays.array(constraints, name, place, nesting),
            "boolean": lambda: self._scalars.one_of(constraints, [True, False], place),
            "null": lambda: self._scalars.one_of(constraints, [None], place),
        }
        types = {"number" if kind in ("integer", "fraction") else kind for kind in constraints.kinds}
        generators: list[ValueGenerator] = []
        weights, reasons = [], []
        for json_type, compile_type in compilers.items():
            if json_type in types:
                try:
                    generators.append(self._graph.add(compile_type()))
                    weights.append(NULL_WEIGHT if json_type == "null" else OTHER_WEIGHT)
                except Unbuildable as reason:
                    reasons.append(str(reason))
        if not generators:
            raise Unbuildable("; ".join(reasons))
        return self._graph.choice(generators, weights)


def _orders(first: Constraints) -> Iterator[BranchOrder]:
    """The orders in which every branch of the widest choice comes first once, and every combination, given
    the first alternative.
    """
    yield from (BranchOrder(number) for number in range(min(first.widest_choice, BRANCHES)))
    yield from (BranchOrder(number, True) for number in range(min(first.combinations, COMBINATIONS)))
