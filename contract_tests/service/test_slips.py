"""Slips in a document are told at the start, in one line, with their place and what may have been meant."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi.contract import ContractError, students_document
from students_service.app import read_api
from students_service.document.promises import promises_not_kept
from students_service.errors import ServiceError

Read = Callable[[str, str], Any]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the document with one text replaced by another."""

    def replaced(old: str, new: str) -> Any:
        text = students_document().read_text()
        assert old in text
        path = tmp_path / "edited.yaml"
        path.write_text(text.replace(old, new, 1))
        return read_api(str(path))

    return replaced


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("x-unique: ignoring-case", "x-uniqe: true", "email: x-uniqe is not known; did you mean 'x-unique'"),
        ("x-unique: ignoring-case", "x-unique: nocase", "x-unique is 'nocase', and must be true or ignoring"),
        ("x-generated: identity", "x-generated: identiy", "id: x-generated is 'identiy'.*mean 'identity'"),
        ("x-max-body-bytes: 65536", "x-max-body-bytes: many", "#: x-max-body-bytes is 'many', and must be"),
        ("minLength: 1\n", "minLenght: 1\n", "schemas/Text: 'minLenght' is not known .*mean 'minLength'"),
        ("in: query\n", "in: qeury\n", "parameters/0/in: 'qeury' is none of path, query.*mean 'query'"),
        ("        '200':\n", "        200x:\n", "#/paths/~1/get/responses: '200x' is not known here$"),
        ("maximum: 8\n", "maximum: eight\n", "properties/year/maximum: 'eight' is not of type number"),
        ("[given_name, fa", "[given_nam, fa", "'given_nam' is required, and no property.*mean 'given_name'"),
        ("{cursor: $resp", "{curser: $resp", "sets 'curser', which is no parameter.*did you mean 'cursor'"),
        ("name: course\n", "name: cuorse\n", "parameter 'cuorse' is neither a property.*mean 'course'"),
        ("        '412': {", "        '418': {", r"send: PUT /students/\{student_id\}: 412 \(If-Match\)$"),
        ("        '304':\n", "        '303':\n", r"GET /students/\{student_id\}: 304 \(If-None-Match\)$"),
        ("operationId: get_home", "operationId: no.such.function", "GET /: no function no.such.function: "),
        ("operationId: get_home", "operationId: get_hom", "GET /: .*'get_hom'; did you mean 'get_home'"),
        ("    Read:\n      operationId: get", "    Read:\n      operationId: got", "'got_student'.*'get_stu"),
        ("x-table: students", "x-tables: students", "x-tables is not known; did you mean 'x-table'"),
        ("x-index: true", "x-references: halls", "x-references: 'halls' is no table.*has students"),
        ("format: date\n", "format: dat\n", "date_of_birth: format 'dat' is not known; did you mean 'date'"),
        ("body#/next_cursor}", "body#/next_curser}", "an answer has no 'next_curser'; .*'next_cursor'"),
        ("body#/students/0/id}", "body#/students/0/idd}", "an answer has no 'idd'; did you mean 'id'"),
        ("- name: student_id", "- name: id", "'id' is not in the path, which has student_id"),
        ("        '204':\n", "        '200':\n", "DELETE /students/{student_id}: 204 must be documented"),
        ("[id, date_of_birth, gpa", "[id, given, gpa", "requires 'given', which Student does not have"),
        ("required: [students]", "required: [students, next_cursor]", "a page requires 'next_cursor'"),
        ("x-index: true", "x-references: students", "property course: .* must be an integer"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_place(read: Read, old: str, new: str, words: str) -> None:
    with pytest.raises((ContractError, ServiceError), match=words) as told:
        read(old, new)
    assert "\n" not in str(told.value)


def test_words_of_others_are_nobodys_business(read: Read) -> None:
    assert read("x-index: true", "x-index: true\n          x-internal-note: hello")


def test_a_function_of_ones_own_answers(read: Read) -> None:
    api = read("operationId: get_home", "operationId: json.dumps")
    assert "json.dumps" in api.operations


def test_a_property_that_an_answer_requires_is_always_there(read: Read) -> None:
    with pytest.raises(ServiceError, match=r"requires 'gpa', which Student may lack: .*nullable: true"):
        read("maximum: 4\n          nullable: true", "maximum: 4")


def test_filters_have_the_types_of_their_properties(read: Read) -> None:
    course = "schema: {$ref: '#/components/schemas/CourseName'}"
    with pytest.raises(ServiceError, match=r"parameter 'course' is of type integer, and .* of type string"):
        read(course, "schema: {type: integer}")


def test_two_schemas_have_two_tables(read: Read) -> None:
    other = """
    Other:
      x-table: students
      type: object
      properties:
        id: {type: integer, x-generated: identity}
    Email:
"""
    with pytest.raises(ContractError, match="'students' is the table of another schema already"):
        read("\n    Email:\n", other)


def test_texts_that_cannot_be_stored_are_told(read: Read) -> None:
    assert [*promises_not_kept(read("gpa:", "gpa:").actions.values())] == []
    free = read("        gpa:\n", "        note: {type: string}\n        gpa:\n")
    (told,) = promises_not_kept(free.actions.values())
    assert "property note" in told


def test_all_missing_responses_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lacking.yaml"
    unavailable = "        '503': {$ref: '#/components/responses/Unavailable'}\n"
    path.write_text(students_document().read_text().replace(unavailable, ""))
    with pytest.raises(ServiceError, match=r"GET /: 503 \(the database.*; GET /health: 503 .*; DELETE /stud"):
        read_api(str(path))
