"""Payloads for every request body of complete documents: ours, and those in the folder of --documents. The
validators are built here from the documents themselves, without the code under test.
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
    return [students_document(), *(path for path in others if path.suffix in (".yaml", ".yml", ".json"))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("document", documents(metafunc.config), ids=lambda path: path.name)


def as_json_schema(node: Any, version: tuple[int, int], read_only: frozenset[str]) -> Any:
    """A document of OpenAPI as JSON Schema: `nullable` and exclusive bounds as 2020-12 says them, and
    nothing required that a client must not send.
    """
    if isinstance(node, list):
        return [as_json_schema(item, version, read_only) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and version == (3, 0) and isinstance(node["$ref"], str):
        return {"$ref": node["$ref"]}
    translated = {key: as_json_schema(value, version, read_only) for key, value in node.items()}
    if isinstance(translated.get("required"), list):
        translated["required"] = [name for name in translated["required"] if name not in read_only]
    if version == (3, 0):
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if translated.pop(exclusive, None) is True and bound in translated:
                translated[exclusive] = translated.pop(bound)
        if translated.pop("nullable", None) is True and isinstance(translated.get("type"), str):
            translated["type"] = [translated["type"], "null"]
    return translated


def read_only_names(node: Any, document: Any) -> set[str]:
    if isinstance(node, list):
        return {name for item in node for name in read_only_names(item, document)}
    if not isinstance(node, dict):
        return set()
    properties = node.get("properties")
    own = {
        name
        for name, schema in (properties.items() if isinstance(properties, dict) else ())
        if is_read_only(schema, document)
    }
    return own | {name for value in node.values() for name in read_only_names(value, document)}


def is_read_only(schema: Any, document: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
        target = document["components"]["schemas"].get(reference.rpartition("/")[2])
        return is_read_only(target, document)
    return schema.get("readOnly") is True


def escaped(text: str) -> str:
    return quote(text.replace("~", "~0").replace("/", "~1"), safe="~")


def test_every_request_body_is_generated(document: Path) -> None:
    try:
        contract = load_contract(document)
    except ContractError as error:
        assert document.name.startswith("neg-"), error
        assert "\n" not in str(error)
        return
    read_only = frozenset(read_only_names(contract.document, contract.document))
    plain = as_json_schema(contract.document, contract.version, read_only)
    registry = jsonschema_rs.Registry([(DOCUMENT, plain)], draft=jsonschema_rs.Draft202012)
    payloads = PayloadFactory(1)
    refused = []
    for operation in read_operations(contract):
        body = contract.document["paths"][operation.path][operation.method].get("requestBody", {})
        is_inline = "$ref" not in body
        for media_type, schema in (operation.request_body.content if operation.request_body else {}).items():
            place = f"#/paths/{escaped(operation.path)}/{operation.method}/requestBody"
            place = place if is_inline else body["$ref"]
            pointer = f"{place}/content/{escaped(media_type)}/schema"
            wanted = {"$ref": f"{DOCUMENT}{pointer}"} if schema.source is not True else True
            validator = jsonschema_rs.Draft202012Validator(wanted, registry=registry, validate_formats=True)
            try:
                make = payloads.generator(schema)
            except Unbuildable as error:
                refused.append((pointer, str(error), schema))
                continue
            values = [make() for _ in range(VALUES)]
            assert [json.dumps(value) for value in values if not validator.is_valid(value)] == [], pointer
    for pointer, reason, schema in refused:
        decided = jsonschema_rs.canonicalize(schema.translated).satisfiability()
        assert decided is not jsonschema_rs.canonical.Satisfiability.YES, (pointer, reason)
