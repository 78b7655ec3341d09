"""One schema of a document."""

from dataclasses import dataclass, field
from functools import cached_property

import jsonschema_rs

from openapi.contract import ContractError, Json, JsonObject
from openapi.definitions import bundle
from openapi.flat_schema import flatten_schema
from openapi.keyword_values import ALL_TYPES
from openapi.limits import DETAIL_CHARACTERS
from openapi.schema_translator import UNREADABLE, SchemaTranslator, unreadable_part
from openapi.shared_validators import SCHEMA_STEPS, SchemaValidator


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema of a contract, translated and compiled when it is first used.

    Larger than usual: it has one property per question that others ask, so that each is answered once.
    """

    translator: SchemaTranslator
    source: Json
    _branches: dict[str, jsonschema_rs.Validator] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.translator.validators.add(self)

    @cached_property
    def node(self) -> Json:
        """The schema in JSON Schema 2020-12; its references lead to the translator's definitions."""
        return self.translator.translate(self.source)

    @cached_property
    def translated(self) -> Json:
        """The schema in JSON Schema 2020-12 with all that it refers to."""
        return bundle(self.node, self.translator.definitions)

    @cached_property
    def validator(self) -> SchemaValidator:
        """The validator, which checks formats, too. Raises ContractError when the schema is not valid."""
        if self.unreadable:
            raise ContractError(self.unreadable)
        return self.validator_of_readable

    @cached_property
    def validator_of_readable(self) -> SchemaValidator:
        """The validator in which nothing fits a part that cannot be read, in a request, and anything in a
        response. Raises ContractError.
        """
        try:
            return self.translator.validators.of(self)
        except ValueError as error:
            reason = str(error).splitlines()[0][:DETAIL_CHARACTERS]
            place = "/".join(map(str, getattr(error, "instance_path", ())[SCHEMA_STEPS:]))
            source = self.translator.contract.source
            raise ContractError(f"{source}: not a valid schema: {place}: {reason}") from None

    @cached_property
    def unreadable(self) -> str:
        """Why the schema, or a part of it, cannot be read; empty if all can."""
        return unreadable_part(self.translated)

    @cached_property
    def unusable(self) -> str:
        """Why no value can be made for the schema, as it cannot be read as a whole; empty if it can."""
        return str(self._flat.get(UNREADABLE, ""))

    @cached_property
    def fault(self) -> str:
        """Why values cannot be checked against the schema; empty if they can."""
        try:
            self.validator  # noqa: B018 - a cached property, read for its effect
        except ContractError as reason:
            return str(reason)
        return ""

    def fits(self, reference: JsonObject, value: Json) -> bool:
        """Whether a value is valid for what a reference in this schema leads to."""
        pointer = str(reference["$ref"])
        if pointer not in self._branches:
            schema = {**reference, "$defs": self.translated["$defs"]}
            self._branches[pointer] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return self._branches[pointer].is_valid(value)

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the schema allows, as far as its `type`, `$ref` and `allOf` say."""
        return _types(self.translated, self.translated)

    @cached_property
    def is_octets(self) -> bool:
        """Whether it stands for the octets of a file, which may be anything, JSON included (OpenAPI 3.0.3,
        Data Types: the format `binary`).
        """
        return self._flat.get("format") == "binary"

    @cached_property
    def default(self) -> Json:
        """The value used when none is sent; None when there is no such value."""
        return self._flat.get("default")

    @cached_property
    def item_types(self) -> frozenset[str]:
        """The JSON types that the items of an array may have."""
        return _types(self._flat.get("items", True), self.translated)

    def property_types(self, name: str) -> frozenset[str]:
        """The JSON types that a property of an object may have."""
        return _types(self._property(name), self.translated)

    @cached_property
    def holds_array(self) -> bool:
        """Whether values are arrays, or objects with a property that is one."""
        flat = self._flat
        schemas = [flat, *flat.get("properties", {}).values()]
        return any(
            "array" in types and types != ALL_TYPES
            for types in (_types(schema, self.translated) for schema in schemas)
        )

    def holds_file(self, name: str) -> bool:
        """Whether a property, or each of its items, is the content of a file (OpenAPI 3.0.3,
        Considerations for File Uploads; in 3.1.0 by `contentMediaType`).
        """
        flat = flatten_schema(self._property(name), self.translated)
        if "items" in flat:
            flat = flatten_schema(flat["items"], self.translated)
        is_text = flat.get("contentMediaType", "text/").startswith(("text/", "application/json"))
        return flat.get("format") == "binary" or (not is_text and "contentEncoding" not in flat)

    @property
    def _flat(self) -> JsonObject:
        return flatten_schema(self.translated, self.translated)

    def _property(self, name: str) -> Json:
        return self._flat.get("properties", {}).get(name, True)


def content_schemas(node: JsonObject, translator: SchemaTranslator) -> dict[str, Schema]:
    """The schema of each media type in the `content` of a request body or response."""
    return {
        media_type: Schema(translator, translator.contract.resolve(described).get("schema", True))
        for media_type, described in (node.get("content") or {}).items()
    }


def _types(schema: Json, root: Json) -> frozenset[str]:
    types = flatten_schema(schema, root).get("type")
    if types is None:
        return ALL_TYPES
    return frozenset([types] if isinstance(types, str) else types)
