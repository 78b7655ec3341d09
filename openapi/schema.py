"""One schema of a document."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import jsonschema_rs

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.definitions import bundle
from openapi.flat_schema import flatten_schema
from openapi.formats import STRING_FORMATS
from openapi.json_types import in_place, referenced
from openapi.limits import DETAIL_CHARACTERS
from openapi.schema_facts import SchemaFacts
from openapi.schema_translator import UNREADABLE, SchemaTranslator
from openapi.shared_validators import SCHEMA_STEPS, SchemaValidator
from openapi.text_reader import TextReader
from openapi.unreadable_parts import unreadable_part

_Found = TypeVar("_Found")


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

    @property
    def root(self) -> JsonObject:
        """What its references lead into: the definitions of all schemas that are translated together."""
        return self.translator.root

    @cached_property
    def translated(self) -> Json:
        """The schema in JSON Schema 2020-12 with a copy of all that it refers to, which takes a while where
        that is much.
        """
        return bundle(self.node, self.translator.definitions)

    @cached_property
    def validator(self) -> SchemaValidator:
        """The validator, which checks formats, too. Nothing fits a part of a request that cannot be read, and
        anything one of a response. Raises ContractError when the schema is not valid.
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
        return unreadable_part(self.node, self.root) if self._may_be_unreadable else ""

    @cached_property
    def unusable(self) -> str:
        """Why no value can be made for the schema, as it cannot be read as a whole; empty if it can."""
        return str(self._flat.get(UNREADABLE, "")) if self._may_be_unreadable else ""

    @cached_property
    def fault(self) -> str:
        """Why values cannot be checked against the schema; empty if they can. A part that cannot be read and
        that anything fits is no obstacle, unless others depend on what fits it.
        """
        try:
            self.validator  # noqa: B018 - a cached property, read for its effect
        except ContractError as reason:
            return str(reason)
        return unreadable_part(self.node, self.root, that_matters=True) if self.unreadable else ""

    def noted(self, find: Callable[..., _Found], node: Json, *arguments: Hashable) -> _Found:
        """What a pure function of a part of this schema, the schema and hashable arguments finds, which is
        found once: thousands of parts are what hundreds of messages refer to. A reference alone is taken for
        what it leads to.
        """
        node = referenced(node, self.root)
        notes = self.translator.notes
        key = (find, id(node), *arguments)
        if key not in notes:
            # The node is kept, too: its id stays its own only as long as it exists.
            notes[key] = (node, find(node, self, *arguments))
        found: _Found = notes[key][1]
        return found

    def fits(self, reference: JsonObject, value: Json) -> bool:
        """Whether a value is valid for what a reference in this schema leads to."""
        pointer = str(reference["$ref"])
        if pointer not in self._branches:
            schema = bundle(reference, self.translator.definitions)
            self._branches[pointer] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True, formats=STRING_FORMATS
            )
        return self._branches[pointer].is_valid(value)

    @cached_property
    def facts(self) -> SchemaFacts:
        """What it says of values."""
        return self.translator.facts.of(self.node)

    @cached_property
    def reader(self) -> TextReader:
        """Reads values from texts."""
        return TextReader(self.facts)

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that the schema allows, as far as that can be read from it."""
        return self.facts.types

    @cached_property
    def is_octets(self) -> bool:
        """Whether it stands for the octets of a file, which may be anything, JSON included (OpenAPI 3.0.3,
        Data Types: the format `binary`).
        """
        return any(node.get("format") == "binary" for node in in_place(self.node, self.root))

    @cached_property
    def default(self) -> Json:
        """The value used when none is sent; None when there is no such value."""
        return self._flat.get("default")

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the properties that objects must have."""
        return frozenset(self._flat.get("required", ()))

    @cached_property
    def holds_array(self) -> bool:
        """Whether values are arrays, or objects with a property that is one."""
        inner = (self.facts.property(name) for name in self.facts.property_names)
        return self.facts.takes_array or any(facts.takes_array for facts in inner)

    def file_type(self, name: str) -> str | None:
        """The media type of a property, or of each of its items, if that is the content of a file; empty
        when the schema does not say which, and None when it is no file (OpenAPI 3.0.3, Considerations for
        File Uploads; in 3.1.0 by `contentMediaType`).
        """
        facts = self.facts.property(name)
        holders = (facts.items, facts) if facts.takes_array else (facts,)
        for node in (node for holder in holders for node in in_place(holder.schema, holder.root)):
            media_type = str(node.get("contentMediaType", ""))
            is_text = not media_type or media_type.startswith(("text/", "application/json"))
            if node.get("format") == "binary" or not (is_text or "contentEncoding" in node):
                return media_type
        return None

    @cached_property
    def _may_be_unreadable(self) -> bool:
        self.node  # noqa: B018 - a cached property, read for its effect
        return bool(self.translator.faults)

    @property
    def _flat(self) -> JsonObject:
        return flatten_schema(self.node, self.root)


def content_schemas(node: JsonObject, translator: SchemaTranslator) -> dict[str, Schema]:
    """The schema of each media type in the `content` of a request body or response. Raises ContractError,
    also on the schema of a stream's items, which OpenAPI 3.2 added.
    """
    schemas = {}
    for media_type, described in media_types_of(node, translator.contract).items():
        if "itemSchema" in described:
            source = translator.contract.source
            raise ContractError(f"{source}: {media_type}: itemSchema, of OpenAPI 3.2, is not understood")
        schemas[media_type] = Schema(translator, described.get("schema", True))
    return schemas


def media_types_of(node: JsonObject, contract: Contract) -> dict[str, JsonObject]:
    """What the `content` of a request body, response or parameter says of each media type, which may be
    nothing. Raises ContractError.
    """
    content = contract.resolve_object(node.get("content") or {}, "content")
    return {
        str(media_type): contract.resolve_object(described or {}, f"content, {media_type}")
        for media_type, described in content.items()
    }
