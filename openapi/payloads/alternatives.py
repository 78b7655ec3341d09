"""Schemas in disjunctive form: a value satisfies them when it satisfies one set of constraints of several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice

from openapi.contract import Json
from openapi.payloads.branch_order import FIRST, BranchOrder
from openapi.payloads.choices import Choices
from openapi.payloads.constraints import (
    NO_CONSTRAINTS,
    Constraints,
    item_schemas,
    property_schemas,
    with_unevaluated,
)
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.discriminated_branches import DiscriminatedBranches
from openapi.payloads.keywords import with_keywords
from openapi.payloads.negations import Negations
from openapi.payloads.search_budget import SearchBudget
from openapi.payloads.tuning import (
    COMPARED_DENIALS,
    CONTRADICTION_ALTERNATIVES,
    CONTRADICTION_DEPTH,
    CONTRADICTION_STEPS,
    DENIAL_STEPS,
)

# A schema, and the ids of the schemas around it that have unevaluated keywords.
_Scoped = tuple[Json, tuple[int, ...]]


class Denials(Enum):
    """What is done with schemas that must not hold. They are broken one after the other; or the one that can
    be broken in the fewest ways comes first, so that dead ends show early, which takes longer; or they are
    left out, so that values may satisfy them.
    """

    IN_ORDER = 1
    FEWEST_WAYS_FIRST = 2
    LEFT_OUT = 3


@dataclass(frozen=True)
class _Expansion:
    """How far schemas are expanded.

    Larger than usual: it has one field per list that is worked through, and the state of the search.

    The schemas to read are `pending`; then come the `choices` to make and the schemas to be `negated`.
    `constraints` are collected so far, `visited` has the ids of schemas that were read, in their order, and
    `denied` those of schemas that must not hold.
    """

    budget: SearchBudget
    pending: Sequence[_Scoped] = ()
    choices: Sequence[list[_Scoped]] = ()
    negated: Sequence[_Scoped] = ()
    constraints: Constraints = NO_CONSTRAINTS
    visited: Mapping[int, None] = field(default_factory=dict)
    denied: frozenset[int] = frozenset()
    order: BranchOrder = FIRST
    denials: Denials = Denials.IN_ORDER


class Alternatives:
    """Lists the alternatives of schemas. `definitions` are the `$defs` that references lead to.

    Larger than usual: reading schemas, choosing branches and denying schemas each lead to the others.
    """

    def __init__(self, definitions: Mapping[str, Json], discriminators: bool = True) -> None:
        self.derived = DerivedSchemas(definitions)
        self._negations = Negations(self.derived)
        discriminated = DiscriminatedBranches(self.derived, self.is_satisfiable) if discriminators else None
        # JSON Schema ignores discriminators: whether a negated schema or two branches may hold is asked
        # without them.
        others = self._without_discriminators = Alternatives(definitions, False) if discriminators else self
        self._choices = Choices(
            self.derived,
            discriminated,
            lambda one, other: others.is_satisfiable((one, other), 1, SearchBudget(DENIAL_STEPS)),
        )
        # What is known of schemas by their ids. They are kept, too: an id stays their own only as long as
        # they exist.
        self._known: dict[tuple[int, ...], tuple[Sequence[Json], bool]] = {}
        self._searching: SearchBudget | None = None

    def of(
        self,
        schemas: Sequence[Json],
        order: BranchOrder,
        budget: SearchBudget,
        denials: Denials = Denials.IN_ORDER,
    ) -> Iterator[Constraints]:
        """The alternatives of schemas that hold together, found one by one until the budget is exhausted. The
        order says with which branch of each choice they begin.
        """
        pending = [(schema, ()) for schema in schemas]
        return self._expand(_Expansion(budget, pending, order=order, denials=denials))

    def is_satisfiable(
        self, schemas: Sequence[Json], depth: int = CONTRADICTION_DEPTH, budget: SearchBudget | None = None
    ) -> bool:
        """Whether the schemas have an alternative in which no contradiction is found. It is assumed where the
        search takes too many steps, and where it comes back to the same schemas.

        Required properties are searched for contradictions, too, to the depth given.
        """
        schemas = [self.derived.resolve(schema) for schema in schemas]
        key = (depth, *(id(schema) if isinstance(schema, dict) else int(schema) for schema in schemas))
        if key not in self._known:
            self._known[key] = (schemas, True)
            outer, self._searching = (
                self._searching,
                SearchBudget(CONTRADICTION_STEPS, budget or self._searching),
            )
            try:
                alternatives = self.of(schemas, FIRST, self._searching)
                self._known[key] = (schemas, self._is_any_consistent(alternatives, depth, self._searching))
            finally:
                self._searching = outer
        return self._known[key][1]

    def _is_any_consistent(
        self, alternatives: Iterator[Constraints], depth: int, budget: SearchBudget
    ) -> bool:
        """Whether any of the first alternatives is consistent, or the budget was exhausted before."""
        first = islice(alternatives, CONTRADICTION_ALTERNATIVES)
        return any(self._is_consistent(found, depth, budget) for found in first) or budget.is_exhausted

    def _is_consistent(self, constraints: Constraints, depth: int, budget: SearchBudget) -> bool:
        if constraints.kinds != {"object"} or depth == 0:
            return True
        return all(
            self.is_satisfiable(schemas, depth - 1, budget)
            for name in constraints.required
            if (schemas := property_schemas(constraints, name))
        )

    def _expand(self, expansion: _Expansion) -> Iterator[Constraints]:
        if not expansion.budget.spend():
            return
        read = self._read(expansion)
        if read is not None:
            yield from self._decide(read)

    def _decide(self, read: _Expansion) -> Iterator[Constraints]:
        """The alternatives of an expansion whose schemas are all read."""
        if read.choices:
            yield from self._choose(read)
        elif read.negated and read.denials is not Denials.LEFT_OUT:
            yield from self._negate(read)
        else:
            plain = read.constraints
            yield with_unevaluated(plain.changed({"is_plain": False}) if read.negated else plain)

    def _read(self, expansion: _Expansion) -> _Expansion | None:
        """The expansion when all pending schemas are read; None when they contradict each other."""
        pending, choices, negated = [*expansion.pending], [*expansion.choices], [*expansion.negated]
        constraints, visited, denied = expansion.constraints, {**expansion.visited}, expansion.denied
        while pending:
            schema, scopes = pending.pop(0)
            if schema is False:
                return None
            if not isinstance(schema, dict) or id(schema) in visited:
                continue
            visited[id(schema)] = None
            if "unevaluatedProperties" in schema or "unevaluatedItems" in schema:
                scopes = (*scopes, id(schema))
            merged = with_keywords(constraints, schema, scopes)
            if merged is None:
                return None
            constraints = merged
            pending[:0] = [(part, scopes) for part in self.derived.parts(schema)]
            choices += [
                [(branch, scopes) for branch in branches] for branches in self._choices.of(schema, visited)
            ]
            if "not" in schema:
                negated.append((schema["not"], scopes))
                denied |= {id(self.derived.resolve(schema["not"]))}
        if denied and not denied.isdisjoint(visited):
            return None
        return replace(
            expansion,
            pending=(),
            choices=choices,
            negated=negated,
            constraints=constraints,
            visited=visited,
            denied=denied,
        )

    def _choose(self, expansion: _Expansion) -> Iterator[Constraints]:
        """The alternatives of each branch of the first choice."""
        branches, *choices = expansion.choices
        constraints = expansion.constraints
        width = max(len(branches), 1)
        ordered = expansion.order.apply(branches, constraints.combinations)
        changes = {
            "widest_choice": max(constraints.widest_choice, width),
            "combinations": constraints.combinations * width,
            "is_plain": False,
        }
        for branch in ordered:
            chosen = constraints.changed({**changes, "branches": (*constraints.branches, id(branch[0]))})
            yield from self._expand(replace(expansion, pending=[branch], choices=choices, constraints=chosen))

    def _negate(self, expansion: _Expansion) -> Iterator[Constraints]:
        """The alternatives that remain when the negated schemas must not hold."""
        compared = 1 if expansion.denials is Denials.IN_ORDER else COMPARED_DENIALS
        chosen: tuple[_Scoped, list[_Expansion]] | None = None
        negated = [*expansion.negated]
        for scoped in expansion.negated[:compared]:
            ways = self._ways(scoped[0], expansion)
            if ways is None:
                negated.remove(scoped)
            elif chosen is None or len(ways) < len(chosen[1]):
                chosen = scoped, ways
        if chosen is None:
            yield from self._decide(replace(expansion, negated=negated))
            return
        negated.remove(chosen[0])
        for way in chosen[1]:
            yield from self._decide(replace(way, negated=[*negated, *way.negated]))

    def _ways(self, schema: Json, expansion: _Expansion) -> list[_Expansion] | None:
        """The expansion with a schema broken in each way that is possible; None if it cannot hold anyway."""
        if not self._may_hold(schema, expansion):
            return None
        # What a denied schema evaluates counts for no unevaluated keyword around it.
        constraints = expansion.constraints.changed({"is_plain": False})
        start = replace(expansion, negated=(), constraints=constraints)
        ways = []
        for negation in (*self._negations.of(schema), *self._negations.surplus(schema, constraints)):
            if not expansion.budget.spend():
                break
            read = self._read(replace(start, pending=[(negation, ())]))
            if read is not None and self._is_possible(negation, read):
                ways.append(read)
        return ways

    def _may_hold(self, schema: Json, expansion: _Expansion) -> bool:
        """Whether values that the expansion allows may satisfy a schema."""
        if id(self.derived.resolve(schema)) in expansion.visited:
            return True
        others = self._without_discriminators
        budget = SearchBudget(DENIAL_STEPS, expansion.budget)
        alternatives = others._expand(_Expansion(budget, [(schema, ())], constraints=expansion.constraints))
        return others._is_any_consistent(alternatives, 1, budget)

    def _is_possible(self, negation: Json, read: _Expansion) -> bool:
        """Whether a property or item that breaks the negated schema can be what others require of it."""
        if not isinstance(negation, dict):
            return True
        broken = [
            property_schemas(read.constraints, name)
            for name, schema in negation.get("properties", {}).items()
            if schema is not False
        ]
        if negation.get("minContains", 1) and "contains" in negation:
            length = max((len(keywords.prefix) for keywords in read.constraints.array_keywords), default=0)
            broken.append((negation["contains"], *item_schemas(read.constraints, length)))
        return all(
            self.is_satisfiable(schemas, 1, SearchBudget(DENIAL_STEPS, read.budget)) for schemas in broken
        )
