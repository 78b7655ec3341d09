"""Rows as PostgreSQL writes them as JSON, compared with the same rows as Python reads them."""

import json
import re
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from contract_tests.service.test_tables import contract
from openapi.message_type import MessageType
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from students_service.database.engine import connect
from students_service.document.tables import Resource, resources
from students_service.rows.executor import Executor
from students_service.rows.row_json import as_json
from students_service.rows.statements import Statements
from students_service.rows.storage import Storage
from students_service.rows.storage_errors import Unstorable


def add_fields(student: Any) -> None:
    student["properties"] |= {
        "nick%name": {"type": "string"},
        'it\'s "quoted"': {"type": "string", "nullable": True},
        "seen_at": {"type": "string", "format": "date-time", "nullable": True},
        "left_at": {"type": "string", "format": "date-time"},
        "born_on": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "is_well": {"type": "boolean"},
        "weight": {"type": "number", "nullable": True},
        "shoes": {"type": "integer", "nullable": True},
    }


def add_many(student: Any) -> None:
    student["properties"] |= {f"field_{number}": {"type": "integer"} for number in range(250)}


def stored(database: str, change: Any, values: dict[str, Any]) -> tuple[Resource, dict[str, Any]]:
    """The resource of a changed document, and a row of its table as JSON."""
    metadata, (resource,) = resources(contract(change))
    engine = connect(database)
    metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(sa.insert(resource.table).values(values))
        row: dict[str, Any] = json.loads(connection.execute(sa.select(as_json(resource))).scalar_one())
    engine.dispose()
    return resource, row


ADA: dict[str, Any] = {
    "given_name": 'Ada "A"\\ \n\u2028é%s',
    "family_name": "Lovelace",
    "email": "ada@example.org",
    "course": "Mathematics",
    "year": 2,
    "created_at": datetime(2026, 1, 15, 9, 30, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, {'it\'s "quoted"': None, "seen_at": None, "weight": None, "shoes": None}),
        (
            {"nick%name": "100%", 'it\'s "quoted"': "'", "tags": ["a", None], "is_well": False},
            {"nick%name": "100%", 'it\'s "quoted"': "'", "tags": ["a", None], "is_well": False},
        ),
        (
            {"seen_at": datetime(1, 1, 1, 23, 59, 59, 999999, tzinfo=UTC), "left_at": ADA["created_at"]},
            {"seen_at": "0001-01-01T23:59:59.999999Z", "left_at": "2026-01-15T09:30:00Z"},
        ),
        ({"born_on": date(1995, 12, 10)}, {"born_on": "1995-12-10"}),
        ({"weight": 1e300, "shoes": -(2**63)}, {"weight": 1e300, "shoes": -(2**63)}),
        ({"weight": 0.1, "shoes": 0}, {"weight": 0.1, "shoes": 0}),
    ],
)
def test_a_row_is_what_was_stored(database: str, given: dict[str, Any], shown: dict[str, Any]) -> None:
    _, row = stored(database, add_fields, ADA | given)
    expected = {"id": 1, "status": "active", "date_of_birth": None, "gpa": None}
    expected |= {'it\'s "quoted"': None, "seen_at": None, "weight": None, "shoes": None}
    assert row.pop("updated_at").endswith("Z")
    assert row == expected | ADA | {"created_at": "2026-01-15T09:30:00Z"} | shown


def test_a_row_may_have_more_columns_than_a_function_takes_arguments(database: str) -> None:
    _, row = stored(database, add_many, ADA | {f"field_{number}": number for number in range(249)})
    assert [row[f"field_{number}"] for number in range(249)] == [*range(249)]
    assert "field_249" not in row


def test_a_row_matches_its_schema(database: str) -> None:
    resource, row = stored(database, None, ADA)
    schema = {"$ref": f"#/components/schemas/{resource.schema}"}
    assert next(iter(row)) == resource.key
    row["given_name"] = "Ada"
    assert Schema(SchemaTranslator(contract(), MessageType.RESPONSE), schema).validator.is_valid(row)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ((), "students_pkey"),
        (("email",), "students_email_lower_key"),
        (("course",), "students_course_id_idx"),
        (("status",), "students_status_id_idx"),
        (("course", "status"), "students_(course|status)_id_idx"),
        (("course", "email"), "students_email_lower_key"),
    ],
)
def test_every_page_uses_its_index_at_any_size(database: str, filters: tuple[str, ...], index: str) -> None:
    metadata, (resource,) = resources(contract())
    engine = connect(database)
    metadata.create_all(engine)
    statement = Statements(resource).page(filters)
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute(statement.prepare)
    cursor.execute(f"EXPLAIN {statement.execute}", [0, 100, *("active" for _ in filters)])
    plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(f"Index Scan using {index} ", plan), plan
    assert "Sort" not in plan
    connection.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("time", "is_stored"),
    [
        ("0001-01-01T00:00:00Z", True),
        ("0001-01-01T00:00:00+01:00", False),
        ("9999-12-31T23:59:59.999998Z", True),
        ("9999-12-31T23:59:59.9999999Z", False),
        ("9999-12-31T23:59:59-01:00", False),
        ("9999-12-31T23:59:60Z", False),
        ("2026-06-30T23:59:60z", True),
    ],
)
def test_times_that_cannot_be_shown_are_not_stored(database: str, time: str, is_stored: bool) -> None:
    metadata, (resource,) = resources(contract(add_fields))
    engine = connect(database)
    metadata.create_all(engine)
    storage = Storage(Executor(engine, metadata, 10), resource, None)
    with nullcontext() if is_stored else pytest.raises(Unstorable):
        row, _ = storage.create({**ADA, "left_at": time})
        assert re.fullmatch(r"[0-9]{4}-.*Z", json.loads(row)["left_at"])
    assert len(storage.page(0, 10, {})) == is_stored
    engine.dispose()


def test_different_filters_have_different_statements() -> None:
    fields = ("a", "b_c", "a_b", "c")

    def add(student: Any) -> None:
        student["properties"] |= {field: {"type": "integer"} for field in fields}

    _, (resource,) = resources(contract(add))
    statements = Statements(resource)
    one, other = statements.page(("a", "b_c")), statements.page(("a_b", "c"))
    assert one.name != other.name
    assert max(len(one.name), len(other.name)) < 63
    assert "%" not in one.execute.replace("%s", "")
