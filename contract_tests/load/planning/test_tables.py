"""What refers to rows of a table (x-references) needs entities that are rows of it, whatever names say."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, needed
from contract_tests.support.simulation import Simulation
from load.planning.plan import Plan, Slot
from load.planning.planner import plan
from openapi.operation_reader import read_operations

KEY = {"type": "integer", "readOnly": True, "x-generated": "identity"}
REFERENCE = {"type": "integer", "x-references": "courses"}
COURSE = {"$ref": "#/components/schemas/StoredCourse"}
SCHEMAS = {
    "Course": {"x-table": "courses", **an_object(id=KEY, code=TEXT, title=TEXT)},
    "StoredCourse": {"allOf": [{"$ref": "#/components/schemas/Course"}, {"required": ["id"]}]},
    "Reference": REFERENCE,
}
# What students call courses.
LECTURES = on(
    "/lectures", get=does(an_object(lectures=a_list(COURSE))), post=does(COURSE, COURSE, "201")
) | on("/lectures/{number}", "number", get=does(COURSE), delete=does(status="204"))
CREATED = ["POST /lectures", "GET /lectures"]


def planned(*paths: dict[str, Any]) -> Plan:
    merged = {path: item for path_item in paths for path, item in path_item.items()}
    return plan(read_operations(contract(merged, schemas=SCHEMAS)))


@pytest.mark.parametrize(
    ("body", "slot"),
    [
        (an_object(enrolled_in=REFERENCE), "/enrolled_in"),
        ({"properties": {"enrolled_in": {**REFERENCE, "nullable": True}}}, "/enrolled_in"),
        (an_object(enrolled_in={"$ref": "#/components/schemas/Reference"}), "/enrolled_in"),
        (an_object(enrolled_in={"allOf": [{"$ref": "#/components/schemas/Reference"}]}), "/enrolled_in"),
        ({"allOf": [an_object(name=TEXT), an_object(enrolled_in=REFERENCE)]}, "/enrolled_in"),
        (an_object(studies=an_object(enrolled_in=REFERENCE)), "/studies/enrolled_in"),
        (an_object(studies=a_list(an_object(enrolled_in=REFERENCE))), "/studies/*/enrolled_in"),
        (an_object(taken=a_list(REFERENCE)), "/taken"),
        (an_object(student_id=REFERENCE), "/student_id"),
        (an_object(id=REFERENCE), "/id"),
        (an_object(page=REFERENCE), "/page"),
    ],
)  # fmt: skip
def test_a_property_of_any_name_refers_to_rows(body: Any, slot: str) -> None:
    students = on("/students", post=does(THING, body)), on("/students/{id}", "id", put=does(THING, body))
    found = planned(LECTURES, *students)
    assert needed(found, "POST /students") == {f"body {slot}": CREATED}
    assert needed(found, "PUT /students/{id}") == {"{id}": ["POST /students"], f"body {slot}": CREATED}
    manner = " (now and then)" if "required" not in str(body) else ""
    reason = "creates it: /id of its answer; GET /lectures: lists it: /lectures/0/id"
    assert f"    body {slot} <- POST /lectures: {reason}{manner}" in found.lines(["POST /students"])


def test_parameters_refer_to_rows() -> None:
    names = on("/seats/{student}/{where}", "student", "where", kind=REFERENCE, get=does(TEXT))
    query = {"name": "cursor", "schema": REFERENCE}
    found = planned(LECTURES, on("/students", get=does(a_list(THING), parameters=[query])), names)
    assert needed(found, "GET /students") == {"query cursor": CREATED}
    assert needed(found, "GET /seats/{student}/{where}") == {"{where}": CREATED, "{student}": CREATED}


def test_the_resource_is_what_operations_create_as_rows() -> None:
    taken = on("/students/{id}/taken", "id", get=does(a_list(COURSE)))
    taken |= on("/students/{id}/taken/{number}", "id", "number", get=does(COURSE))
    namesake = on("/courses", post=does(THING, THING)) | on("/courses/{id}", "id", get=does(THING))
    body = an_object(course_id=REFERENCE)
    students = on("/students", post=does({**THING, "x-table": "students"}, body))
    students |= on("/students/{id}", "id", get=does(an_object(id=ID, taken=COURSE)))
    assert needed(planned(taken, namesake, students, LECTURES), "POST /students") == {
        "body /course_id": CREATED
    }


def test_an_answer_without_a_schema_leaves_the_body_and_then_the_path_to_say_it() -> None:
    students = on("/students", post=does(THING, an_object(enrolled_in=REFERENCE)))
    read = on("/lectures/{id}", "id", get=does(THING))
    by_body = on("/lectures", post=does(an_object(id=ID), COURSE, "201")) | read
    assert needed(planned(by_body, students), "POST /students") == {"body /enrolled_in": ["POST /lectures"]}
    by_path = on("/courses", post=does(THING, THING)) | on("/courses/{id}", "id", get=does(THING))
    assert needed(planned(by_path, students), "POST /students") == {"body /enrolled_in": ["POST /courses"]}


def test_rows_that_no_path_addresses_are_known() -> None:
    students = on("/students", post=does(THING, an_object(enrolled_in=REFERENCE)))
    lectures = on("/lectures", post=does(COURSE, COURSE, "201"))
    assert needed(planned(lectures, students), "POST /students") == {"body /enrolled_in": ["POST /lectures"]}


def test_the_value_is_the_key_where_paths_have_another() -> None:
    lectures = on("/lectures", post=does(COURSE, COURSE, "201"), get=does(a_list(COURSE)))
    lectures |= on("/lectures/{code}", "code", kind=TEXT, get=does(COURSE), delete=does(status="204"))
    students = on("/students", post=does(THING, an_object(enrolled_in=REFERENCE)))
    paths = {**lectures, **students}
    simulation = Simulation(read_operations(contract(paths, schemas=SCHEMAS)))
    assert needed(simulation.compiled.plan, "POST /students") == {"body /enrolled_in": CREATED}
    assert needed(simulation.compiled.plan, "GET /lectures/{code}") == {"{code}": CREATED}


def test_what_no_operation_lists_is_not_made_up_as_long_as_it_can_be_left_out() -> None:
    reference = {"type": "integer", "x-references": "halls"}
    optional = {"properties": {"seated_in": reference, "name": {"type": "string", "x-references": ["halls"]}}}
    found = planned(LECTURES, on("/students", post=does(THING, optional)))
    assert found.empty_slots["POST /students"] == (Slot("body", "/seated_in"),)
    found = planned(LECTURES, on("/students", post=does(THING, an_object(seated_in=reference))))
    assert found.made_up_slots["POST /students"] == (Slot("body", "/seated_in"),)
    by_name = {"type": "integer", "x-references": "halls"}
    found = planned(LECTURES, on("/students", post=does(THING, an_object(lecture_id=by_name))))
    assert needed(found, "POST /students") == {"body /lecture_id": CREATED}
