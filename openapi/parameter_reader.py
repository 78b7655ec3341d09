"""Reads parameters and headers (OpenAPI 3.0.3, Parameter Object and Header Object)."""

from collections.abc import Iterable
from dataclasses import dataclass

from openapi.contract import Contract, ContractError, JsonObject
from openapi.examples import read_examples
from openapi.parameters import Parameter
from openapi.path_template import parameter_names
from openapi.schema import Schema, media_types_of
from openapi.schema_translator import SchemaTranslator

DEFAULT_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
# Other parts of the document describe these, so that parameters of these names are ignored (Parameter
# Object).
_IGNORED_HEADERS = ("accept", "content-type", "authorization")


@dataclass(frozen=True)
class ParameterReader:
    """Reads the parameters of one contract, with schemas for one type of messages."""

    contract: Contract
    translator: SchemaTranslator

    def parameters(self, holders: Iterable[JsonObject], path: str, place: str) -> tuple[Parameter, ...]:
        """The parameters of a path item and an operation, of which later ones replace earlier ones of the
        same name and location; and those of the path that are not declared. Raises ContractError.
        """
        parameters = {}
        for node in (node for holder in holders for node in holder.get("parameters") or ()):
            declared = self.contract.resolve_object(node, f"{place}, parameters")
            name, location = declared.get("name"), declared.get("in")
            if location == "querystring":
                told = "a parameter in 'querystring', of OpenAPI 3.2, is not understood"
                raise ContractError(f"{self.contract.source}: {place}: {told}")
            if not isinstance(name, str) or not isinstance(location, str) or location not in DEFAULT_STYLES:
                raise ContractError(f"{self.contract.source}: {place}: a parameter needs 'name' and 'in'")
            if location != "header" or name.lower() not in _IGNORED_HEADERS:
                parameters[name, location] = self.parameter(declared, name, location)
        for name in parameter_names(path, [name for name, location in parameters if location == "path"]):
            if (name, "path") not in parameters:
                parameters[name, "path"] = self.parameter({"schema": {"type": "string"}}, name, "path")
        return tuple(parameters.values())

    def parameter(self, node: JsonObject, name: str, location: str) -> Parameter:
        """One parameter or header."""
        content = media_types_of(node, self.contract)
        described: JsonObject = next(iter(content.values()), {})
        style = node.get("style", DEFAULT_STYLES[location])
        return Parameter(
            name=name,
            location=location,
            required=bool(node.get("required")) or location == "path",
            style=style,
            explode=bool(node.get("explode", style == "form")),
            schema=Schema(self.translator, node.get("schema", described.get("schema", True))),
            media_type=next(iter(content), ""),
            allow_reserved=bool(node.get("allowReserved")),
            examples=(*read_examples(self.contract, node), *read_examples(self.contract, described)),
        )
