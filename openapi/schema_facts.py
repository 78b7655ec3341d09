"""What a translated schema says of values, through references and choices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.definitions import bundle
from openapi.json_types import in_place, json_types, referenced
from openapi.keyword_values import ALL_TYPES


@dataclass(frozen=True, eq=False)
class SchemaFacts:
    """What a translated schema, or a subschema of it, says of values; `root` has the definitions.

    Larger than usual: it has one method per question, and what several of them ask.
    """

    schema: Json
    root: JsonObject
    _properties: dict[str, "SchemaFacts"] = field(default_factory=dict)
    _known: dict[int, tuple[Json, "SchemaFacts"]] = field(default_factory=dict)

    def of(self, schema: Json) -> "SchemaFacts":
        """What another schema with the same definitions says, read once. A reference alone is taken for what
        it leads to.
        """
        schema = referenced(schema, self.root)
        if id(schema) not in self._known:
            # The schema is kept, too: its id stays its own only as long as it exists.
            self._known[id(schema)] = (schema, SchemaFacts(schema, self.root, _known=self._known))
        return self._known[id(schema)][1]

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
            for node in self._nodes
            for schema in (*node.get("prefixItems", ()), *([node["items"]] if "items" in node else ()))
        )

    def property(self, name: str) -> "SchemaFacts":
        """What it says of a property of an object."""
        if name not in self.property_names:
            return self._others
        if name not in self._properties:
            self._properties[name] = self._inner(self._declared[name])
        return self._properties[name]

    @cached_property
    def property_names(self) -> frozenset[str]:
        """The names of the properties that the schema has."""
        return frozenset(self._declared)

    def each_property(self, rule: Json) -> Json:
        """The schema of objects in which a rule holds for all properties that the schema speaks of; others
        it leaves as unspoken of as they are.
        """
        has_others = any(node.get("additionalProperties", False) is not False for node in self._nodes)
        rules: JsonObject = {"properties": dict.fromkeys(sorted(self.property_names), rule)}
        return {**rules, "additionalProperties": rule} if has_others or not self.property_names else rules

    @cached_property
    def is_closed(self) -> bool:
        """Whether objects have no other properties."""
        keywords = ("additionalProperties", "unevaluatedProperties")
        return any(node.get(key) is False for node in self._nodes for key in keywords)

    @cached_property
    def _others(self) -> "SchemaFacts":
        """What it says of properties that the schema does not name."""
        others = (node["additionalProperties"] for node in self._nodes if "additionalProperties" in node)
        return self._inner(others)

    @cached_property
    def _nodes(self) -> list[JsonObject]:
        """The schema and its subschemas that may hold for the same value."""
        return [*in_place(self.schema, self.root)]

    @cached_property
    def _declared(self) -> dict[str, list[Json]]:
        """The schemas that it has for each property."""
        declared: dict[str, list[Json]] = {}
        for node in self._nodes:
            for name, schema in node.get("properties", {}).items():
                declared.setdefault(name, []).append(schema)
        return declared

    def _inner(self, schemas: Iterable[Json]) -> "SchemaFacts":
        listed = [schema for schema in schemas if schema is not False]
        return self.of(listed[0] if len(listed) == 1 else {"anyOf": listed} if listed else True)

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """The validator of its values."""
        schema = bundle(self.schema, self.root["$defs"])
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
