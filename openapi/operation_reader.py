"""Reads the operations of a contract (OpenAPI 3.0.3, Paths Object to Operation Object)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from openapi.bodies import Encoding
from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.examples import read_examples
from openapi.message_type import MessageType
from openapi.operations import Operation, RequestBody
from openapi.parameter_reader import ParameterReader
from openapi.response_reader import ResponseReader
from openapi.schema import content_schemas, media_types_of
from openapi.schema_translator import SchemaTranslator
from openapi.servers import server_urls

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# How many reasons a message has.
_REASONS = 3
_NOT_CALLED = "its method is none of OpenAPI 3.0 or 3.1, so it is not called"


def read_operations(contract: Contract) -> tuple[Operation, ...]:
    """All operations, in the order of the document.

    Raises ContractError on a reference that leads nowhere and on two operations of one id.
    """
    operations, errors = readable_operations(contract)
    for reason in errors.values():
        raise ContractError(reason)
    places = _OperationReader(contract).places({})
    ids = Counter(item[method].get("operationId") for _, method, item in places)
    for operation_id, count in ids.items():
        if operation_id is not None and count > 1:
            raise ContractError(f"{contract.source}: operationId {operation_id!r} is used more than once")
    return operations


def readable_operations(contract: Contract) -> tuple[tuple[Operation, ...], dict[str, str]]:
    """The operations that can be read, in the order of the document, and the reason why others cannot, by
    label.

    An operation whose id another one has already gets its label as its id. Raises ContractError when none can
    be read.
    """
    reader = _OperationReader(contract)
    operations: dict[str, Operation] = {}
    errors: dict[str, str] = {}
    for path, method, item in reader.places(errors):
        label = f"{method.upper()} {path}"
        try:
            operation = reader.operation(path, method, item)
        except ContractError as reason:
            errors[label] = str(reason)
            continue
        if operation.operation_id in operations:
            operation = replace(operation, operation_id=label)
        operations[operation.operation_id] = operation
    if errors and not operations:
        reasons = "; ".join(f"{label}: {reason}" for label, reason in islice(errors.items(), _REASONS))
        raise ContractError(f"{contract.source}: none of its operations can be called: {reasons}")
    return tuple(operations.values()), errors


def operation_node(contract: Contract, operation: Operation) -> JsonObject:
    """What the document says of an operation, also what this package does not read."""
    item = contract.resolve_object(contract.document["paths"][operation.path], f"paths, {operation.path}")
    return contract.resolve_object(item[operation.method], operation.label)


@dataclass(frozen=True)
class _OperationReader:
    """Reads operations one by one. `place` in its methods is what messages call the operation."""

    contract: Contract

    def places(self, errors: dict[str, str]) -> Iterator[tuple[str, str, JsonObject]]:
        """Path, method and path item of every operation. Adds the reason for each path item that cannot be
        read to `errors`, by path, and that for each method that is not supported, by label.
        """
        for path, node in self.contract.document["paths"].items():
            if str(path).startswith("x-"):
                continue
            try:
                item = self.contract.resolve_object(node, f"paths, {path}")
            except ContractError as reason:
                errors[str(path)] = str(reason)
                continue
            yield from ((path, method, item) for method in METHODS if method in item)
            for method in _other_methods(item):
                errors[f"{method.upper()} {path}"] = _NOT_CALLED

    def operation(self, path: str, method: str, item: JsonObject) -> Operation:
        """One operation. Raises ContractError."""
        place = f"{method.upper()} {path}"
        node = self.contract.resolve_object(item[method], place)
        body = node.get("requestBody")
        security = node.get("security", self.contract.document.get("security"))
        objectives = [self.contract.object_at("x-objectives"), node.get("x-objectives")]
        responses = self.contract.resolve_object(node.get("responses", {}), place)
        return Operation(
            operation_id=str(node.get("operationId") or place),
            method=method,
            path=path,
            parameters=self._parameter_reader.parameters([item, node], path, place),
            request_body=self._request_body(body, place) if body is not None else None,
            responses=self._response_reader.responses(responses, place),
            objectives={name: value for each in objectives for name, value in _items(each)},
            tags=tuple(map(str, _listed(node.get("tags")))),
            server=self._server(node) or self._server(item),
            summary=str(node.get("summary") or ""),
            security=tuple(tuple(schemes) for schemes in _listed(security) if isinstance(schemes, dict)),
        )

    @cached_property
    def _translator(self) -> SchemaTranslator:
        return SchemaTranslator(self.contract, MessageType.REQUEST)

    @cached_property
    def _parameter_reader(self) -> ParameterReader:
        return ParameterReader(self.contract, self._translator)

    @cached_property
    def _response_reader(self) -> ResponseReader:
        return ResponseReader(self.contract)

    def _server(self, node: JsonObject) -> str:
        return next(server_urls(node.get("servers"), self.contract.source), "")

    def _request_body(self, node: Json, place: str) -> RequestBody:
        body = self.contract.resolve_object(node, f"{place}, requestBody")
        content = media_types_of(body, self.contract)
        return RequestBody(
            required=bool(body.get("required")),
            content=content_schemas(body, self._translator),
            encodings={name: self._encodings(media, place) for name, media in content.items()},
            examples={name: read_examples(self.contract, media) for name, media in content.items()},
        )

    def _encodings(self, node: JsonObject, place: str) -> dict[str, Encoding]:
        """The encodings of a media type, by property (OpenAPI 3.0.3, Encoding Object)."""
        encodings = {
            name: self.contract.resolve_object(encoding, f"{place}, encoding, {name}")
            for name, encoding in _items(node.get("encoding"))
        }
        return {
            name: Encoding(
                content_type=str(encoding.get("contentType", "")),
                style=str(encoding.get("style", "form" if "explode" in encoding else "")),
                explode=bool(encoding.get("explode", encoding.get("style", "form") == "form")),
                allow_reserved=bool(encoding.get("allowReserved")),
                headers={
                    header: self._parameter_reader.parameter(
                        self.contract.resolve_object(described, f"{place}, {header}"), header, "header"
                    )
                    for header, described in _items(encoding.get("headers"))
                    if header.lower() != "content-type"
                },
            )
            for name, encoding in encodings.items()
        }


def _other_methods(item: JsonObject) -> Iterator[str]:
    """The methods of a path item that OpenAPI 3.2 has and earlier versions have not."""
    if isinstance(item.get("query"), dict):
        yield "query"
    additional = item.get("additionalOperations")
    yield from additional if isinstance(additional, dict) else ()


def _items(node: Json) -> Iterable[tuple[str, Json]]:
    """What an object has, by name; nothing where there is no object."""
    return node.items() if isinstance(node, dict) else ()


def _listed(node: Json) -> Iterable[Json]:
    """What a list has; nothing where there is no list."""
    return node if isinstance(node, list) else ()
