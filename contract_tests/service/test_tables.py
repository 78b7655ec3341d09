"""The table that the schema defines. Its DDL is stored next to this test, so that an edit of the document
shows its SQL in review.
"""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from openapi.contract import Contract, ContractError, load_contract, students_document
from students_service.database import upgrades
from students_service.database.engine import connect
from students_service.document.tables import resources
from students_service.errors import ServiceError

SNAPSHOT = Path(__file__).parent / "students.sql"


def contract(change: Any = None) -> Contract:
    loaded = load_contract(students_document())
    if change:
        schemas = loaded.document["components"]["schemas"]
        fields, required = schemas["StudentFields"], schemas["Student"]["allOf"][1]
        change({"properties": fields["properties"], "required": required["required"]})
    return loaded


def metadata(change: Any = None) -> sa.MetaData:
    return resources(contract(change))[0]


def test_the_ddl_matches_the_snapshot(database: str) -> None:
    ddl = "\n".join(upgrades.pending(connect(database), metadata()).additions) + "\n"
    assert ddl == SNAPSHOT.read_text(), (
        f"the table has changed; if that is wanted, write to {SNAPSHOT}:\n{ddl}"
    )


def test_an_upgrade_is_applied_once(database: str) -> None:
    engine = connect(database)
    assert upgrades.apply(engine, metadata()).additions
    assert upgrades.apply(engine, metadata()) == upgrades.Upgrade((), ())
    upgrades.require_none(engine, metadata())


def test_a_stored_schema_needs_an_identifier() -> None:
    def change(student: Any) -> None:
        del student["properties"]["id"]["x-generated"]

    with pytest.raises(ContractError, match="Student: a table needs one property with x-generated: identity"):
        resources(contract(change))


@pytest.mark.parametrize(
    ("schema", "sql"),
    [
        ({"type": "string"}, "TEXT"),
        ({"type": "string", "nullable": True}, "TEXT"),
        ({"type": "string", "default": "it's"}, "TEXT DEFAULT 'it''s' NOT NULL"),
        ({"type": "string", "default": "a;\nb"}, "TEXT DEFAULT 'a;\nb' NOT NULL"),
        ({"type": "string", "format": "date"}, "DATE"),
        ({"type": "string", "format": "date-time"}, "TIMESTAMP WITH TIME ZONE"),
        ({"type": "integer"}, "BIGINT"),
        ({"type": "integer", "format": "int32", "default": 3}, "INTEGER DEFAULT '3' NOT NULL"),
        ({"type": "number"}, "DOUBLE PRECISION"),
        ({"type": "boolean", "default": False}, "BOOLEAN DEFAULT 'false' NOT NULL"),
        ({"type": "array", "items": {"type": "string"}}, "JSONB"),
        ({"type": "object"}, "JSONB"),
    ],
    ids=str,
)
def test_an_added_property_adds_a_column(database: str, schema: Any, sql: str) -> None:
    def change(student: Any) -> None:
        student["properties"]["extra"] = schema

    engine = connect(database)
    upgrades.apply(engine, metadata())
    assert upgrades.apply(engine, metadata(change)).additions == (
        f"ALTER TABLE students ADD COLUMN extra {sql};",
    )


def test_unique_constraints_and_indexes_are_added_to_existing_columns(database: str) -> None:
    def change(student: Any) -> None:
        student["properties"]["given_name"]["x-index"] = True
        student["properties"]["family_name"]["x-unique"] = True

    engine = connect(database)
    upgrades.apply(engine, metadata())
    assert sorted(upgrades.apply(engine, metadata(change)).additions) == [
        "ALTER TABLE students ADD CONSTRAINT students_family_name_key UNIQUE (family_name);",
        "CREATE INDEX students_given_name_id_idx ON students (given_name, id);",
    ]


def test_a_property_made_optional_becomes_nullable(database: str) -> None:
    def change(student: Any) -> None:
        student["required"].remove("course")

    engine = connect(database)
    upgrades.apply(engine, metadata())
    added = upgrades.apply(engine, metadata(change)).additions
    assert added == ("ALTER TABLE students ALTER COLUMN course DROP NOT NULL;",)


def to_text(student: Any) -> None:
    student["properties"]["year"] = {"type": "string"}


def without_gpa(student: Any) -> None:
    del student["properties"]["gpa"]


def required_without_default(student: Any) -> None:
    student["properties"]["town"] = {"type": "string"}
    student["required"].append("town")


