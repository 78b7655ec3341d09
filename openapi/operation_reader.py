"""Reads the operations of a contract, with everything that can be compiled beforehand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from openapi.bodies import Encoding
from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.message_type import MessageType
from openapi.operations import TEMPLATE_EXPRESSION, Link, Operation, RequestBody, Response, path_name
from openapi.parameters import Parameter
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from openapi.servers import server_urls

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Described elsewhere, so that parameters of these names are ignored (OpenAPI 3.0.3, Parameter Object).
_NOT_PARAMETERS = ("accept", "content-type", "authorization")
_DEFAULT_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}


def read_operations(contract: Contract) -> tuple[Operation, ...]:
    """Every operation, in the order of the document.

    Raises ContractError on a reference that leads nowhere and on two operations of one id.
    """
    found, faulty = readable_operations(contract)
    for reason in faulty.values():
        raise ContractError(reason)
    stated = Counter(item[method].get("operationId") for _, method, item in _Reader(contract).places({}))
    for operation_id, times in stated.items():
        if operation_id is not None and times > 1:
            raise ContractError(f"{contract.source}: operationId {operation_id!r} is used more than once")
    return found


def readable_operations(contract: Contract) -> tuple[tuple[Operation, ...], dict[str, str]]:
    """The operations that can be read, in the order of the document, and by label why others cannot.

    An operation whose id another has goes by its label instead.
    """
    reader = _Reader(contract)
    found: dict[str, Operation] = {}
    faulty: dict[str, str] = {}
    for path, method, item in reader.places(faulty):
        label = f"{method.upper()} {path}"
        try:
            operation = reader.operation(path, method, item)
        except ContractError as reason:
            faulty[label] = str(reason)
            continue
        if operation.operation_id in found:
            operation = replace(operation, operation_id=label)
        found[operation.operation_id] = operation
    return tuple(found.values()), faulty


@dataclass(frozen=True)
class _Reader:
    contract: Contract

    @cached_property
    def request(self) -> SchemaTranslator:
        return SchemaTranslator(self.contract, MessageType.REQUEST)

    @cached_property
    def reply(self) -> SchemaTranslator:
        return SchemaTranslator(self.contract, MessageType.RESPONSE)

    def places(self, faulty: dict[str, str]) -> Iterator[tuple[str, str, JsonObject]]:
        """Path, method and path item of every operation; path items that cannot be read are told."""
        for path, item in self.contract.document["paths"].items():
            if str(path).startswith("x-"):
                continue
            try:
                resolved = self._object(item, f"paths, {path}")
            except ContractError as reason:
                faulty[str(path)] = str(reason)
                continue
            yield from ((path, method, resolved) for method in METHODS if method in resolved)

    def _object(self, node: Json, place: str) -> JsonObject:
        resolved = self.contract.resolve(node)
        if not isinstance(resolved, dict):
            raise ContractError(f"{self.contract.source}: {place}: an object is expected")
        return resolved

    def operation(self, path: str, method: str, item: JsonObject) -> Operation:
        """One operation. Raises ContractError."""
        place = f"{method.upper()} {path}"
        node = self._object(item[method], place)
        body = node.get("requestBody")
        security = node.get("security", self.contract.document.get("security"))
        return Operation(
            operation_id=str(node.get("operationId") or place),
            method=method,
            path=path,
            parameters=self._parameters([item, node], path, place),
            request_body=self._request_body(body, place) if body is not None else None,
            responses={
                str(key).upper() if str(key) != "default" else "default": self._response(
                    each, f"{place}, {key}"
                )
                for key, each in self._object(node.get("responses", {}), place).items()
                if not str(key).startswith("x-")
            },
            objectives={**self.contract.document.get("x-objectives", {}), **node.get("x-objectives", {})},
            tags=tuple(map(str, node.get("tags") or ())),
            server=self._server(node) or self._server(item),
            security=tuple(tuple(each) for each in security or () if isinstance(each, dict)),
        )

    def _server(self, node: JsonObject) -> str:
        return next(server_urls(node.get("servers"), self.contract.source), "")

    def _parameters(self, stated: list[JsonObject], path: str, place: str) -> tuple[Parameter, ...]:
        by_key = {}
        for node in (each for one in stated for each in one.get("parameters") or ()):
            parameter = self._object(node, f"{place}, parameters")
            if not isinstance(parameter.get("name"), str) or parameter.get("in") not in _DEFAULT_STYLES:
                raise ContractError(f"{self.contract.source}: {place}: a parameter needs 'name' and 'in'")
            if parameter["in"] == "header" and parameter["name"].lower() in _NOT_PARAMETERS:
                continue
            key = (parameter["name"], parameter["in"])
            by_key[key] = self._parameter(parameter, parameter["name"], parameter["in"], self.request)
        declared = [name for name, location in by_key if location == "path"]
        for name in (path_name(each, declared) for each in TEMPLATE_EXPRESSION.findall(path)):
            if (name, "path") not in by_key:
                by_key[name, "path"] = self._parameter(
                    {"schema": {"type": "string"}}, name, "path", self.request
                )
        return tuple(by_key.values())

    def _parameter(
        self, node: JsonObject, name: str, location: str, translator: SchemaTranslator
    ) -> Parameter:
        content = node.get("content") or {}
        described: JsonObject = next(iter(content.values()), {})
        style = node.get("style", _DEFAULT_STYLES[location])
        return Parameter(
            name=name,
            location=location,
            required=bool(node.get("required")) or location == "path",
            style=style,
            explode=bool(node.get("explode", style == "form")),
            schema=Schema(translator, node.get("schema", described.get("schema", True))),
            media_type=next(iter(content), ""),
            allow_reserved=bool(node.get("allowReserved")),
            examples=(*self._examples(node), *self._examples(described)),
        )

    def _examples(self, node: JsonObject) -> tuple[Json, ...]:
        """What stands beside a schema as examples of it (OpenAPI 3.0.3, Media Type Object)."""
        stated = [node["example"]] if "example" in node else []
        for each in (node.get("examples") or {}).values() if isinstance(node.get("examples"), dict) else ():
            example = self.contract.resolve(each)
            stated += [example["value"]] if isinstance(example, dict) and "value" in example else []
        return tuple(stated)

    def _encodings(self, node: JsonObject) -> dict[str, Encoding]:
        return {
            name: Encoding(
                content_type=str(each.get("contentType", "")),
                style=str(each.get("style", "form" if "explode" in each else "")),
                explode=bool(each.get("explode", each.get("style", "form") == "form")),
                allow_reserved=bool(each.get("allowReserved")),
            )
            for name, each in (node.get("encoding") or {}).items()
        }

    def _content(self, node: JsonObject, translator: SchemaTranslator) -> dict[str, Schema]:
        return {
            media_type: Schema(translator, self.contract.resolve(described).get("schema", True))
            for media_type, described in (node.get("content") or {}).items()
        }

    def _request_body(self, node: Json, place: str) -> RequestBody:
        body = self._object(node, f"{place}, requestBody")
        described = {name: self.contract.resolve(each) for name, each in (body.get("content") or {}).items()}
        return RequestBody(
            required=bool(body.get("required")),
            content=self._content(body, self.request),
            encodings={name: self._encodings(each) for name, each in described.items()},
            examples={name: self._examples(each) for name, each in described.items()},
        )

    def _response(self, node: Json, place: str) -> Response:
        response = self._object(node, place)
        return Response(
            description=str(response.get("description", "")),
            headers={
                name.lower(): self._parameter(
                    self._object(each, f"{place}, {name}"), name, "header", self.reply
                )
                for name, each in (response.get("headers") or {}).items()
                if name.lower() != "content-type"
            },
            content=self._content(response, self.reply),
            links=tuple(
                link
                for name, each in (response.get("links") or {}).items()
                if (link := self._link(name, self._object(each, f"{place}, link {name}"))) is not None
            ),
        )

    def _link(self, name: str, node: JsonObject) -> Link | None:
        parameters = {}
        for key, value in (node.get("parameters") or {}).items():
            location, dot, rest = key.partition(".")
            qualified = bool(dot) and location in _DEFAULT_STYLES
            parameters[(location, rest) if qualified else ("", key)] = value
        target = node.get("operationId") or self._referred(node.get("operationRef"))
        return Link(name, target, parameters, node.get("requestBody")) if target else None

    def _referred(self, reference: Json) -> str | None:
        if not isinstance(reference, str) or not reference.startswith("#/paths/"):
            return None
        node = self.contract.at(reference)
        path, method = reference.removeprefix("#/paths/").split("/")[:2]
        return str(
            node.get("operationId") or f"{method.upper()} {path.replace('~1', '/').replace('~0', '~')}"
        )
