"""The load deletes nothing that something else refers to, even when calls overlap."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.simulation import Simulation, simulated
from load.journeys.step import Step
from openapi.contract import Contract, load_contract, students_document
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations

COURSES = Path(students_document()).with_name("courses.overlay.yaml")


class School:
    """A service in memory, whose students refer to courses in a property."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        self.rows: dict[str, dict[int, Any]] = {"students": {}, "courses": {}}
        self.deleted_courses = 0

    def answer(self, step: Step) -> tuple[int, Any]:
        call = step.call
        _, table, *_ = f"{call.operation.path}/".split("/")
        rows, payload = self.rows.get(table, {}), call.payload
        key: int = next(iter(call.path.values()), 0)
        if call.operation.method == "post":
            self.check(payload)
            key = len(rows) + 1
            rows[key] = dict(payload)
            return 201, {"id": key}
        if call.operation.method in ("put", "patch"):
            self.check(payload)
            rows[key].update(payload)
        if call.operation.method == "delete":
            assert table != "courses" or key not in self.courses_of_students(), call.target
            self.deleted_courses += table == "courses"
            rows[key] = {}
            return 204, None
        return 200, {"id": key} if key else {table: []}

    def check(self, payload: Any) -> None:
        """Check that the courses that a body refers to exist."""
        course = payload.get(self.reference)
        assert course is None or self.rows["courses"].get(course), payload

    def courses_of_students(self) -> set[Any]:
        """The courses that students take."""
        return {student.get(self.reference) for student in self.rows["students"].values()}


def school_document(reference: str) -> Contract:
    """The document of students and courses, with another name for the course of a student."""
    contract = load_contract(students_document(), overlays=[COURSES])
    properties = contract.document["components"]["schemas"]["StudentFields"]["properties"]
    properties[reference] = properties.pop("course_id")
    return contract


@pytest.mark.parametrize("reference", ["course_id", "enrolled_in", "student_id"])
def test_a_course_is_not_deleted_while_students_take_it(reference: str) -> None:
    random, school = Random(1), School(reference)
    simulation = Simulation(read_operations(school_document(reference)))
    in_flight: list[Step] = []
    for _ in range(8_000):
        if len(in_flight) < 20:
            in_flight.append(simulation.journeys.next_step())
            continue
        step = in_flight.pop(random.randrange(len(in_flight)))
        status, body = school.answer(step)
        call = step.call
        exchange = Exchange("", call.target, call.path, call.query, {}, call.payload, status, {}, body)
        simulation.journeys.complete(step, exchange)
    assert school.deleted_courses > 50
    assert len(school.courses_of_students()) > 20


@pytest.mark.parametrize("is_list", [False, True])
def test_the_key_is_sent_of_rows_that_paths_address_otherwise(is_list: bool) -> None:
    key: Any = {"type": "integer", "x-generated": "identity", "readOnly": True}
    course = {"x-table": "courses", **an_object(id=key, code=TEXT)}
    reference = {"type": "integer", "x-references": "courses"}
    student = an_object(enrolled_in=a_list(reference) if is_list else reference)
    paths = on("/courses", post=does(course, course, "201")) | on(
        "/courses/{code}", "code", kind=TEXT, get=does(course), delete=does(status="204")
    )
    paths |= on("/students", post=does(an_object(id=ID), student, "201"))
    paths |= on("/students/{id}", "id", get=does(an_object(id=ID)), put=does(student, student))
    keys: dict[str, int] = {}
    taken: dict[int, Any] = {}
    deleted: list[str] = []

    def answer(step: Step) -> tuple[int, Any]:
        call = step.call
        if call.operation.path.startswith("/courses"):
            if call.operation.method == "post":
                code = f"C{len(keys)}"
                keys[code] = 1_000 + len(keys)
                return 201, {"id": keys[code], "code": code}
            code = str(call.path["code"])
            if call.operation.method == "delete":
                assert [keys[code]] not in taken.values()
                deleted.append(code)
                return 204, None
            return 200, {"id": keys[code], "code": code}
        number = int(str(call.path.get("id", len(taken) + 1)))
        if call.payload is not None:
            sent = call.payload["enrolled_in"]
            taken[number] = sent if is_list else [sent]
            assert all(f"C{each - 1_000}" in {*keys} - {*deleted} for each in taken[number])
        return (201 if call.operation.method == "post" else 200), {"id": number}

    simulated(paths, answer, 3_000)
    assert len(deleted) > 20
    assert len(taken) > 100
