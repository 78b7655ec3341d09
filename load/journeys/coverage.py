"""Which operations of a document a run calls, and why it does not call the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from load.calls.builder import can_name
from load.options.options import Options
from load.options.profile import lists
from load.planning.names import singular, words
from load.planning.plan import Plan
from load.planning.planner import plan
from load.planning.producers import CREATES_AT_PATH
from load.planning.resources import normalised
from load.planning.schema_properties import outline
from openapi.contract import ContractError
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.responses import compile_responses
from openapi.security import SecurityScheme


@dataclass(frozen=True)
class Coverage:
    """The operations that are called, by label, and their plan. `uncovered` maps the labels of the others to
    the reason, `asking` those of them that ask for credentials which were not given.
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
    """What is called of a document's operations. Raises LoadError when an option names none of them.

    Those that would change what this run does not make are left out: that is known once there is a plan, and
    then others may have nothing to work on any more.
    """
    options.selection.check(operations)
    uncovered, asking, called = dict[str, str](), dict[str, str](), dict[str, Operation]()
    for each in operations:
        refusal = options.selection.refusal(each) or _fault(each)
        missing = options.credentials.missing(each, schemes)
        if refusal or missing:
            uncovered[each.label] = refusal or missing
        else:
            called[each.label] = each
        if missing and not refusal:
            asking[each.label] = missing
    while True:
        found = plan([*called.values()])
        refused = {
            label: reason
            for label, operation in called.items()
            if (reason := _refusal(operation, [*called.values()], found, options, payloads))
        }
        if not refused:
            return Coverage(called, found, {**uncovered, **found.uncovered}, asking)
        uncovered |= refused
        called = {label: each for label, each in called.items() if label not in refused}


def _refusal(
    operation: Operation, others: Sequence[Operation], found: Plan, options: Options, payloads: PayloadFactory
) -> str:
    """Why an operation is not called by what the plan tells; empty when it is."""
    producers = [producer for producers in found.producers.values() for producer in producers]
    made = {
        producer.resource for producer in producers if producer.creates and producer.label != operation.label
    }
    needs = found.needs.get(operation.label, ())
    own = [producer for producer in producers if producer.creates and producer.label == operation.label]
    names = any(producer.reason == CREATES_AT_PATH for producer in own)
    if names and not options.selection.allow_destructive and not can_name(operation, payloads):
        return (
            f"{{{operation.path_names[-1]}}} cannot be a name that nothing else has, so it may change "
            f"what this run did not create; --allow-destructive includes it"
        )
    return options.selection.refusal_of_plan(
        operation,
        makes=bool(own),
        owns=any(
            need.resource in made
            for need in needs
            if need.addressed or (need.required and operation.method == "post")
        ),
        is_single=_is_single(operation, others),
        is_action=_is_action(operation, others),
        refers=any(need.required and need.resource not in made for need in needs),
    )


def _is_single(operation: Operation, others: Sequence[Operation]) -> bool:
    """Whether a path is that of a single thing, such as a setting: it can be read there, it is no list, and
    no path leads to things within.
    """
    path = normalised(operation.path)
    reads = [each for each in others if each.method == "get" and normalised(each.path) == path]
    has_items = any(normalised(each.path).startswith(f"{path}/{{") for each in others)
    return bool(reads) and not has_items and not any(lists(each) for each in reads)


def _is_action(operation: Operation, others: Sequence[Operation]) -> bool:
    """Whether an operation acts on what is there: its path is that of a GET with a word after it, or lies
    below that of a single thing that can be changed, as a user's own account, or it documents no 201, and
    needs no body or is not that of a collection: what makes nothing may do anything.
    """
    path = normalised(operation.path)
    whole, _, last = path.rpartition("/")
    if "{" not in last and any(each.method == "get" and normalised(each.path) == whole for each in others):
        return True
    changed = [each for each in others if each.method in ("put", "patch") and "{" not in each.path]
    if any(path.startswith(f"{each.path}/") and _is_single(each, others) for each in changed):
        return True
    schemas = operation.request_body.content.values() if operation.request_body else ()
    says = any(outline(each.translated, each.translated).get("required") for each in schemas)
    named = words(last)[-1:]
    is_listed = any(each.method == "get" and normalised(each.path) == path for each in others)
    is_collection = is_listed or any(singular(each) != each for each in named)
    return "201" not in operation.responses and not (says and is_collection)


def _fault(operation: Operation) -> str:
    """Why the schemas of an operation cannot be used; empty when they can."""
    body = operation.request_body
    if "101" in operation.responses and not operation.successes:
        return "it switches to another protocol (101), which this load does not speak"
    try:
        compile_responses(operation)
        for schema in (
            *(each.schema for each in operation.parameters),
            *(body.content.values() if body else ()),
        ):
            schema.translated  # noqa: B018 - a cached property, wanted for its effect
    except ContractError as reason:
        return str(reason)
    return ""
