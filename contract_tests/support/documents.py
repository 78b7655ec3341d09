"""Small documents for tests that need to say one thing."""

from typing import Any

from openapi.contract import Contract
from openapi.message_type import MessageType
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator


def contract(paths: Any = None, version: tuple[int, int] = (3, 0), **components: Any) -> Contract:
    """A contract of these paths and components."""
    document = {"openapi": f"{version[0]}.{version[1]}.0", "paths": paths or {}, "components": components}
    return Contract("test.yaml", document, version)


def schema(
    source: Any,
    version: tuple[int, int] = (3, 0),
    message_type: MessageType = MessageType.REQUEST,
    **schemas: Any,
) -> Schema:
    """A schema in a document whose components are these schemas."""
    return Schema(SchemaTranslator(contract(version=version, schemas=schemas), message_type), source)


def operation(
    path: str = "/things", method: str = "get", objectives: Any = None, **described: Any
) -> Operation:
    """One operation."""
    responses = {"200": {"description": "fine"}}
    node = {"operationId": "it", "responses": responses, "x-objectives": objectives or {}, **described}
    return read_operations(contract({path: {method: node}}))[0]
