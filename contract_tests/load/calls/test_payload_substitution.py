"""Identifiers replace invented values in bodies, which stay valid."""

from typing import Any

import jsonschema_rs
import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.calls.payload_substitution import substitute
from load.planning.plan import Slot
from openapi.operation_reader import read_operations


def valid(_: Any) -> bool:
    return True


@pytest.mark.parametrize(
    ("payload", "pointer", "value", "expected"),
    [
        ({"a": 1}, "/a", 7, {"a": 7}),
        ({"a": 1}, "/a", "7", {"a": 7}),
        ({"a": "x"}, "/a", 7, {"a": "7"}),
        ({"a": ["x", "y"]}, "/a", "7", {"a": ["7"]}),
        ({"a": []}, "/a", "7", {"a": ["7"]}),
        ({"a": None}, "/a", "7", {"a": None}),
        ({}, "/a", "7", {}),
        ({"a": [{"b": 1}, {}]}, "/a/*/b", 7, {"a": [{"b": 7}, {}]}),
        ({"a/b": 1}, "/a~1b", 7, {"a/b": 7}),
    ],
)
def test_values_are_put_into_the_slots_of_a_payload(
    payload: Any, pointer: str, value: Any, expected: Any
) -> None:
    before = str(payload)
    assert substitute(payload, {pointer: value}, [], valid)[0] == expected
    assert str(payload) == before


def test_slots_without_a_known_value_are_removed() -> None:
    assert substitute({"a": 1, "b": 2}, {}, ["/a", "/b"], valid) == ({}, True)
    assert substitute({"a": 1, "b": 2}, {"/a": 5}, ["/a", "/b"], valid) == ({"a": 5}, True)


def test_a_substitution_that_would_make_a_body_invalid_is_skipped() -> None:
    schema = {"required": ["b"], "properties": {"a": {"format": "uuid"}, "b": {"type": "integer"}}}
    is_valid = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid
    made_up = {"a": "0b4e2c4e-58a5-4ea3-a7a1-5df0d3a1a5c1", "b": 1}
    assert substitute(made_up, {"/a": "Campbell", "/b": 7}, [], is_valid) == ({**made_up, "b": 7}, False)
    assert substitute(made_up, {}, ["/b"], is_valid) == (made_up, False)


def test_a_patch_of_only_unknown_identifiers_changes_another_property() -> None:
    properties = {"project_id": ID, "title": TEXT, "assignee": TEXT}
    task, change = (
        an_object(id=ID, **properties),
        {"type": "object", "properties": properties, "minProperties": 1},
    )
    operations = read_operations(
        contract(
            {
                **on("/projects", post=does(an_object(id=ID), an_object(name=TEXT), "201")),
                **on("/projects/{id}", "id", get=does(an_object(id=ID))),
                **on("/tasks", post=does(task, an_object(title=TEXT), "201")),
                **on("/tasks/{id}", "id", get=does(task), patch=does(task, change)),
            }
        )
    )
    builder = Simulation(operations).compiled.builders["PATCH /tasks/{id}"]
    payloads = [builder.build({Slot("path", "id"): 1}).payload for _ in range(500)]
    # A few may still have it, as every payload is drawn only a few times.
    assert sum("project_id" in payload for payload in payloads) <= 5
