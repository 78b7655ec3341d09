"""Which operations of a document a run calls, and why it does not call the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from load.calls.parameter_values import can_name
from load.journeys.operation_roles import is_action, is_singleton
from load.options.options import Options
from load.options.selection import Role
from load.planning.plan import Plan
from load.planning.planner import plan
from load.planning.producers import NAMED_AT_PATH
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import SecurityScheme


@dataclass(frozen=True)
class Coverage:
    """The selected operations by label, and their plan. `uncovered` maps the labels of the other operations
    to the reason, `uncredentialed` those among them whose credentials were not given.
    """

    operations: Mapping[str, Operation]
    plan: Plan
    uncovered: Mapping[str, str]
    uncredentialed: Mapping[str, str]


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
    options.selection.check(operations)
    uncovered, uncredentialed, selected = dict[str, str](), dict[str, str](), dict[str, Operation]()
    for operation in operations:
        refusal = options.selection.refusal(operation) or _fault(operation)
        missing = options.credentials.missing(operation, schemes)
        if refusal or missing:
            uncovered[operation.label] = refusal or missing
        else:
            selected[operation.label] = operation
        if missing and not refusal:
            uncredentialed[operation.label] = missing
    while True:
        candidates = [*selected.values()]
        planned = plan(candidates)
        refusals = {
            operation.label: reason
            for operation in candidates
            if (reason := _refusal(operation, candidates, planned, options, payloads))
        }
        if not refusals:
            return Coverage(selected, planned, {**uncovered, **planned.uncovered}, uncredentialed)
        uncovered |= refusals
        selected = {label: operation for label, operation in selected.items() if label not in refusals}


def _refusal(
    operation: Operation,
    candidates: Sequence[Operation],
    planned: Plan,
    options: Options,
    payloads: PayloadFactory,
) -> str:
    """Why an operation is not called, given the plan; empty when it is called."""
    creations = [
        producer for producers in planned.producers.values() for producer in producers if producer.creates
    ]
    own = [producer for producer in creations if producer.label == operation.label]
    created_by_others = {producer.resource for producer in creations if producer.label != operation.label}
    chooses_name = any(producer.reason in NAMED_AT_PATH for producer in own)
    if chooses_name and not options.selection.allow_destructive and not can_name(operation, payloads):
        return (
            f"{{{operation.path_names[-1]}}} cannot be a name that nothing else has, so it may change "
            f"what this run did not create; --allow-destructive includes it"
        )
    needs = planned.needs.get(operation.label, ())
    role = Role(
        creates=bool(own),
        is_on_own=any(
            need.resource in created_by_others
            for need in needs
            if need.addressed or (need.required and operation.method == "post")
        ),
        is_on_foreign=any(need.required and need.resource not in created_by_others for need in needs),
        is_singleton=is_singleton(operation, candidates),
        is_action=is_action(operation, candidates),
    )
    return options.selection.refusal_of_role(operation, role)


def _fault(operation: Operation) -> str:
    """Why an operation cannot be used at all; empty when it can."""
    if "101" in operation.responses and not operation.successes:
        return "it switches to another protocol (101), which is not supported"
    needed = [parameter.schema.unusable for parameter in operation.parameters if parameter.required]
    body = operation.request_body
    bodies = [schema.unusable for schema in body.content.values()] if body and body.required else []
    return next(filter(None, needed), "") or (bodies[0] if bodies and all(bodies) else "")
