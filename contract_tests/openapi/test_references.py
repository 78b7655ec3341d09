"""References between documents: what they find, and what it costs if they find nothing."""

from pathlib import Path
from urllib.parse import quote

import pytest

from openapi.contract import ContractError, load_contract
from openapi.operation_reader import read_operations, readable_operations
from openapi.payloads import PayloadFactory
from openapi.responses import response_violations, unchecked_responses

PETS = """
openapi: 3.1.0
paths:
  /pets:
    post:
      requestBody: {content: {application/json: {schema: {
        oneOf: [{$ref: '#/components/schemas/Cat'}],
        discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: Dog.yaml}}}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: Dog.yaml}}}}
        '400': {$ref: 'problems.yaml#/Invalid'}
  /dogs: {$ref: dogs.yaml}
  /tails:
    get:
      parameters: [{$ref: '#/components/parameters/Length'}]
      responses: {}
components:
  schemas:
    Cat: {type: object, required: [kind], properties: {kind: {}, dog: {$ref: Dog.yaml}}}
"""


def test_a_missing_file_costs_what_needs_it(tmp_path: Path) -> None:
    document = tmp_path / "it.yaml"
    document.write_text(PETS)
    loaded = load_contract(document)
    operations, errors = readable_operations(loaded)
    assert [operation.label for operation in operations] == ["POST /pets"]
    missing = f"leads nowhere: {tmp_path}/dogs.yaml: no such file"
    assert errors["/dogs"] == f"{document}: #/paths/~1dogs: 'dogs.yaml' {missing}"
    length = "'#/components/parameters/Length' leads nowhere, at 'parameters'"
    assert errors["GET /tails"] == f"{document}: #/paths/~1tails/get/parameters/0: {length}"
    body = operations[0].request_body
    assert body is not None
    make = PayloadFactory(1).generator(body.content["application/json"])
    assert {frozenset(make().items()) for _ in range(100)} == {frozenset({("kind", "cat")})}
    assert [reason.partition(": '")[0] for reason in unchecked_responses(operations[0])] == [
        f"response 201, application/json: {document}: #/paths/~1pets/post/responses/201/content/"
        "application~1json/schema",
        f"response 400: {document}: #/paths/~1pets/post/responses/400",
    ]
    assert not response_violations(operations[0], 201, {"content-type": "application/json"}, b"{}")
    with pytest.raises(ContractError, match="leads nowhere"):
        loaded.check_references()


def test_names_of_folders_and_files_may_have_spaces_and_percent_signs(tmp_path: Path, web: str) -> None:
    folder = tmp_path / "my 100% docs#1"
    folder.mkdir()
    (folder / "it.yaml").write_text(
        """{openapi: 3.0.3, paths: {/a: {$ref: 'other%20file.yaml#/a'}, /b: {$ref: 'other file.yaml#/b%25c'},
            /c: {$ref: '50%.yaml'}}}"""
    )
    (folder / "other file.yaml").write_text("{a: {get: {responses: {}}}, b%c: {get: {responses: {}}}}")
    (folder / "50%.yaml").write_text("{get: {responses: {}}}")
    for source in (folder / "it.yaml", f"{web}/{quote(folder.name)}/it.yaml"):
        assert len(read_operations(load_contract(source))) == 3


def test_the_fingerprint_does_not_depend_on_the_folder(tmp_path: Path) -> None:
    fingerprints = set()
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "it.yaml").write_text(
            "{openapi: 3.0.3, paths: {/a: {$ref: other.yaml}}, x-big: 99999999999999999999}"
        )
        (folder / "other.yaml").write_text("{get: {responses: {}}}")
        fingerprints.add(load_contract(folder / "it.yaml").fingerprint)
    assert len(fingerprints) == 1
