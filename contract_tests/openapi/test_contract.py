"""Documents from files and URLs, valid and invalid."""

from pathlib import Path
from typing import Any

import pytest

from contract_tests.support.documents import contract
from openapi.contract import ContractError, load_contract, students_document
from openapi.message_type import MessageType
from openapi.operation_reader import read_operations, readable_operations
from openapi.payloads import PayloadFactory
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from openapi.security import OTHER, security_schemes


def test_a_url_gives_the_same_document_as_a_file(tmp_path: Path, web: str) -> None:
    (tmp_path / "it.yaml").write_text(students_document().read_text())
    assert load_contract(f"{web}/it.yaml").document == load_contract(students_document()).document
    with pytest.raises(ContractError, match=r"nowhere.yaml: cannot be read: File not found"):
        load_contract(f"{web}/nowhere.yaml")


def test_keys_are_text_and_dates_stay_text(tmp_path: Path) -> None:
    document = tmp_path / "it.yaml"
    document.write_text("openapi: 3.0.3\npaths: {/: {get: {responses: {200: {description: 2020-01-01}}}}}")
    loaded = load_contract(document)
    assert loaded.document["paths"]["/"]["get"]["responses"] == {"200": {"description": "2020-01-01"}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "line 1, column 2: not JSON"),
        ("a.yaml", "a: b: c", "line 1, column 5: not YAML"),
        ("a.yaml", "\x00", "not YAML"),
        (
            "a.yaml",
            "openapi: 4.0.0\npaths: {/: {}}",
            "4.0.0 is not supported; 2.0, 3.0, 3.1 and 3.2 are",
        ),
        ("a.yaml", "swagger: '1.2'\npaths: {/: {}}", "Swagger 1.2 is not supported; 2.0 is"),
        ("a.yaml", "openapi: 3.1.0\nwebhooks: {new: {}}", "describes webhooks only"),
        ("a.yaml", "openapi: 3.0.0\npaths: {}", "describes no operation"),
    ],
)
def test_refusals_are_one_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    document = tmp_path / name
    document.write_text(text)
    with pytest.raises(ContractError, match=message) as refused:
        load_contract(document)
    assert "\n" not in str(refused.value)


def test_references() -> None:
    document = contract(schemas={"A": {"$ref": "#/components/schemas/B"}, "B": {"type": "null"}, "a/b~c%": 1})
    assert document.resolve({"$ref": "#/components/schemas/A"}) == {"type": "null"}
    assert document.at("#/components/schemas/a~1b~0c%25") == 1
    looping = contract(schemas={"A": {"$ref": "#/components/schemas/A"}})
    with pytest.raises(ContractError, match="leads to itself"):
        looping.resolve({"$ref": "#/components/schemas/A"})
    with pytest.raises(ContractError, match="leads nowhere, at 'C'"):
        document.at("#/components/schemas/C")


def test_an_operation_id_used_twice_is_refused() -> None:
    twice = {"get": {"operationId": "a"}, "put": {"operationId": "a"}}
    with pytest.raises(ContractError, match="'a' is used more than once"):
        read_operations(contract({"/": twice}))


def test_several_files_are_one_contract(tmp_path: Path, web: str) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "it.yaml").write_text(
        """{openapi: 3.0.3, paths: {/pets: {$ref: 'paths/pets.yaml'}},
            components: {schemas: {Name: {type: string, enum: [Rex]}}}}"""
    )
    (tmp_path / "paths" / "pets.yaml").write_text(
        """post: {requestBody: {content: {application/json: {schema: {
            oneOf: [{$ref: '../Cat.yaml'}, {$ref: '../more.json#/Dog'}],
            discriminator: {propertyName: kind, mapping: {cat: '../Cat.yaml'}}}}}}, responses: {}}"""
    )
    (tmp_path / "Cat.yaml").write_text(
        """{type: object, required: [kind, name],
            properties: {kind: {}, name: {$ref: 'it.yaml#/components/schemas/Name'}}}"""
    )
    (tmp_path / "more.json").write_text(
        """{"Dog": {"type": "object", "required": ["kind"],
                    "properties": {"kind": {}, "tail": {"$ref": "#/Tail"}}},
            "Tail": {"type": "integer"}}"""
    )
    for source in (tmp_path / "it.yaml", f"{web}/it.yaml"):
        (operation,) = read_operations(load_contract(source))
        assert operation.request_body is not None
        schema = operation.request_body.content["application/json"]
        make = PayloadFactory(1).generator(schema)
        bodies = [make() for _ in range(100)]
        assert {(body["kind"], body.get("name")) for body in bodies} == {("cat", "Rex"), ("Dog", None)}


