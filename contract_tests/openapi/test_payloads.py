"""Generated values are valid, varied, realistic and unique."""

from collections import Counter
from functools import reduce
from typing import Any

import pytest

from contract_tests.support.documents import schema
from openapi.contract import load_contract, students_document
from openapi.operation_reader import read_operations
from openapi.payloads import PayloadFactory, Unbuildable
from openapi.schema import Schema

VALUES = 300


def student_schema() -> Schema:
    operations = {
        operation.operation_id: operation for operation in read_operations(load_contract(students_document()))
    }
    body = operations["create_student"].request_body
    assert body is not None
    return body.content["application/json"]


@pytest.mark.parametrize("pattern", [r"^97[89]\d{10}$", "^[A-Z]{3}-[0-9]{6}$", "^[0-9a-f]{12}$"])
def test_values_of_vast_patterns_hardly_repeat(pattern: str) -> None:
    make = PayloadFactory(1).generator(schema({"type": "string", "pattern": pattern, "example": "x"}))
    assert len({make() for _ in range(2_000)}) > 1_800


@pytest.mark.parametrize("name", ["given_name", "description"])
def test_text_is_not_all_ascii(name: str) -> None:
    make = PayloadFactory(1).generator(schema({"type": "object", "properties": {name: {"type": "string"}}}))
    values = [make() for _ in range(2_000)]
    assert 5 < sum(not value[name].isascii() for value in values if name in value) < 200


@pytest.mark.parametrize(
    "source",
    [
        {"type": "boolean"},
        {"type": "integer", "minimum": -3, "maximum": 3},
        {"type": "integer", "maximum": -5},
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "multipleOf": 5},
        {"type": "number", "minimum": 0, "maximum": 4},
        {"type": "number", "multipleOf": 0.01, "maximum": 1, "minimum": 0.5},
        {"type": "string", "minLength": 30, "maxLength": 40},
        {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
        {"type": "string", "pattern": "^(ab|cd)+x?$", "maxLength": 5},
        {"type": "string", "pattern": r"^\d{3}\.\w+$"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "nullable": True},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 4},
        {
            "type": "array",
            "items": {"type": "string", "enum": ["a", "b", "c"]},
            "uniqueItems": True,
            "minItems": 2,
        },
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"required": ["a"]},
            ]
        },
        *(
            {"type": "string", "format": name}
            for name in (
                "email",
                "date",
                "date-time",
                "time",
                "duration",
                "uuid",
                "uri",
                "uri-reference",
                "hostname",
                "ipv4",
                "ipv6",
                "byte",
                "password",
                "something-private",
            )
        ),
    ],
    ids=str,
)
def test_values_are_valid(source: Any) -> None:
    compiled = schema(source)
    make = PayloadFactory().generator(compiled)
    values = [make() for _ in range(VALUES)]
    assert [value for value in values if not compiled.validator.is_valid(value)] == []


def test_students_are_valid_varied_and_realistic() -> None:
    compiled = student_schema()
    make = PayloadFactory().generator(compiled)
    students = [make() for _ in range(2_000)]
    assert [student for student in students if not compiled.validator.is_valid(student)] == []
    assert not {"id", "created_at", "updated_at"} & {name for student in students for name in student}
    assert {student["year"] for student in students} == set(range(1, 9))
    assert {student.get("status") for student in students} == {
        None,
        "applicant",
        "active",
        "suspended",
        "graduated",
        "withdrawn",
    }
    assert {student.get("gpa", "absent") for student in students} > {None, "absent"}
    names = Counter(student["given_name"] for student in students)
    assert len(names) > 100
    assert all(name.replace(" ", "").replace("'", "").isalpha() for name in names)


def test_unique_values_are_unique_across_factories() -> None:
    generators = [PayloadFactory().generator(student_schema()) for _ in range(4)]
    emails = [make()["email"] for _ in range(5_000) for make in generators]
    assert len(set(emails)) == len(emails)
    assert max(map(len, emails)) <= 254


@pytest.mark.parametrize(
    "source",
    [
        {"type": "string", "maxLength": 24},
        {"type": "string", "format": "uuid"},
        {"type": "string", "pattern": "^[A-Z]{2}[0-9]{8}$"},
        {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 40},
        {"type": "integer"},
        {"type": "integer", "format": "int64", "minimum": 1, "multipleOf": 5},
    ],
    ids=str,
)
def test_unique_values_of_other_kinds(source: Any) -> None:
    compiled = schema({**source, "x-unique": True})
    make = PayloadFactory().generator(compiled)
    values = [make() for _ in range(VALUES)]
    assert len(set(values)) == VALUES
    assert all(compiled.validator.is_valid(value) for value in values)


