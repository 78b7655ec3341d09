"""Which operation is called next."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from contract_tests.load.journeys.test_journeys import exchange
from contract_tests.support.documents import contract
from contract_tests.support.path_items import TEXT, an_object, does, on, resource
from contract_tests.support.plans import THING, planned
from contract_tests.support.simulation import Simulation
from load.journeys.operation_schedule import OperationSchedule
from load.options.options import Options
from load.options.scenario_file import load_scenario
from openapi.operation_reader import read_operations


def test_every_operation_has_its_turn_before_any_has_a_second() -> None:
    operations, _ = planned(*(on(f"/things{number}", get=does(THING)) for number in range(20)))
    schedule = OperationSchedule([*operations.values()], load_scenario("mixed"), Random(1))
    first = [schedule.next_of_first_rounds().label for _ in range(20)]
    assert {*first} == {*operations}


def test_an_operation_that_lacks_something_has_another_turn_soon() -> None:
    operations, _ = planned(*(on(f"/things{number}", get=does(THING)) for number in range(20)))
    schedule = OperationSchedule([*operations.values()], load_scenario("mixed"), Random(1))
    put_off = schedule.next_of_first_rounds()
    schedule.put_off(put_off)
    assert put_off in [schedule.next_of_first_rounds() for _ in range(10)]
    schedule.put_off(put_off)
    assert put_off not in [schedule.next_of_first_rounds() for _ in range(9)]


def test_each_operation_has_its_share_of_all_calls(tmp_path: Path) -> None:
    """What is created because something else needs it, and the first rounds, are made up for."""
    file = tmp_path / "mine.yaml"
    file.write_text("weights: {read: 60, create: 20, replace: 5, delete: 15, list: 0}")
    scenario = load_scenario(str(file))
    operations = read_operations(contract(resource("things", an_object(name=TEXT))))
    called, created = Counter[str](), 0
    journeys = Simulation(operations, Options(scenario)).journeys
    for _ in range(2_000):
        step = journeys.next_step()
        operation = step.call.operation
        called[operation.label] += 1
        created += operation.method == "post"
        status = {"post": 201, "delete": 204}.get(operation.method, 200)
        journeys.complete(step, exchange(step, status, {"id": created, "name": "x"}))
    shares = {label: count / called.total() for label, count in called.items()}
    assert shares == pytest.approx(
        {"GET /things/{id}": 0.6, "POST /things": 0.2, "PUT /things/{id}": 0.05, "DELETE /things/{id}": 0.15},
        rel=0.02,
    )


def test_what_can_never_be_called_takes_nothing_from_the_others() -> None:
    operations, _ = planned(*(on(f"/things{number}", get=does(THING)) for number in range(3)))
    schedule = OperationSchedule([*operations.values()], load_scenario("mixed"), Random(1))
    called = Counter[str]()
    for _ in range(3_000):
        operation = schedule.draw()
        schedule.take_turn(operation)
        called[operation.label] += operation.label != "GET /things0"
    assert called["GET /things1"] == pytest.approx(1_000, abs=3)
