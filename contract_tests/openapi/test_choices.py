"""Choices, denials and counted items: schemas that allow only some combinations of their branches."""

from typing import Any

import pytest

from contract_tests.openapi.test_keywords import values
from contract_tests.support.documents import schema
from openapi.message_type import MessageType
from openapi.payloads import PayloadFactory, Unbuildable

TEXT, INTEGER = {"type": "string"}, {"type": "integer"}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def an_object(required: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*required], "properties": properties}


def heirs(count: int) -> dict[str, Any]:
    """A choice of schemas that share a base with many optional properties, and differ by one of their own."""
    base = an_object(("id", "name"), id=TEXT, name=TEXT, **{f"option{index}": TEXT for index in range(count)})
    own = [an_object((f"own{index}",), **{f"own{index}": TEXT}) for index in range(count)]
    kinds = {f"Kind{index}": {"allOf": [reference("Base"), schema]} for index, schema in enumerate(own)}
    return {"Start": {"oneOf": [*map(reference, kinds)]}, "Base": base, **kinds}


def expressions(count: int) -> dict[str, Any]:
    """A language in which every expression holds others, and several kinds of them look the same."""
    value = {"oneOf": [TEXT, {"type": "number"}, {"type": "array", "items": reference("Start")}]}
    nodes = {}
    for index in range(count):
        properties: Any = dict.fromkeys(("left", "right", f"x{index}"), reference("Start"))
        nodes[f"Node{index}"] = an_object(("left",), **properties)
    leaf = an_object(("field", "value"), field=TEXT, value=value)
    return {"Start": {"oneOf": [reference("Leaf"), *map(reference, nodes)]}, "Leaf": leaf, **nodes}


def nested_choices(depth: int, count: int) -> dict[str, Any]:
    """Choices within the branches of choices, all of which have the same properties but one."""
    levels = {}
    for level in range(depth):
        inner = reference(f"Level{level + 1}") if level + 1 < depth else TEXT
        branches = [an_object(value=inner, width=INTEGER, **{f"a{index}": inner}) for index in range(count)]
        levels[f"Level{level}"] = {"oneOf": branches}
    return {"Start": reference("Level0"), **levels}


def ring(count: int) -> dict[str, Any]:
    """Schemas that each hold one of all others, of which none can be told from another."""
    members = {
        f"Member{index}": an_object(
            ("value",),
            value=INTEGER,
            next={"oneOf": [reference(f"Member{other}") for other in range(count) if other != index]},
        )
        for index in range(count)
    }
    return {"Start": reference("Member0"), **members}


@pytest.mark.parametrize(
    "schemas",
    [heirs(12), expressions(5), nested_choices(4, 4), ring(8)],
    ids=["heirs", "expressions", "nested choices", "ring"],
)
def test_choices_whose_combinations_are_too_many_to_try(schemas: dict[str, Any]) -> None:
    compiled = schema(reference("Start"), (3, 1), MessageType.REQUEST, **schemas)
    make = PayloadFactory(1).generator(compiled, "it")
    assert all(compiled.validator.is_valid(make()) for _ in range(200))


def heirs_of(base: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [{"allOf": [base, other]} for other in others]}


FEW = {"type": "integer", "minimum": 2, "maximum": 6}
EVEN = {"multipleOf": 2}


@pytest.mark.parametrize(
    "source",
    [
        # The last branch allows all that the base does, so its values must break all others.
        heirs_of(
            an_object(a=EVEN, b={"minimum": 3}, d=FEW),
            an_object(kind=FEW, b={"enum": ["a", "b"]}, d={"const": 1}),
            an_object(d=TEXT, kind={"not": TEXT}),
            an_object(("d", "kind"), kind=INTEGER),
            an_object(),
        ),
        {
            **heirs_of(
                an_object(("c",), d=FEW, c=TEXT, b=EVEN),
                {**an_object(), "additionalProperties": TEXT},
                an_object(),
                an_object(b=FEW, c={"const": 1}),
            ),
            "unevaluatedProperties": False,
        },
    ],
)
def test_a_branch_that_allows_what_its_base_does(source: dict[str, Any]) -> None:
    assert {*values(source)[0]} <= {"a", "b", "c", "d", "kind"}


def test_every_branch_of_overlapping_choices_occurs() -> None:
    generated = values(reference("Start"), **heirs(12))
    assert {name for value in generated for name in value if name.startswith("own")} == {
        f"own{index}" for index in range(12)
    }


@pytest.mark.parametrize(
    "source",
    [
        {"type": "array", "prefixItems": [{}], "contains": {}, "maxContains": 1},
        {"type": "array", "prefixItems": [INTEGER, TEXT], "items": False, "contains": {"const": "a"}},
        {"contains": {}, "allOf": [{"contains": {}, "minContains": 2, "maxContains": 2}]},
        {"contains": INTEGER, "unevaluatedItems": False, "type": "array"},
        {"type": "array", "maxItems": 1, "allOf": [{"contains": INTEGER}, {"contains": {"minimum": 3}}]},
        {"items": False, "not": {"contains": {}}},
        {"oneOf": [{"type": "array"}, {"type": "array", "contains": {}, "minContains": 3}]},
        {"oneOf": [{"type": "array"}, {"type": "array", "unevaluatedItems": False}]},
        {"anyOf": [{"contains": TEXT}], "not": {"uniqueItems": True}},
    ],
)
def test_counted_items(source: Any) -> None:
    values(source)


@pytest.mark.parametrize(
    "source",
    [
        {"not": {"unevaluatedItems": False}},
        {"not": {"unevaluatedProperties": False}},
        {"not": {"type": "object", "propertyNames": {"maxLength": 3}}, "type": "object"},
        {"not": {"type": "object", "patternProperties": {"^x": INTEGER}}},
        {"not": {"type": "array", "prefixItems": [INTEGER], "items": TEXT}, "type": "array"},
        {"type": "object", "required": ["d"], "if": an_object(d={}), "unevaluatedProperties": False},
        {"oneOf": [{}, an_object(c={"minimum": 3})], "unevaluatedProperties": False},
    ],
)
def test_denied_keywords(source: Any) -> None:
    values(source)


def fan_out() -> dict[str, Any]:
    """Objects that must have ten others each, ten levels deep."""
    levels = {
        f"Level{level}": an_object(
            tuple(f"p{index}" for index in range(10)),
            **{f"p{index}": reference(f"Level{level + 1}") for index in range(10)},
        )
        for level in range(10)
    }
    return {**levels, "Level10": TEXT}


@pytest.mark.parametrize(
    ("source", "schemas", "reason"),
    [
        ({"type": "array", "minItems": 100_000_000, "items": INTEGER}, {}, "items are asked for"),
        ({"type": "object", "minProperties": 10_000_000}, {}, "properties are asked for"),
        ({"type": "string", "minLength": 1_000_000_000}, {}, "characters are asked for"),
        ({"type": "array", "contains": INTEGER, "minContains": 1_000_000}, {}, "to be counted"),
        (reference("Level0"), fan_out(), "the smallest value has 11,111,111,111 parts"),
    ],
)
def test_values_too_large_to_send_are_refused(source: Any, schemas: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unbuildable, match=reason):
        PayloadFactory(1).generator(schema(source, (3, 1), MessageType.REQUEST, **schemas), "it")


def test_an_optional_value_that_is_too_large_is_left_out() -> None:
    optional = an_object(("a",), a=INTEGER, b=reference("Level0"))
    assert all({*value} == {"a"} for value in values(optional, **fan_out()))
