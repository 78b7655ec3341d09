"""What a translated schema says of values, through references and choices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.json_types import in_place, json_types
from openapi.keyword_values import ALL_TYPES


@dataclass(frozen=True, eq=False)
class SchemaFacts:
    """What a translated schema, or a subschema of it, says of values; `root` has the definitions."""

    schema: Json
    root: Json
    _properties: dict[str, "SchemaFacts"] = field(default_factory=dict)

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types of values."""
        return json_types(self.schema, self.root)

    @cached_property
    def takes_array(self) -> bool:
        """Whether values are arrays, unless anything is allowed."""
        return "array" in self.types and self.types != ALL_TYPES

    @cached_property
    def takes_object(self) -> bool:
        """Whether values are objects, unless anything is allowed."""
        return "object" in self.types and self.types != ALL_TYPES

    @cached_property
    def items(self) -> "SchemaFacts":
        """What it says of the items of an array."""
        return self._inner(
            schema
            for node in in_place(self.schema, self.root)
            for schema in (*node.get("prefixItems", ()), *([node["items"]] if "items" in node else ()))
        )

    def property(self, name: str) -> "SchemaFacts":
        """What it says of a property of an object."""
        if name not in self.property_names:
            return self._others
        if name not in self._properties:
            nodes = in_place(self.schema, self.root)
            declared = (node["properties"][name] for node in nodes if name in node.get("properties", ()))
            self._properties[name] = self._inner(declared)
        return self._properties[name]

    @cached_property
    def property_names(self) -> frozenset[str]:
        """The names of the properties that the schema has."""
        nodes = in_place(self.schema, self.root)
        return frozenset(name for node in nodes for name in node.get("properties", ()))

    def each_property(self, rule: Json) -> Json:
        """The schema of objects in which a rule holds for all properties that the schema speaks of; others
        it leaves as unspoken of as they are.
        """
        nodes = [*in_place(self.schema, self.root)]
        has_others = any(node.get("additionalProperties", False) is not False for node in nodes)
        rules: JsonObject = {"properties": dict.fromkeys(sorted(self.property_names), rule)}
        return {**rules, "additionalProperties": rule} if has_others or not self.property_names else rules

    @cached_property
    def is_closed(self) -> bool:
        """Whether objects have no other properties."""
        keywords = ("additionalProperties", "unevaluatedProperties")
        return any(node.get(key) is False for node in in_place(self.schema, self.root) for key in keywords)

    @cached_property
    def _others(self) -> "SchemaFacts":
        """What it says of properties that the schema does not name."""
        nodes = in_place(self.schema, self.root)
        return self._inner(node["additionalProperties"] for node in nodes if "additionalProperties" in node)

    def _inner(self, schemas: Iterable[Json]) -> "SchemaFacts":
        listed = [schema for schema in schemas if schema is not False]
        return SchemaFacts(
            listed[0] if len(listed) == 1 else {"anyOf": listed} if listed else True, self.root
        )

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """The validator of its values."""
        definitions = self.root.get("$defs", {}) if isinstance(self.root, dict) else {}
        schema = {**self.schema, "$defs": definitions} if isinstance(self.schema, dict) else self.schema
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
