"""Every request body and parameter of whole documents: ours, and those in the folder that --documents
names. Validators are built here from the documents as they are written, not with what is tested.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest

from openapi.contract import ContractError, load_contract, students_document
from openapi.operation_reader import read_operations
from openapi.payloads import PayloadFactory, Unbuildable

VALUES = 200
DOCUMENT = "urn:document"


def documents(config: pytest.Config) -> list[Path]:
    folder = config.getoption("--documents")
    others = sorted(Path(folder).iterdir()) if folder else []
    return [students_document(), *(each for each in others if each.suffix in (".yaml", ".yml", ".json"))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("document", documents(metafunc.config), ids=lambda each: each.name)


def as_json_schema(node: Any, version: tuple[int, int], read_only: frozenset[str]) -> Any:
    """A document of OpenAPI as JSON Schema: `nullable` and exclusive bounds as 2020-12 says them, and
    nothing required that a client must not send.
    """
    if isinstance(node, list):
        return [as_json_schema(each, version, read_only) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and version == (3, 0) and isinstance(node["$ref"], str):
        return {"$ref": node["$ref"]}
    made = {key: as_json_schema(each, version, read_only) for key, each in node.items()}
    if isinstance(made.get("required"), list):
        made["required"] = [each for each in made["required"] if each not in read_only]
    if version == (3, 0):
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if made.pop(exclusive, None) is True and bound in made:
                made[exclusive] = made.pop(bound)
        if made.pop("nullable", None) is True and isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
    return made


def read_only_names(node: Any) -> set[str]:
    if isinstance(node, list):
        return {name for each in node for name in read_only_names(each)}
    if not isinstance(node, dict):
        return set()
    properties = node.get("properties")
    own = {
        name
        for name, each in (properties.items() if isinstance(properties, dict) else ())
        if isinstance(each, dict) and each.get("readOnly") is True
    }
    return own | {name for each in node.values() for name in read_only_names(each)}


def escaped(text: str) -> str:
    return quote(text.replace("~", "~0").replace("/", "~1"), safe="~")


def test_every_request_body_is_built(document: Path) -> None:
    try:
        contract = load_contract(document)
    except ContractError as refused:
        assert document.name.startswith("neg-"), refused
        assert "\n" not in str(refused)
        return
    plain = as_json_schema(contract.document, contract.version, frozenset(read_only_names(contract.document)))
    registry = jsonschema_rs.Registry([(DOCUMENT, plain)], draft=jsonschema_rs.Draft202012)
    payloads = PayloadFactory(1)
    impossible = []
    for operation in read_operations(contract):
        body = contract.document["paths"][operation.path][operation.method].get("requestBody", {})
        whole = "$ref" not in body
        for media_type, schema in (operation.request_body.content if operation.request_body else {}).items():
            place = f"#/paths/{escaped(operation.path)}/{operation.method}/requestBody"
            place = place if whole else body["$ref"]
            pointer = f"{place}/content/{escaped(media_type)}/schema"
            wanted = {"$ref": f"{DOCUMENT}{pointer}"} if schema.source is not True else True
            validator = jsonschema_rs.Draft202012Validator(wanted, registry=registry, validate_formats=True)
            try:
                make = payloads.generator(schema)
            except Unbuildable as told:
                impossible.append((pointer, str(told), schema))
                continue
            made = [make() for _ in range(VALUES)]
            assert [json.dumps(each) for each in made if not validator.is_valid(each)] == [], pointer
    for pointer, reason, schema in impossible:
        decided = jsonschema_rs.canonicalize(schema.translated).satisfiability()
        assert decided is not jsonschema_rs.canonical.Satisfiability.YES, (pointer, reason)