def test_omitted_properties_are_reported() -> None:
    payloads = PayloadFactory()
    make = payloads.generator(
        schema({"type": "object", "properties": {"a": {"type": "integer", "minimum": 2, "maximum": 1}}})
    )
    assert make() == {}
    (omitted,) = payloads.omitted
    assert "/a" in omitted


def test_the_same_seed_gives_the_same_values() -> None:
    first, second, other = (PayloadFactory(seed).generator(student_schema()) for seed in (7, 7, 8))
    values = [first() for _ in range(50)]
    assert values == [second() for _ in range(50)]
    assert values != [other() for _ in range(50)]


def test_recursion_ends() -> None:
    node = {
        "type": "object",
        "properties": {
            "next": {"$ref": "#/components/schemas/Node"},
            "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    }
    compiled = schema({"$ref": "#/components/schemas/Node"}, Node=node)
    make = PayloadFactory().generator(compiled)
    assert all(compiled.validator.is_valid(make()) for _ in range(VALUES))


def test_unique_values_fit_a_pattern_that_bounds_their_length() -> None:
    compiled = schema({"type": "string", "pattern": "^[!-~]{1,64}$", "x-unique": True})
    rules = ({"pattern": "^[0-9A-Za-z_-]+$"},)
    generate = PayloadFactory(seed=1).generator(compiled, "key", rules)
    values = [generate() for _ in range(60_000)]
    assert len(set(values)) == len(values)
    assert all(map(compiled.validator.is_valid, values))


@pytest.mark.parametrize(
    "source",
    [
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "integer", "minimum": 1, "maximum": 2, "multipleOf": 7},
        {"type": "string", "pattern": "^a$", "minLength": 2},
        {"type": "string", "maxLength": 3, "x-unique": True},
        {"type": "string", "pattern": "^[A-Z]$", "x-unique": True},
        {"type": "integer", "maximum": 100, "x-unique": True},
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/Endless"}}},
        {"$ref": "#/components/schemas/EndlessMap"},
        {"type": "array", "minItems": 10**8, "items": {"type": "string"}},
        {"type": "object", "minProperties": 10**9},
        {"type": "string", "minLength": 10**9},
        reduce(
            lambda items, _: {"type": "array", "minItems": 2, "items": items}, range(40), dict[str, Any]()
        ),
    ],
    ids=lambda source: str(source)[:80],
)
def test_unbuildable_schemas_are_refused_when_compiled(source: Any) -> None:
    endless = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"$ref": "#/components/schemas/Endless"}},
    }
    endless_map = {
        "type": "object",
        "minProperties": 2,
        "additionalProperties": {"$ref": "#/components/schemas/EndlessMap"},
    }
    with pytest.raises(Unbuildable):
        PayloadFactory().generator(schema(source, Endless=endless, EndlessMap=endless_map), "it")


def test_unique_names_of_one_body_do_not_change_another() -> None:
    counts = {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}}
    outer = schema({"type": "object", "properties": {"counts": counts, "named": {"type": "object"}}})
    of_counts = Schema(outer.translator, counts)
    payloads = PayloadFactory(1)
    make = payloads.generator(of_counts)
    payloads.generator(outer, unique=frozenset({"email"}))
    assert all(of_counts.validator.is_valid(make()) for _ in range(VALUES))


def test_a_uuid_of_the_document_is_not_own() -> None:
    generated, documented = "3fa85f64-5717-4562-b3fc-2c963f66afa6", "9F1E8A52-0d1c-4d52-8d2b-6f0f5b1f9a11"
    payloads = PayloadFactory(document={"example": documented, "enum": ["a"]})
    assert payloads.is_own(generated)
    assert not payloads.is_own(documented)
    assert not payloads.is_own(documented.lower())
    assert not payloads.is_own("a")


def test_an_optional_property_that_would_be_too_large_is_left_out() -> None:
    huge = {"type": "array", "minItems": 10**8, "items": {}}
    make = PayloadFactory(1).generator(schema({"type": "object", "properties": {"a": huge, "b": {}}}))
    assert {key for _ in range(VALUES) for key in make()} == {"b"}
