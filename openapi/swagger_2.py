"""Translates Swagger 2.0 to OpenAPI 3.0, once all documents are joined (OpenAPI Specification 2.0)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openapi.document_walk import children
from openapi.swagger_2_parameters import (
    Lookup,
    described,
    request_body,
    translated_parameter,
)

Json = Any
JsonObject = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_KEPT = ("info", "tags", "security", "externalDocs", "definitions")
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_ANY_TYPE = ["*/*"]


def as_openapi_3(document: JsonObject, lookup: Lookup) -> JsonObject:
    """A document of Swagger 2.0 as one of OpenAPI 3.0. `lookup` returns what a node is or refers to, None
    when that is missing.

    Schemas are changed in place and stay where they are, so that references still lead there.
    """
    _translate_schemas(document)
    translation = _Translation(document, lookup)
    schemes = _object(document.get("securityDefinitions"))
    return {
        "openapi": "3.0.3",
        **{key: value for key, value in document.items() if key in _KEPT or key.startswith("x-")},
        "servers": [*_servers(document)],
        "paths": {path: translation.path_item(item) for path, item in document["paths"].items()},
        "components": {
            "schemas": _object(document.get("definitions")),
            "securitySchemes": {name: _security_scheme(scheme) for name, scheme in schemes.items()},
        },
    }


@dataclass(frozen=True)
class _Translation:
    """Translates the paths of one document. References that lead nowhere stay as they are."""

    document: JsonObject
    lookup: Lookup

    def path_item(self, node: Json) -> Json:
        item = self.lookup(node)
        if not isinstance(item, dict):
            return node
        shared = _list(item.get("parameters"))
        return {
            key: self._operation(value, shared) if key in _METHODS and isinstance(value, dict) else value
            for key, value in item.items()
            if key not in ("parameters", "$ref")
        }

    def _operation(self, operation: JsonObject, shared: list[Json]) -> JsonObject:
        """An operation with its own parameters and those of its path."""
        parameters: dict[Any, Json] = {}
        for node in (*shared, *_list(operation.get("parameters"))):
            parameter = self.lookup(node)
            known = isinstance(parameter, dict)
            key = (str(parameter.get("name")), str(parameter.get("in"))) if known else id(node)
            parameters[key] = parameter if known else node
        in_body = {
            key: parameter
            for key, parameter in parameters.items()
            if isinstance(parameter, dict) and parameter.get("in") in ("body", "formData")
        }
        translated = {
            key: value
            for key, value in operation.items()
            if key not in ("parameters", "consumes", "produces", "schemes", "responses")
        }
        translated["parameters"] = [
            translated_parameter(parameter) for key, parameter in parameters.items() if key not in in_body
        ]
        if in_body:
            consumed = operation.get("consumes", self.document.get("consumes"))
            translated["requestBody"] = request_body([*in_body.values()], _texts(consumed))
        produced = _texts(operation.get("produces", self.document.get("produces"))) or _ANY_TYPE
        responses = _object(operation.get("responses"))
        translated["responses"] = {key: self._response(node, produced) for key, node in responses.items()}
        return translated

    def _response(self, node: Json, produced: list[str]) -> Json:
        response = self.lookup(node)
        if not isinstance(response, dict):
            return node
        translated = {"description": response.get("description", "")}
        headers = response.get("headers")
        if isinstance(headers, dict):
            translated["headers"] = {name: described(header) for name, header in headers.items()}
        if "schema" in response:
            examples = response.get("examples")
            by_type = examples if isinstance(examples, dict) else {}
            translated["content"] = {
                media_type: {
                    "schema": response["schema"],
                    **({"example": by_type[media_type]} if media_type in by_type else {}),
                }
                for media_type in produced
            }
        return translated


def _servers(document: JsonObject) -> Iterator[JsonObject]:
    """The servers; without a scheme, it is that by which the document was read."""
    host, path = document.get("host"), document.get("basePath") or "/"
    schemes = [scheme for scheme in _texts(document.get("schemes")) if scheme in ("http", "https")]
    if not host:
        yield {"url": path}
    elif not schemes:
        yield {"url": f"//{host}{path}"}
    yield from ({"url": f"{scheme}://{host}{path}"} for scheme in schemes if host)


def _security_scheme(scheme: Json) -> Json:
    if not isinstance(scheme, dict):
        return scheme
    match scheme.get("type"):
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "oauth2":
            flow = str(scheme.get("flow"))
            urls = {key: scheme[key] for key in ("authorizationUrl", "tokenUrl") if key in scheme}
            flows = {_FLOWS.get(flow, flow): {**urls, "scopes": scheme.get("scopes", {})}}
            return {"type": "oauth2", "flows": flows}
    return scheme


def _translate_schemas(document: JsonObject) -> None:
    """Say in all schemas what OpenAPI 3.0 says differently."""
    visited: set[int] = set()
    pending: list[tuple[Json, bool]] = [(document, False)]
    while pending:
        node, has_chosen_keys = pending.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        pending.extend((child, is_named) for _, child, is_named in children(node, has_chosen_keys))
        if isinstance(node, dict) and not has_chosen_keys:
            if node.get("x-nullable") is True:
                node["nullable"] = True
            if node.get("type") == "file":
                node |= {"type": "string", "format": "binary"}
            if isinstance(node.get("discriminator"), str):
                node["discriminator"] = {"propertyName": node["discriminator"]}


def _object(node: Json) -> JsonObject:
    """An object; empty where there is something else."""
    return node if isinstance(node, dict) else {}


def _list(node: Json) -> list[Json]:
    """A list; empty where there is something else."""
    return node if isinstance(node, list) else []


def _texts(node: Json) -> list[str]:
    """The texts in a list, or a text that stands alone."""
    return [text for text in (node if isinstance(node, list) else [node]) if isinstance(text, str)]
