"""Which operation is called next."""

from random import Random

from contract_tests.support.path_items import does, on
from contract_tests.support.plans import THING, planned
from load.journeys.operation_schedule import OperationSchedule
from load.options.scenario_file import load_scenario


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
