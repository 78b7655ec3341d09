"""OpenAPI schemas as JSON Schema 2020-12, as seen by a request or by a response."""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from openapi.contract import Contract, ContractError, Json, JsonObject


class Direction(Enum):
    """Who sends the value; EITHER bars nothing.

    Read-only properties do not belong into requests, write-only ones not
    into responses (OpenAPI 3.0.3, Schema Object, Fixed Fields).
    """

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"
    EITHER = ""


ALL_TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})

_DEFINITIONS = "#/$defs/"
_SUBSCHEMA = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "items",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SUBSCHEMA_MAPS = ("patternProperties", "dependentSchemas", "$defs", "definitions")


@dataclass(frozen=True)
class Dialect:
    """Translates the schemas of one contract for one direction; each reference once."""

    contract: Contract
    direction: Direction
    _definitions: dict[str, Json] = field(default_factory=dict)

    def translate(self, schema: Json) -> Json:
        """A self-contained 2020-12 schema: what it refers to stands in its own `$defs`.

        Raises ContractError on a reference that leads nowhere.
        """
        translated = self._schema(schema)
        reached = self._reachable(translated)
        if not reached or not isinstance(translated, dict):
            return translated
        return {**translated, "$defs": {name: self._definitions[name] for name in sorted(reached)}}

    def _reachable(self, translated: Json) -> set[str]:
        reached: set[str] = set()
        pending = [translated]
        while pending:
            for name in _references(pending.pop()):
                if name not in reached and name in self._definitions:
                    reached.add(name)
                    pending.append(self._definitions[name])
        return reached

    def _schema(self, schema: Json) -> Json:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise ContractError(f"{self.contract.source}: a schema must be an object, not {schema!r}")
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema)
        translated = {key: self._keyword(key, value) for key, value in schema.items()}
        if self.contract.version == (3, 0):
            translated = _without_openapi_30(translated)
        return self._directed(schema, translated)

    def _reference(self, schema: JsonObject) -> Json:
        name = _definition_name(schema["$ref"])
        if name not in self._definitions:
            self._definitions[name] = True
            self._definitions[name] = self._schema(self.contract.at(schema["$ref"]))
        reference = {"$ref": _DEFINITIONS + name}
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        if not siblings or self.contract.version == (3, 0):
            return reference
        return {**self._schema(siblings), **reference}

    def _keyword(self, key: str, value: Json) -> Json:
        if key in _SUBSCHEMA and isinstance(value, dict):
            return self._schema(value)
        if key in _SUBSCHEMA_LISTS and isinstance(value, list):
            return [self._schema(item) for item in value]
        if key in (*_SUBSCHEMA_MAPS, "properties") and isinstance(value, dict):
            return {name: self._schema(item) for name, item in value.items()}
        return value

    def _directed(self, schema: JsonObject, translated: JsonObject) -> JsonObject:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return translated
        barred = {name for name, each in properties.items() if self._is_barred(each)}
        if not barred:
            return translated
        kept = {name: False if name in barred else each for name, each in translated["properties"].items()}
        required = [name for name in translated.get("required", ()) if name not in barred]
        return {**translated, "properties": kept, "required": required}

    def _is_barred(self, schema: Json) -> bool:
        resolved = self.contract.resolve(schema)
        return isinstance(resolved, dict) and resolved.get(self.direction.value) is True


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema of a contract; translated and compiled when first needed."""

    dialect: Dialect
    source: Json

    @cached_property
    def translated(self) -> Json:
        """The schema in JSON Schema 2020-12, self-contained. Raises ContractError."""
        return self.dialect.translate(self.source)

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """Formats are rules here, not notes. Raises ContractError when the schema is not valid."""
        try:
            return jsonschema_rs.Draft202012Validator(self.translated, validate_formats=True)
        except ValueError as error:
            reason = str(error).splitlines()[0]
            raise ContractError(f"{self.dialect.contract.source}: not a valid schema: {reason}") from None

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the schema allows, as far as its `type`, `$ref` and `allOf` tell."""
        return _types(self.translated, self.translated)

    @cached_property
    def item_types(self) -> frozenset[str]:
        """The JSON types that the items of an array may have."""
        items = flattened(self.translated, self.translated).get("items", True)
        return _types(items, self.translated)


def flattened(schema: Json, root: Json) -> JsonObject:
    """The schema with its `$ref` and `allOf` merged into one level; later keywords win, `required`
    and `properties` add up. Made for reading facts off a schema, not for validating with it.
    """
    if not isinstance(schema, dict):
        return {}
    merged: JsonObject = {}
    parts = [part for part in (_target(schema, root), *schema.get("allOf", ())) if part is not None]
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "$defs")}
    for part in (*(flattened(each, root) for each in parts), own):
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = [*merged.get("required", ()), *part.get("required", ())]
        merged = {**merged, **part}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = list(dict.fromkeys(required))
    return merged


def _target(schema: JsonObject, root: Json) -> Json:
    reference = schema.get("$ref")
    return root["$defs"][reference.removeprefix(_DEFINITIONS)] if isinstance(reference, str) else None


def _types(schema: Json, root: Json) -> frozenset[str]:
    stated = flattened(schema, root).get("type")
    if stated is None:
        return ALL_TYPES
    return frozenset([stated] if isinstance(stated, str) else stated)


def _definition_name(pointer: str) -> str:
    """A name for a reference that needs no escaping in a URI or a JSON pointer."""
    path = unquote(pointer).removeprefix("#/")
    return re.sub(r"[^A-Za-z0-9_-]", lambda each: "." if each[0] == "/" else f"_{ord(each[0]):x}_", path)


def _without_openapi_30(schema: JsonObject) -> JsonObject:
    """The keywords in which OpenAPI 3.0 differs from JSON Schema 2020-12."""
    translated = {key: value for key, value in schema.items() if key != "nullable"}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        is_flag = isinstance(translated.get(exclusive), bool)
        if is_flag and translated.pop(exclusive) and bound in translated:
            translated[exclusive] = translated.pop(bound)
    if schema.get("nullable") is True and "type" in translated:
        translated["type"] = [translated["type"], "null"]
        if "enum" in translated and None not in translated["enum"]:
            translated["enum"] = [*translated["enum"], None]
    return translated


def _references(node: Any) -> set[str]:
    """Names of the `$defs` that a translated schema refers to."""
    found: set[str] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            reference = each.get("$ref")
            if isinstance(reference, str):
                found.add(reference.removeprefix(_DEFINITIONS))
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
    return found
