"""Values that a scenario gives to parameters and properties are in every call, row by row."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.errors import LoadError
from load.journeys.bound_values import BoundValues
from load.measurements.arrivals import Share
from load.options.options import Options
from load.options.scenario_file import load_scenario
from load.options.values import read_values
from load.planning.plan import Slot
from openapi.operation_reader import read_operations

NUMBER = {"type": "integer", "minimum": 1, "maximum": 9}
TENANT = {"name": "X-Tenant", "in": "header", "schema": TEXT}
NEW = an_object(customer_id=ID, amount=NUMBER, note=TEXT)
PATHS = (
    on("/customers", get=does({"type": "array", "items": an_object(id=ID)}))
    | on("/orders", post=does(an_object(id=ID), NEW, "201", parameters=[TENANT]))
    | on("/regions/{region}/orders", "region", get=does({"type": "array", "items": an_object(id=ID)}))
)
OPERATIONS = read_operations(contract(PATHS))
POST = "POST /orders"


def written(tmp_path: Path, values: Any, **files: str) -> Options:
    for name, text in files.items():
        (tmp_path / name.replace("_", ".")).write_text(text)
    scenario = load_scenario("mixed")
    described = {
        key: {
            slot: {**value, "from": str(tmp_path / value["from"])} if isinstance(value, dict) else value
            for slot, value in slots.items()
        }
        for key, slots in values.items()
    }
    return replace(Options(scenario), values=read_values("it.yaml", described))


def test_values_of_a_row_come_together_and_rows_take_turns(tmp_path: Path) -> None:
    values = {
        POST: {
            "body /customer_id": {"from": "rows.csv", "column": "id"},
            "body /amount": {"from": "rows.csv", "column": "amount"},
            "header x-tenant": "acme",
        },
        "/regions/*": {"path region": "7"},
    }
    rows = "id,amount\n11,1\n12,2\n13,3\n"
    simulation = Simulation(OPERATIONS, written(tmp_path, values, rows_csv=rows))
    calls = [simulation.journeys.next_step().call for _ in range(400)]
    orders = [call for call in calls if call.operation.label == POST]
    seen = Counter((call.payload["customer_id"], call.payload["amount"]) for call in orders)
    assert {*seen} == {(11, 1), (12, 2), (13, 3)}
    assert max(seen.values()) - min(seen.values()) <= 1
    assert {call.headers["X-Tenant"] for call in orders} == {"acme"}
    assert {call.target for call in calls if call.operation.path.startswith("/regions")} == {
        "/regions/7/orders"
    }


def test_processes_share_the_rows(tmp_path: Path) -> None:
    values = {POST: {"body /customer_id": {"from": "rows.json", "column": "id"}}}
    options = written(tmp_path, values, rows_json='[{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]')
    drawn = []
    for index in range(2):
        bound = BoundValues(options.values, OPERATIONS)
        bound.set_share(Share(index, 2))
        drawn.append([bound.next(POST)[Slot("body", "/customer_id")] for _ in range(4)])
    assert drawn == [[1, 3, 1, 3], [2, 4, 2, 4]]


def test_the_most_specific_key_holds(tmp_path: Path) -> None:
    values = {POST: {"header X-Tenant": "one"}, "*": {"header X-Tenant": "all"}}
    bound = BoundValues(written(tmp_path, values).values, OPERATIONS)
    assert bound.next(POST) == {Slot("header", "X-Tenant"): "one"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"POST /oders": {"body /note": "a"}},
            "values.POST /oders: no operation .* did you mean 'POST /orders'",
        ),
        ({POST: {"/note": "a"}}, r"it.yaml: values.POST /orders./note: a key looks like 'body /customer/id'"),
        (
            {POST: {"query page": 1}},
            "values.POST /orders: query page: no operation that this key names has it",
        ),
        ({POST: {"body /amount": 10}}, "values: POST /orders: body /amount: the document does not allow 10"),
        (
            {POST: {"body /amount": {"from": "none.csv", "column": "id"}}},
            "cannot read .*none.csv: No such file",
        ),
        (
            {POST: {"body /amount": {"from": "rows.csv", "column": "ammount"}}},
            "has no column .*did you mean 'amount'",
        ),
        ({POST: {"body /amount": {"from": "rows.csv"}}}, "looks like {from: users.csv, column: id}"),
        (
            {POST: {"body /amount": {"from": "rows.csv", "column": "amount"}}},
            "row 2 of .*rows.csv: .* not allow 'x'",
        ),
        (
            {POST: {"body /amount": {"from": "ragged.csv", "column": "a"}}},
            "ragged.csv:3: this row does not have 2",
        ),
        ({POST: {"body /amount": {"from": "empty.csv", "column": "a"}}}, "empty.csv has no rows"),
        (
            {POST: {"body /amount": {"from": "no.json", "column": "a"}}},
            "no.json: a list of objects is expected",
        ),
    ],
)
def test_what_cannot_be_bound_is_one_line(tmp_path: Path, values: Any, message: str) -> None:
    files = {"rows_csv": "amount\n1\nx\n", "ragged_csv": "a,b\n1,2\n3\n", "empty_csv": "a\n", "no_json": "{}"}
    with pytest.raises(LoadError, match=message) as raised:
        BoundValues(written(tmp_path, values, **files).values, OPERATIONS)
    assert "\n" not in str(raised.value)
