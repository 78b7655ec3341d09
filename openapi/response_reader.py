"""Reads responses with their headers and links (OpenAPI 3.0.3, Response Object, Link Object)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.message_type import MessageType
from openapi.operations import Link, Response
from openapi.parameter_reader import DEFAULT_STYLES, ParameterReader
from openapi.schema import content_schemas
from openapi.schema_translator import SchemaTranslator


@dataclass(frozen=True)
class ResponseReader:
    """Reads the responses of one contract. `place` in its methods is what messages call the response."""

    contract: Contract

    def responses(self, nodes: JsonObject, place: str) -> dict[str, Response]:
        """The responses of an operation by key: 200, 4XX, default. Raises ContractError."""
        return {
            str(key).upper() if str(key) != "default" else "default": self._response(node, f"{place}, {key}")
            for key, node in nodes.items()
            if not str(key).startswith("x-")
        }

    @cached_property
    def _translator(self) -> SchemaTranslator:
        return SchemaTranslator(self.contract, MessageType.RESPONSE)

    @cached_property
    def _parameters(self) -> ParameterReader:
        return ParameterReader(self.contract, self._translator)

    def _response(self, node: Json, place: str) -> Response:
        try:
            response = self.contract.resolve_object(node, place)
        except ContractError as reason:
            return Response("", {}, {}, (), str(reason))
        headers, faults = {}, []
        for name, header in _named(response, "headers"):
            try:
                described = self.contract.resolve_object(header, f"{place}, {name}")
            except ContractError as reason:
                faults.append(str(reason))
                continue
            if name.lower() != "content-type":
                headers[name.lower()] = self._parameters.parameter(described, name, "header")
        links = (self._link(name, self.contract.resolved(link)) for name, link in _named(response, "links"))
        try:
            content = content_schemas(response, self._translator)
        except ContractError as reason:
            content = {}
            faults.append(str(reason))
        return Response(
            description=str(response.get("description", "")),
            headers=headers,
            content=content,
            links=tuple(link for link in links if link is not None),
            fault="; ".join(faults),
        )

    def _link(self, name: str, node: Json) -> Link | None:
        """A link; None when it leads to no operation of this document."""
        if not isinstance(node, dict):
            return None
        parameters = {}
        for key, value in (node.get("parameters") or {}).items():
            location, dot, rest = key.partition(".")
            is_qualified = bool(dot) and location in DEFAULT_STYLES
            parameters[(location, rest) if is_qualified else ("", key)] = value
        target = node.get("operationId") or self._operation_id(node.get("operationRef"))
        return Link(name, target, parameters, node.get("requestBody")) if target else None

    def _operation_id(self, reference: Json) -> str | None:
        """The id of the operation that a reference leads to, or its label where it has no id."""
        if not isinstance(reference, str) or not reference.startswith("#/paths/"):
            return None
        node = self.contract.resolved({"$ref": reference})
        if not isinstance(node, dict):
            return None
        path, method = reference.removeprefix("#/paths/").split("/")[:2]
        label = f"{method.upper()} {path.replace('~1', '/').replace('~0', '~')}"
        return str(node.get("operationId") or label)


def _named(node: JsonObject, key: str) -> Iterable[tuple[str, Json]]:
    named = node.get(key)
    return named.items() if isinstance(named, dict) else ()
