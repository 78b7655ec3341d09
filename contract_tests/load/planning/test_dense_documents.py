"""Documents whose schemas refer to hundreds of others: each part is read once, up to a limit."""

from typing import Any

from contract_tests.support.documents import contract, schema
from load.calls.identifying_properties import unique_properties
from load.planning.message_schemas import scalars_within
from load.planning.schema_properties import pointer_to, schema_properties, unread
from openapi.contract import Json
from openapi.operation_reader import read_operations
from openapi.schema import Schema

STRING = frozenset({"string"})


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def graph(count: int) -> dict[str, Any]:
    """So many schemas, each of which has a property for each of them, and an identifier."""
    others = {f"other{number}": reference(f"S{number}") for number in range(count)}
    return {
        f"S{number}": {"type": "object", "properties": {"id": {"type": "string"}, **others}}
        for number in range(count)
    }


def test_where_all_schemas_refer_to_all_others_properties_are_read_as_deep_as_they_are_not_too_many() -> None:
    dense = schema(reference("S0"), **graph(300))
    assert {found.depth for found in schema_properties(dense)} == {0}
    assert [scalar.pointer for scalar in scalars_within(dense)] == ["/id"]
    assert "more than 8,000 properties: those within 1 others are not looked at" in unread(dense)
    sparse = schema(reference("S0"), **graph(8))
    assert {found.depth for found in schema_properties(sparse)} == {0, 1, 2, 3}
    assert unread(sparse) == ""


def test_a_part_that_many_refer_to_is_asked_once() -> None:
    asked: list[Json] = []

    def ask(node: Json, _: Schema) -> int:
        asked.append(node)
        return len(asked)

    dense = schema({"properties": {name: reference("S0") for name in "abc"}}, **graph(2))
    found = {dense.noted(ask, node) for node in dense.node["properties"].values()}
    assert (found, asked) == ({1}, [dense.translator.definitions["components.schemas.S0"]])


def test_messages_that_are_equal_share_what_is_read_of_them() -> None:
    of_list = {"type": "array", "items": {"properties": {"id": {"type": "string"}}}}
    answers = {"200": {"description": "", "content": {"application/json": {"schema": of_list}}}}
    paths = {f"/{name}": {"get": {"responses": answers}} for name in "ab"}
    copied = {path: {**item, "get": {"responses": {**answers}}} for path, item in paths.items()}
    operations = read_operations(contract(copied))
    one, other = (each.responses["200"].content["application/json"] for each in operations)
    assert one is not other
    assert schema_properties(one) is schema_properties(other)


def test_the_least_deep_property_is_found_by_its_name_and_by_that_of_its_holder() -> None:
    owner = {"properties": {"id": {"type": "string"}}}
    message = schema({"properties": {"owner": owner, "items": {"properties": {"owner": owner}}}})
    assert pointer_to(message, ["owner.id"], STRING) == "/owner/id"
    assert pointer_to(message, ["id"], STRING) == "/owner/id"
    assert pointer_to(message, ["id"], frozenset({"integer"})) is None


def test_names_of_accounts_are_found_however_schemas_lead_to_them() -> None:
    schemas = {**graph(40), "S39": {"properties": {"username": {"type": "string"}}}}
    content = {"application/json": {"schema": reference("S0")}}
    post = {"requestBody": {"content": content}, "responses": {"200": {"description": ""}}}
    (operation,) = read_operations(contract({"/things": {"post": post}}, schemas=schemas))
    assert unique_properties(operation) == {"username"}
