"""Plans that are inferred from small documents."""

from typing import Any

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object
from load.planning.plan import Plan
from load.planning.planner import plan
from openapi.operation_reader import read_operations
from openapi.operations import Operation

THING = an_object(id=ID, name=TEXT)


def planned(*paths: dict[str, Any]) -> tuple[dict[str, Operation], Plan]:
    operations = read_operations(
        contract({path: item for path_item in paths for path, item in path_item.items()})
    )
    return {operation.label: operation for operation in operations}, plan(operations)


def needed(plan_of_all: Plan, label: str) -> dict[str, list[str]]:
    """The slots of an operation with the labels of the operations that fill them; creations come first."""
    return {
        str(slot): list(dict.fromkeys(plan_of_all.producer_labels(need.resource)))
        for need in plan_of_all.needs[label]
        for slot, _ in need.slots
    }
