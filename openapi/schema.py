"""One schema of a document: translated, and what it allows."""

from dataclasses import dataclass, field
from functools import cached_property

import jsonschema_rs

from openapi.contract import ContractError, Json, JsonObject
from openapi.flat_schema import flatten_schema
from openapi.schema_translator import ALL_TYPES, SchemaTranslator


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema of a contract; translated and compiled when first needed."""

    translator: SchemaTranslator
    source: Json
    _branches: dict[str, jsonschema_rs.Validator] = field(default_factory=dict, repr=False)

    @cached_property
    def node(self) -> Json:
        """The schema in JSON Schema 2020-12, referring to the dialect's definitions. Raises ContractError."""
        return self.translator.node(self.source)

    @cached_property
    def translated(self) -> Json:
        """The schema in JSON Schema 2020-12, self-contained. Raises ContractError."""
        return self.translator.bundle(self.node)

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """Formats are rules here, not notes. Raises ContractError when the schema is not valid."""
        try:
            return jsonschema_rs.Draft202012Validator(self.translated, validate_formats=True)
        except ValueError as error:
            reason = str(error).splitlines()[0]
            raise ContractError(f"{self.translator.contract.source}: not a valid schema: {reason}") from None

    def fits(self, reference: JsonObject, value: Json) -> bool:
        """Whether a value is what a reference of this schema leads to. Compiled when first asked for."""
        pointer = str(reference["$ref"])
        if pointer not in self._branches:
            whole = {**reference, "$defs": self.translated["$defs"]}
            self._branches[pointer] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._branches[pointer].is_valid(value)

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the schema allows, as far as its `type`, `$ref` and `allOf` tell."""
        return _types(self.translated, self.translated)

    @cached_property
    def is_octets(self) -> bool:
        """Whether it stands for the octets of a file, which may be anything, JSON included (OpenAPI 3.0.3,
        Data Types: the format `binary`).
        """
        return flatten_schema(self.translated, self.translated).get("format") == "binary"

    @cached_property
    def default(self) -> Json:
        """The value that stands for one that was left out; None when there is none."""
        return flatten_schema(self.translated, self.translated).get("default")

    @cached_property
    def item_types(self) -> frozenset[str]:
        """The JSON types that the items of an array may have."""
        items = flatten_schema(self.translated, self.translated).get("items", True)
        return _types(items, self.translated)

    def property_types(self, name: str) -> frozenset[str]:
        """The JSON types that a property of an object may have."""
        return _types(self._property(name), self.translated)

    @cached_property
    def holds_array(self) -> bool:
        """Whether values are arrays, or objects of which a property is one."""
        facts = flatten_schema(self.translated, self.translated)
        parts = [facts, *facts.get("properties", {}).values()]
        kinds = [_types(part, self.translated) for part in parts]
        return any("array" in each and each != ALL_TYPES for each in kinds)

    def holds_file(self, name: str) -> bool:
        """Whether a property, or each of its items, is the content of a file (OpenAPI 3.0.3,
        Considerations for File Uploads; 3.1.0, the same by `contentMediaType`).
        """
        facts = flatten_schema(self._property(name), self.translated)
        if "items" in facts:
            facts = flatten_schema(facts["items"], self.translated)
        is_text = facts.get("contentMediaType", "text/").startswith(("text/", "application/json"))
        return facts.get("format") == "binary" or (not is_text and "contentEncoding" not in facts)

    def _property(self, name: str) -> Json:
        return flatten_schema(self.translated, self.translated).get("properties", {}).get(name, True)


def _types(schema: Json, root: Json) -> frozenset[str]:
    stated = flatten_schema(schema, root).get("type")
    if stated is None:
        return ALL_TYPES
    return frozenset([stated] if isinstance(stated, str) else stated)
