"""Schemas that are derived from those of a document, such as the negation of one."""

from collections.abc import Hashable, Mapping

from openapi.contract import Json, JsonObject

_DEFINITIONS = "#/$defs/"


class DerivedSchemas:
    """Keeps derived schemas, each made once: schemas are recognised by their identity. `definitions` are the
    `$defs` that references lead to.
    """

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._definitions = definitions
        self._kept: dict[Hashable, Json] = {}

    def keep(self, key: Hashable, schema: Json) -> Json:
        """The schema first kept under a key, which is this one unless there is an earlier one."""
        return self._kept.setdefault(key, schema)

    def target(self, schema: JsonObject) -> Json:
        """The schema that a reference leads to."""
        return self._definitions[schema["$ref"].removeprefix(_DEFINITIONS)]

    def resolve(self, schema: Json) -> Json:
        """The schema that a chain of references leads to, as far as those have no other keywords."""
        visited = set()
        while isinstance(schema, dict) and set(schema) == {"$ref"} and schema["$ref"] not in visited:
            visited.add(schema["$ref"])
            schema = self.target(schema)
        return schema

    def parts(self, schema: JsonObject) -> list[Json]:
        """The schemas that hold wherever this one does: those of its `$ref` and `allOf`."""
        parts = list(schema.get("allOf", ()))
        if "$ref" in schema:
            parts.insert(0, self.target(schema))
        return parts
