"""The names of columns, constraints and indexes: given, refused, and changed (`x-renamed-from`)."""

from typing import Any

import pytest
import sqlalchemy as sa

from contract_tests.service.test_tables import contract, metadata
from openapi.contract import ContractError
from students_service.database import upgrades
from students_service.database.engine import connect
from students_service.document.tables import resources


def test_a_renamed_property_keeps_its_values(database: str) -> None:
    def rename(student: Any) -> None:
        for new, old in (("mail", "email"), ("subject", "course")):
            student["properties"][new] = {**student["properties"].pop(old), "x-renamed-from": old}
            student["required"][student["required"].index(old)] = new

    engine = connect(database)
    upgrades.apply(engine, metadata())
    with engine.connect() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO students (given_name, family_name, email, course, year) "
                "VALUES ('A', 'B', 'a@b.c', 'Law', 1)"
            )
        )
    renames = (
        "ALTER TABLE students RENAME COLUMN email TO mail;",
        "ALTER INDEX students_email_lower_key RENAME TO students_mail_lower_key;",
        "ALTER TABLE students RENAME COLUMN course TO subject;",
        "ALTER INDEX students_course_id_idx RENAME TO students_subject_id_idx;",
    )
    assert upgrades.pending(engine, metadata(rename)).additions == renames
    assert upgrades.pending(engine, metadata()).additions == ()
    assert upgrades.apply(engine, metadata(rename)).additions == renames
    assert upgrades.apply(engine, metadata(rename)) == upgrades.Upgrade((), ())
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT mail, subject FROM students")).one() == ("a@b.c", "Law")


def test_a_renamed_property_does_not_take_what_belongs_to_another(database: str) -> None:
    def add(student: Any) -> None:
        student["properties"]["course_id"] = {"type": "integer", "x-index": True}

    def rename(student: Any) -> None:
        student["properties"]["taken"] = {"type": "integer", "x-index": True, "x-renamed-from": "course_id"}

    engine = connect(database)
    upgrades.apply(engine, metadata(add))
    assert upgrades.apply(engine, metadata(rename)).additions == (
        "ALTER TABLE students RENAME COLUMN course_id TO taken;",
        "ALTER INDEX students_course_id_id_idx RENAME TO students_taken_id_idx;",
    )


def test_names_that_become_free_are_given_to_others(database: str) -> None:
    def first(student: Any) -> None:
        student["properties"] |= {"a": {"type": "string"}, "c": {"type": "string"}}

    def shifted(student: Any) -> None:
        student["properties"] |= {
            "a": {"type": "string", "x-renamed-from": "c"},
            "b": {"type": "string", "x-renamed-from": "a"},
        }

    engine = connect(database)
    upgrades.apply(engine, metadata(first))
    assert upgrades.apply(engine, metadata(shifted)).additions == (
        "ALTER TABLE students RENAME COLUMN a TO b;",
        "ALTER TABLE students RENAME COLUMN c TO a;",
    )


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"a" * 64: {"type": "string"}}, "PostgreSQL takes no name such as 'aaa"),
        ({"a" * 56: {"type": "string", "x-unique": True}}, "takes no name such as 'students_aaa"),
        (
            {
                "x": {"type": "string", "x-unique": "ignoring-case"},
                "x_lower": {"type": "string", "x-unique": True},
            },
            "two constraints or indexes would be named 'students_x_lower_key'",
        ),
        ({"secret": {"type": "string", "writeOnly": True}}, "property secret: writeOnly"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_postgresql_cannot_name_or_show_is_refused(properties: Any, message: str) -> None:
    def change(student: Any) -> None:
        student["properties"] |= properties

    with pytest.raises(ContractError, match=message):
        resources(contract(change))


def test_references_in_a_circle_are_refused() -> None:
    key = {"type": "integer", "x-generated": "identity"}
    document = contract()
    for name, other in (("Room", "desks"), ("Desk", "rooms")):
        document.document["components"]["schemas"][name] = {
            "type": "object",
            "x-table": f"{name.lower()}s",
            "properties": {"id": key, "other": {"type": "integer", "x-references": other}},
        }
    with pytest.raises(ContractError, match="Room, property other: x-references go in a circle: desks"):
        resources(document)