def required_at_last(student: Any) -> None:
    student["properties"]["gpa"] = {"type": "number"}
    student["required"].append("gpa")


def no_longer_unique(student: Any) -> None:
    del student["properties"]["email"]["x-unique"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            to_text,
            r"column students.year is INTEGER in the database and TEXT in the contract; if that is wanted, "
            r"review and run: ALTER TABLE students ALTER COLUMN year TYPE TEXT USING year::TEXT;",
        ),
        (without_gpa, r"column students.gpa is in the database and not in the contract.*DROP COLUMN gpa;"),
        (
            required_without_default,
            r"column students.town is required and has no default.*ADD COLUMN town TEXT",
        ),
        (
            required_at_last,
            r"column students.gpa may be NULL in the database.*ALTER COLUMN gpa SET NOT NULL;",
        ),
        (
            no_longer_unique,
            r"index students_email_lower_key of students keeps values unique, and the contract does not; .*"
            r"DROP INDEX students_email_lower_key;",
        ),
    ],
)
def test_upgrades_that_could_lose_data_are_refused_with_their_sql(
    database: str, change: Any, message: str
) -> None:
    engine = connect(database)
    upgrades.apply(engine, metadata())
    with pytest.raises(ServiceError, match=message) as refused:
        upgrades.apply(engine, metadata(change))
    assert "\n" not in str(refused.value)
    assert upgrades.pending(engine, metadata()) == upgrades.Upgrade((), ())


def test_rows_that_prevent_an_upgrade_are_reported_and_kept(database: str) -> None:
    def change(student: Any) -> None:
        student["properties"]["course"]["x-unique"] = True

    engine = connect(database)
    upgrades.apply(engine, metadata())
    with engine.connect() as connection:
        for number in range(2):
            connection.execute(
                sa.text(
                    "INSERT INTO students (given_name, family_name, email, course, year) "
                    f"VALUES ('A', 'B', 'a{number}@b.c', 'Law', 1)"
                )
            )
    with pytest.raises(
        ServiceError, match=r"database does not allow the change: .*duplicated.*nothing was changed"
    ):
        upgrades.apply(engine, metadata(change))
    assert upgrades.pending(engine, metadata()) == upgrades.Upgrade((), ())


def test_foreign_tables_and_indexes_are_left_alone(database: str) -> None:
    engine = connect(database)
    upgrades.apply(engine, metadata())
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE guests (name text)"))
        connection.execute(sa.text("CREATE UNIQUE INDEX theirs ON students (lower(email), year)"))
        connection.execute(sa.text("CREATE INDEX theirs_too ON students (year)"))
    assert upgrades.apply(engine, metadata()) == upgrades.Upgrade((), ())
    assert sorted(sa.inspect(engine).get_table_names()) == ["guests", "students"]


def test_a_reference_is_added_to_an_existing_database(database: str) -> None:
    engine = connect(database)
    upgrades.apply(engine, metadata())
    overlay = Path(students_document()).with_name("courses.overlay.yaml")
    school = resources(load_contract(students_document(), overlays=[overlay]))[0]
    added = upgrades.apply(engine, school).additions
    assert any("ADD CONSTRAINT students_course_id_fkey FOREIGN KEY" in statement for statement in added)
    assert upgrades.apply(engine, school) == upgrades.Upgrade((), ())


def test_a_unique_constraint_goes_when_case_is_ignored(database: str) -> None:
    def unique_with_case(student: Any) -> None:
        student["properties"]["email"]["x-unique"] = True

    engine = connect(database)
    upgrades.apply(engine, metadata(unique_with_case))
    assert upgrades.apply(engine, metadata()).additions == (
        "CREATE UNIQUE INDEX students_email_lower_key ON students (lower(email));",
        "ALTER TABLE students DROP CONSTRAINT students_email_key;",
    )
    assert upgrades.pending(engine, metadata()) == upgrades.Upgrade((), ())


def test_a_role_without_privileges_is_reported_in_one_line(database: str) -> None:
    engine = connect(database)
    with engine.connect() as connection:
        connection.execute(sa.text("DROP ROLE IF EXISTS guest"))
        connection.execute(sa.text("CREATE ROLE guest LOGIN"))
    guest = connect(sa.make_url(database).set(username="guest").render_as_string(hide_password=False))
    with pytest.raises(ServiceError, match=r"does not allow the change: permission denied for schema public"):
        upgrades.apply(guest, metadata())
