"""Which operations of a document a run calls, and why it does not call the others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from load.calls.parameter_values import can_name
from load.journeys.bound_values import BoundValues
from load.journeys.operation_roles import OperationRoles
from load.options.options import Options
from load.options.selection import Role
from load.options.weights import never_called
from load.planning.plan import Plan
from load.planning.planner import plan
from load.planning.producers import NAMED_AT_PATH, Producer
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import SecurityScheme


@dataclass(frozen=True)
class Coverage:
    """The selected operations by label, and their plan. `uncovered` maps the labels of the other operations
    to the reason, `uncredentialed` those among them whose credentials were not given. `bound` gives the
    values that the user has bound to slots.
    """

    operations: Mapping[str, Operation]
    plan: Plan
    uncovered: Mapping[str, str]
    uncredentialed: Mapping[str, str]
    bound: BoundValues


def select_operations(
    operations: Sequence[Operation],
    options: Options,
    schemes: Mapping[str, SecurityScheme],
    payloads: PayloadFactory,
) -> Coverage:
    """Select the operations of a document that a run calls. Raises LoadError when an option names none of
    them.

    Operations that would change what this run does not create are left out, which only a plan shows. The
    others may lack a producer then, so they are planned again until nothing more is left out.
    """
    never = never_called(options.scenario, operations)
    options.selection.check(operations)
    uncovered, uncredentialed, selected = dict[str, str](), dict[str, str](), dict[str, Operation]()
    for operation in operations:
        refusal = options.selection.refusal(operation) or never.get(operation.label) or _fault(operation)
        missing = options.credentials.missing(operation, schemes)
        if refusal or missing:
            uncovered[operation.label] = refusal or missing
        else:
            selected[operation.label] = operation
        if missing and not refusal:
            uncredentialed[operation.label] = missing
    bound = BoundValues(options.values, operations)
    return _planned(Coverage(selected, plan(()), uncovered, uncredentialed, bound), options, payloads)


def without(
    coverage: Coverage, unbuildable: Mapping[str, str], options: Options, payloads: PayloadFactory
) -> Coverage:
    """The same without operations whose calls cannot be built, by label with the reason: what they would have
    supplied comes from others, or what needs it is not called, either.
    """
    before = {label: why for label, why in coverage.uncovered.items() if label not in coverage.plan.uncovered}
    selected = {label: its for label, its in coverage.operations.items() if label not in unbuildable}
    again = _planned(
        replace(coverage, operations=selected, uncovered={**before, **unbuildable}), options, payloads
    )
    lacking = {
        label: reason
        for label in again.plan.uncovered.keys() - coverage.uncovered.keys()
        if (reason := _only_sources(coverage.plan, label, again.uncovered))
    }
    return replace(again, uncovered={**again.uncovered, **lacking})


def _only_sources(plan_before: Plan, label: str, uncovered: Collection[str]) -> str:
    """Which operations alone supply what another needs, if none of them is called; else empty."""
    for need in plan_before.needs[label]:
        sources = dict.fromkeys(plan_before.producer_labels(need.resource))
        if need.required and sources and all(source in uncovered for source in sources):
            slots = ", ".join(str(slot) for slot, _ in need.slots)
            return f"its {slots} comes only from {', '.join(sources)}, which {_is_not(len(sources))} called"
    return ""


def _is_not(count: int) -> str:
    return "is not" if count == 1 else "are not"


def _planned(coverage: Coverage, options: Options, payloads: PayloadFactory) -> Coverage:
    """A coverage with its plan, and without what would change what the run does not create."""
    selected, uncovered = coverage.operations, dict(coverage.uncovered)
    while True:
        candidates = [*selected.values()]
        replaced = {label: options.credentials.replaced(each) for label, each in selected.items()}
        planned = plan(candidates, lambda label: coverage.bound.slots(label) | replaced[label])  # noqa: B023 - called at once
        roles = _Roles(candidates, planned)
        refusals = {
            operation.label: reason
            for operation in candidates
            if (reason := _refusal(operation, roles, options, payloads))
        }
        if not refusals:
            return replace(
                coverage,
                operations=selected,
                plan=planned,
                uncovered={**uncovered, **planned.uncovered},
            )
        uncovered |= refusals
        selected = {label: operation for label, operation in selected.items() if label not in refusals}


class _Roles:
    """The roles of operations in a plan."""

    def __init__(self, operations: Sequence[Operation], planned: Plan) -> None:
        self._plan = planned
        self._of_paths = OperationRoles(operations)
        self._creators: dict[str, set[str]] = defaultdict(set)
        for label, producers in planned.producers.items():
            for producer in producers:
                if producer.creates:
                    self._creators[producer.resource].add(label)

    def creations(self, operation: Operation) -> list[Producer]:
        """The producers of the entities that an operation creates."""
        return [producer for producer in self._plan.producers.get(operation.label, ()) if producer.creates]

    def role(self, operation: Operation) -> Role:
        """What an operation does to which entities."""
        needs = self._plan.needs.get(operation.label, ())
        own = {operation.label}
        return Role(
            creates=bool(self.creations(operation)),
            is_on_own=any(
                self._creators.get(need.resource, own) != own
                for need in needs
                if need.addressed or (need.required and operation.method == "post")
            ),
            is_on_foreign=any(
                need.required and self._creators.get(need.resource, own) == own for need in needs
            ),
            is_singleton=self._of_paths.is_singleton(operation),
            is_action=self._of_paths.is_action(operation),
        )


def _refusal(operation: Operation, roles: _Roles, options: Options, payloads: PayloadFactory) -> str:
    """Why an operation is not called, given the plan; empty when it is called."""
    chooses_name = any(producer.reason in NAMED_AT_PATH for producer in roles.creations(operation))
    if chooses_name and not options.selection.allow_destructive and not can_name(operation, payloads):
        return (
            f"{{{operation.path_names[-1]}}} cannot be a name that nothing else has, so it may change "
            f"what this run did not create; --allow-destructive includes it"
        )
    return options.selection.refusal_of_role(operation, roles.role(operation))


def _fault(operation: Operation) -> str:
    """Why an operation cannot be used at all; empty when it can."""
    if "101" in operation.responses and not operation.successes:
        return "it switches to another protocol (101), which is not supported"
    needed = [parameter.schema.unusable for parameter in operation.parameters if parameter.required]
    body = operation.request_body
    bodies = [schema.unusable for schema in body.content.values()] if body and body.required else []
    return next(filter(None, needed), "") or (bodies[0] if bodies and all(bodies) else "")
