"""Schemas in disjunctive form: a value satisfies them when it satisfies one set of constraints of several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from openapi.contract import Json
from openapi.payloads.branch_order import FIRST, BranchOrder
from openapi.payloads.choices import Choices
from openapi.payloads.constraints import NO_CONSTRAINTS, Constraints, property_schemas, with_unevaluated
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.discriminated_branches import DiscriminatedBranches
from openapi.payloads.keywords import with_keywords
from openapi.payloads.negations import Negations
from openapi.payloads.tuning import CONTRADICTION_ALTERNATIVES, CONTRADICTION_DEPTH, NESTED_SEARCHES

# A schema, and the ids of the schemas around it that have unevaluated keywords.
_Scoped = tuple[Json, tuple[int, ...]]


@dataclass(frozen=True)
class _Expansion:
    """How far schemas are expanded: the schemas to read, the choices to make, the schemas to negate, and the
    constraints collected so far. `visited` has the ids of schemas that were read, in their order.
    """

    pending: Sequence[_Scoped] = ()
    choices: Sequence[list[_Scoped]] = ()
    negated: Sequence[_Scoped] = ()
    constraints: Constraints = NO_CONSTRAINTS
    visited: Mapping[int, None] = field(default_factory=dict)
    order: BranchOrder = FIRST


class Alternatives:
    """Lists the alternatives of schemas. `definitions` are the `$defs` that references lead to."""

    def __init__(self, definitions: Mapping[str, Json], discriminators: bool = True) -> None:
        self.derived = DerivedSchemas(definitions)
        self._negations = Negations(self.derived)
        discriminated = DiscriminatedBranches(self.derived, self.is_satisfiable) if discriminators else None
        self._choices = Choices(self.derived, discriminated)
        # JSON Schema ignores discriminators: whether a negated schema may hold is asked without them.
        self._without_discriminators = Alternatives(definitions, False) if discriminators else self
        self._open_searches = 0

    def of(self, schemas: Sequence[Json], order: BranchOrder = FIRST) -> Iterator[Constraints]:
        """The alternatives of schemas that hold together, found one by one; the order says with which branch
        of each choice they begin.
        """
        return self._expand(_Expansion([(schema, ()) for schema in schemas], order=order))

    def is_satisfiable(self, schemas: Sequence[Json], depth: int = CONTRADICTION_DEPTH) -> bool:
        """Whether the schemas have an alternative in which no contradiction is found. Required properties are
        searched for contradictions, too, to the depth given.
        """
        return self._is_any_consistent(self.of(schemas), depth)

    def _is_any_consistent(self, alternatives: Iterator[Constraints], depth: int) -> bool:
        """Whether any of the first alternatives is consistent. It is assumed when one search has led to
        another too often, as it does where schemas are recursive.
        """
        if self._open_searches >= NESTED_SEARCHES:
            return True
        self._open_searches += 1
        try:
            first = islice(alternatives, CONTRADICTION_ALTERNATIVES)
            return any(self._is_consistent(constraints, depth) for constraints in first)
        finally:
            self._open_searches -= 1

    def _is_consistent(self, constraints: Constraints, depth: int) -> bool:
        if constraints.kinds != {"object"} or depth == 0:
            return True
        return all(
            self.is_satisfiable(schemas, depth - 1)
            for name in constraints.required
            if (schemas := property_schemas(constraints, name))
        )

    def _expand(self, expansion: _Expansion) -> Iterator[Constraints]:
        read = self._read(expansion)
        if read is None:
            return
        if read.choices:
            yield from self._choose(read)
        elif read.negated:
            yield from self._negate(read)
        else:
            yield with_unevaluated(read.constraints)

    def _read(self, expansion: _Expansion) -> _Expansion | None:
        """The expansion when all pending schemas are read; None when they contradict each other."""
        pending, choices, negated = [*expansion.pending], [*expansion.choices], [*expansion.negated]
        constraints, visited = expansion.constraints, {**expansion.visited}
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
            for branches in self._choices.of(schema, visited):
                scoped = [(branch, scopes) for branch in branches]
                choices.append(scoped)
            if "not" in schema:
                negated.append((schema["not"], scopes))
        return _Expansion((), choices, negated, constraints, visited, expansion.order)

    def _choose(self, expansion: _Expansion) -> Iterator[Constraints]:
        """The alternatives of each branch of the first choice."""
        branches, *choices = expansion.choices
        constraints = expansion.constraints
        width = max(len(branches), 1)
        ordered = expansion.order.apply(branches, constraints.combinations)
        constraints = replace(
            constraints,
            widest_choice=max(constraints.widest_choice, width),
            combinations=constraints.combinations * width,
            is_plain=False,
        )
        for branch in ordered:
            chosen = replace(constraints, branches=(*constraints.branches, id(branch[0])))
            yield from self._expand(replace(expansion, pending=[branch], choices=choices, constraints=chosen))

    def _negate(self, expansion: _Expansion) -> Iterator[Constraints]:
        """The alternatives that remain when the first of the negated schemas must not hold."""
        (schema, scopes), *negated = expansion.negated
        if not self._may_hold(schema, expansion.constraints):
            yield from self._expand(replace(expansion, negated=negated))
            return
        constraints = replace(expansion.constraints, is_plain=False)
        for negation in (*self._negations.of(schema), *self._negations.surplus(schema, constraints)):
            yield from self._expand(
                replace(expansion, pending=[(negation, scopes)], negated=negated, constraints=constraints)
            )

    def _may_hold(self, schema: Json, constraints: Constraints) -> bool:
        others = self._without_discriminators
        alternatives = others._expand(_Expansion([(schema, ())], constraints=constraints))
        return others._is_any_consistent(alternatives, CONTRADICTION_DEPTH)