def test_what_openapi_32_adds_is_named() -> None:
    added = {"query": {"responses": {}}, "additionalOperations": {"COPY": {"responses": {}}}}
    operations, errors = readable_operations(contract({"/": {"get": {"responses": {}}, **added}}, (3, 2)))
    assert [operation.label for operation in operations] == ["GET /"]
    assert errors == dict.fromkeys(
        ("QUERY /", "COPY /"), "its method is none of OpenAPI 3.0 or 3.1, so it is not called"
    )
    streams = {"content": {"application/jsonl": {"itemSchema": {"type": "object"}}}}
    whole_query = [{"name": "q", "in": "querystring", "content": {}}]
    (reads,), errors = readable_operations(
        contract(
            {
                "/logs": {"post": {"requestBody": streams, "responses": {}}},
                "/search": {"get": {"parameters": whole_query, "responses": {}}},
                "/stream": {"get": {"responses": {"200": streams}}},
            },
            (3, 2),
        )
    )
    assert "itemSchema, of OpenAPI 3.2, is not understood" in errors["POST /logs"]
    assert "a parameter in 'querystring', of OpenAPI 3.2, is not understood" in errors["GET /search"]
    assert "itemSchema, of OpenAPI 3.2, is not understood" in reads.responses["200"].fault
    with pytest.raises(
        ContractError, match="none of its operations can be called: QUERY /: its method is none of"
    ):
        readable_operations(contract({"/": added}, (3, 1)))


@pytest.mark.parametrize("count", [500, 2_000])
def test_schemas_that_refer_to_one_another_in_a_long_chain(count: int) -> None:
    def link(number: int, **more: Any) -> Any:
        return {"$ref": f"#/components/schemas/S{(number + 1) % count}", **more}

    in_properties = {f"S{n}": {"type": "object", "properties": {"next": link(n)}} for n in range(count)}
    in_place = {f"S{n}": {"allOf": [link(n)]} for n in range(count - 1)} | {f"S{count - 1}": {"const": 1}}
    for schemas, valid in ((in_properties, {"next": {"next": {}}}), (in_place, 1)):
        document = contract(version=(3, 1), schemas=schemas)
        for message_type in MessageType:
            schema = Schema(SchemaTranslator(document, message_type), link(-1))
            assert schema.translated["$ref"] == "#/$defs/components.schemas.S0"
            assert valid == 1 or schema.types == {"object"}


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ({"requestBody": {"content": {"application/json": []}}}, ""),
        ({"requestBody": {"content": {"application/json": None}}}, ""),
        ({"requestBody": {"content": {"application/json": "x"}}}, "content, application/json: an object"),
        ({"requestBody": {"content": ["x"]}}, "content: an object is expected"),
        (
            {"requestBody": {"content": {"a/b": {"encoding": {"a": "x"}}}}},
            "encoding, a: an object is expected",
        ),
        ({"parameters": [{"name": "a", "in": ["query"], "schema": {}}]}, "a parameter needs 'name' and 'in'"),
        ({"parameters": [{"name": "a", "in": "query", "content": ["x"]}]}, "content: an object is expected"),
        ({"tags": 5, "security": 5, "x-objectives": []}, ""),
    ],
    ids=str,
)
def test_what_is_no_object_costs_its_operation_alone(operation: Any, fault: str) -> None:
    item = {"get": {"responses": {}}, "post": {"responses": {}, **operation}}
    operations, errors = readable_operations(contract({"/": item}))
    assert [each.label for each in operations] == ["GET /"] + ["POST /"] * (not fault)
    assert fault in errors.get("POST /", "")


def test_what_is_no_object_in_a_response_leaves_it_unchecked() -> None:
    broken = {"description": "", "content": {"application/json": "x"}}
    (operation,) = read_operations(contract({"/": {"get": {"responses": {"200": broken}}}}))
    assert "content, application/json: an object is expected" in operation.responses["200"].fault


def test_security_schemes_that_are_no_objects_are_of_an_unknown_kind() -> None:
    broken = contract({}, securitySchemes={"a": [], "b": "x"})
    assert {scheme.kind for scheme in security_schemes(broken).values()} == {OTHER}
    assert not security_schemes(contract({}, securitySchemes=[]))
