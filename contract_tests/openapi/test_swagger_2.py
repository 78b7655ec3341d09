"""Swagger 2.0 is read as OpenAPI 3.0."""

from pathlib import Path

import pytest

from openapi.contract import load_contract
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.security import BASIC, BEARER, security_schemes
from openapi.servers import server_urls

DOCUMENT = """
swagger: "2.0"
info: {title: pets, version: "1"}
host: pets.test
basePath: /v1
schemes: [https, wss]
consumes: [application/json]
produces: [application/json]
parameters:
  Limit: {name: limit, in: query, type: integer, minimum: 1, maximum: 3, required: true}
responses:
  Gone: {description: gone, schema: {$ref: '#/definitions/Pet'}}
securityDefinitions:
  basic: {type: basic}
  oauth: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a', tokenUrl: 'https://b'}
paths:
  /pets:
    parameters: [{$ref: '#/parameters/Limit'}]
    get:
      parameters:
        - {name: tags, in: query, type: array, items: {type: string}, required: true}
        - {name: ids, in: query, type: array, items: {type: integer}, collectionFormat: multi}
        - {name: bars, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: tabs, in: query, type: array, items: {type: string}, collectionFormat: tsv}
        - {name: X-Names, in: header, type: array, items: {type: string}}
      responses:
        200:
          description: all
          schema: {type: array, items: {$ref: '#/definitions/Pet'}}
          headers: {X-Total: {type: integer}}
          examples: {application/json: []}
        410: {$ref: '#/responses/Gone'}
    post:
      parameters: [{name: pet, in: body, required: true, schema: {$ref: '#/definitions/Pet'}}]
      responses: {204: {description: made}}
  /pets/{id}:
    $ref: pet.yaml
definitions:
  Pet:
    type: object
    discriminator: kind
    required: [kind]
    properties: {kind: {type: string}, name: {type: string, x-nullable: true}, discriminator: {type: string}}
    example: {type: file, discriminator: x}
  Cat: {allOf: [{$ref: '#/definitions/Pet'}, {type: object, properties: {lives: {type: integer}}}]}
"""
PET = """
put:
  consumes: [multipart/form-data]
  parameters:
    - {name: id, in: path, type: string, required: true}
    - {name: photo, in: formData, type: file, required: true}
    - {name: note, in: formData, type: string, maxLength: 5}
  responses: {default: {description: any}}
patch:
  consumes: [application/x-www-form-urlencoded]
  parameters:
    - {name: id, in: path, type: string, required: true}
    - {name: tags, in: formData, type: array, items: {type: string}, collectionFormat: pipes}
  responses: {200: {description: a file, schema: {type: file}}}
"""


@pytest.fixture
def read(tmp_path: Path) -> dict[str, Operation]:
    (tmp_path / "it.yaml").write_text(DOCUMENT)
    (tmp_path / "pet.yaml").write_text(PET)
    return {each.label: each for each in read_operations(load_contract(tmp_path / "it.yaml"))}


def test_the_document(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(DOCUMENT)
    contract = load_contract(tmp_path / "it.yaml")
    assert contract.version == (3, 0)
    assert [*server_urls(contract.document["servers"], contract.source)] == ["https://pets.test/v1"]
    assert {scheme.kind for scheme in security_schemes(contract).values()} == {BASIC, BEARER}
    pet = contract.at("#/definitions/Pet")
    assert pet["example"] == {"type": "file", "discriminator": "x"}
    assert pet["discriminator"] == {"propertyName": "kind"}


def test_parameters(read: dict[str, Operation]) -> None:
    listing = read["GET /pets"]
    by_name = {parameter.name: parameter for parameter in listing.parameters}
    assert by_name["limit"].schema.translated == {"type": "integer", "minimum": 1, "maximum": 3}
    assert by_name["limit"].required
    assert by_name["tags"].write(["a", "b"]) == "tags=a,b"
    assert by_name["ids"].write([1, 2]) == "ids=1&ids=2"
    assert by_name["bars"].write(["a", "b"]) in ("bars=a%7Cb", "bars=a|b")
    assert by_name["tabs"].schema.translated["maxItems"] == 1
    assert by_name["X-Names"].write(["a", "b"]) == "a,b"


def test_bodies(read: dict[str, Operation]) -> None:
    created, replaced, changed = (
        read[label].request_body for label in ("POST /pets", "PUT /pets/{id}", "PATCH /pets/{id}")
    )
    assert created is not None and created.required
    make = PayloadFactory(1).generator(created.content["application/json"])
    made = [make() for _ in range(100)]
    assert {pet["kind"] for pet in made} >= {"Cat"}
    assert any(pet.get("name", "") is None for pet in made)
    assert replaced is not None and replaced.required
    assert replaced.content["multipart/form-data"].file_type("photo") == ""
    assert changed is not None and not changed.required
    encoding = changed.encodings["application/x-www-form-urlencoded"]["tags"]
    assert (encoding.style, encoding.explode) == ("pipeDelimited", False)


def test_responses(read: dict[str, Operation]) -> None:
    responses = read["GET /pets"].responses
    assert [*responses] == ["200", "410"]
    assert responses["200"].headers["x-total"].schema.types == {"integer"}
    assert responses["410"].content["application/json"].validator.is_valid({"kind": "Cat"})
    assert not responses["410"].content["application/json"].validator.is_valid({})
    assert read["PATCH /pets/{id}"].responses["200"].content["application/json"].is_octets


def test_without_a_host_or_a_scheme_the_document_does_not_say_where_the_service_is(tmp_path: Path) -> None:
    for given, url in (("", "/"), ("basePath: /v2", "/v2"), ("host: a.test", "//a.test/")):
        (tmp_path / "it.yaml").write_text(
            f"swagger: '2.0'\n{given}\npaths: {{/: {{get: {{responses: {{}}}}}}}}"
        )
        assert load_contract(tmp_path / "it.yaml").document["servers"] == [{"url": url}]


def test_lists_and_objects_that_are_something_else_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "it.yaml"
    file.write_text("""
swagger: "2.0"
schemes: https
consumes: application/json
securityDefinitions: []
definitions: []
paths:
  /a:
    parameters: {}
    get: {parameters: null, produces: [null], responses: {200: {description: "", schema: {type: integer}}}}
    post: {parameters: [{name: it, in: body, schema: {}}], responses: []}
""")
    read, create = read_operations(load_contract(file))
    assert [*read.responses["200"].content] == ["*/*"]
    assert create.request_body is not None
    assert [*create.request_body.content] == ["application/json"]
