"""Journeys through the students API."""

from random import Random
from typing import Any

import pytest

from contract_tests.support.simulation import Simulation
from load.journeys.step import Step
from load.options.kinds import Kind, kind_of
from load.options.options import Options
from load.options.scenario_file import load_scenario
from openapi.contract import load_contract, students_document
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations


def simulation_of(profile: str = "mixed", seed: int = 1) -> Simulation:
    students_operations = read_operations(load_contract(students_document()))
    return Simulation(students_operations, Options(load_scenario(profile)), seed)


class Model:
    """A service in memory that answers calls in any order, as if they took time."""

    def __init__(self) -> None:
        self.students: dict[int, str] = {}
        self.deleted: set[int] = set()

    def answer(self, step: Step) -> tuple[int, Any]:
        call = step.call
        key: int = call.path.get("student_id", 0)
        if key:
            assert key in self.students, f"{call.operation.label} for {key}, which is not there"
        match kind_of(call.operation):
            case Kind.CREATE:
                assert call.payload["email"] not in self.students.values()
                key = len(self.students) + len(self.deleted) + 1
                self.students[key] = call.payload["email"]
                return 201, {"id": key}
            case Kind.REPLACE if "email" in call.payload:
                assert call.payload["email"] not in self.students.values()
                self.students[key] = call.payload["email"]
            case Kind.DELETE:
                del self.students[key]
                self.deleted.add(key)
                return 204, None
            case Kind.LIST:
                first = [{"id": key} for key in list(self.students)[:1]]
                return 200, {"students": first, "next_cursor": "0" * 16}
        return 200, {"id": key}


def exchange(step: Step, status: int, body: Any) -> Exchange:
    call = step.call
    return Exchange("", call.target, call.path, call.query, {}, call.payload, status, {}, body)


@pytest.mark.parametrize("profile", ["mixed", "read-heavy", "write-heavy"])
def test_no_call_uses_an_entity_that_is_gone(profile: str) -> None:
    random = Random(profile)
    model, simulation = Model(), simulation_of(profile)
    in_flight: list[Step] = []
    kinds = set()
    for _ in range(6_000):
        if len(in_flight) < 20:
            in_flight.append(simulation.journeys.next_step())
        else:
            step = in_flight.pop(random.randrange(len(in_flight)))
            status, body = model.answer(step)
            simulation.journeys.complete(step, exchange(step, status, body))
            kinds.add(kind_of(step.call.operation))
    assert kinds == set(Kind)
    assert model.deleted


def test_entities_from_before_the_run_are_only_read() -> None:
    simulation = simulation_of()
    for key in range(1, 50):
        simulation.knowledge.add_foreign("/students/{}", (-key,))
    touched: dict[Kind, set[bool]] = {}
    created = 0
    for _ in range(3_000):
        step = simulation.journeys.next_step()
        kind = kind_of(step.call.operation)
        if step.entity:
            touched.setdefault(kind, set()).add(step.entity.is_own)
        created += kind is Kind.CREATE
        simulation.journeys.complete(
            step, exchange(step, 201, {"id": created}) if kind is Kind.CREATE else None
        )
    assert touched == {Kind.READ: {True, False}, Kind.REPLACE: {True}, Kind.DELETE: {True}}


def test_identifiers_are_taken_from_lists() -> None:
    simulation = simulation_of()
    ((step,),) = simulation.journeys.exploration_rounds()
    assert step.call.target == "/students"
    identifiers = simulation.knowledge.record_listing(
        step, exchange(step, 200, {"students": [{"id": 4}, {"id": 5}]})
    )
    assert ("/students/{}", (5,)) in identifiers
    assert simulation.knowledge.record_listing(step, exchange(step, 200, {"students": []})) == []


def test_cursors_are_followed_and_never_invented() -> None:
    simulation = simulation_of()
    cursors = set()
    for _ in range(2_000):
        step = simulation.journeys.next_step()
        if kind_of(step.call.operation) is Kind.LIST:
            cursors.add(step.call.query.get("cursor"))
            simulation.journeys.complete(step, exchange(step, 200, {"students": [], "next_cursor": "f" * 16}))
        else:
            simulation.journeys.complete(step, None)
    assert cursors == {None, "f" * 16}
