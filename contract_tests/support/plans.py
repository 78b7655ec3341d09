"""Plans of small documents."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.journeys.shown_identifiers import identifier_shown_instead
from load.journeys.step import Step
from load.options.options import Options
from load.options.profile import load_profile
from load.options.selection import Selection
from load.planning.identifiers import Identifier
from load.planning.plan import Plan, Slot
from load.planning.planner import plan
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations
from openapi.operations import Operation


THING = an_object(id=ID, name=TEXT)


def planned(*paths: dict[str, Any]) -> tuple[dict[str, Operation], Plan]:
    found = read_operations(contract({path: item for each in paths for path, item in each.items()}))
    return {each.label: each for each in found}, plan(found)


def needed(found: Plan, label: str) -> dict[str, list[str]]:
    """The slots of an operation, each with the operations that fill it, those that create first."""
    return {
        str(slot): list(dict.fromkeys(found.producer_labels(need.resource)))
        for need in found.needs[label]
        for slot, _ in need.slots
    }
