"""Translates schemas of OpenAPI 3.0 and 3.1 to JSON Schema 2020-12, for requests or for responses."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from openapi.applicators import IN_PLACE, OF_LIST, OF_NAMES, OF_ONE
from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.discriminators import (
    are_all_named,
    branch_references,
    component_names,
    discriminator_check,
    is_discriminated,
    read_discriminator,
)
from openapi.dynamic_references import DynamicReferences
from openapi.flat_schema import DEFINITIONS
from openapi.forbidden_properties import ForbiddenProperties
from openapi.formats import with_range
from openapi.keyword_values import as_meant, invalid_keyword
from openapi.message_type import MessageType
from openapi.openapi_30 import has_unknown_keywords, known_keywords, without_openapi_30
from openapi.patterns import with_readable_patterns
from openapi.references import last_name
from openapi.schema_facts import SchemaFacts
from openapi.shared_validators import SharedValidators
from openapi.translation_context import Context, repetition_key

# Keywords of translated schemas: what marks a property that responses must not have, and why a schema cannot
# be read.
WRITE_ONLY = "writeOnly"
UNREADABLE = "x-unreadable"

# Ends the name of a definition whose discriminator has been applied where it is referred to.
APPLIED = "--plain"


@dataclass(frozen=True)
class SchemaTranslator:
    """Translates the schemas of one contract for one type of messages, and what they refer to once.

    Larger than usual: each kind of keyword that holds schemas or depends on the type of message is translated
    by a method of its own.

    `definitions` are the translated schemas that references have led to so far. A schema that cannot be read
    is translated to one that says why: no value of a request fits it, and any value of a response. `faults`
    are those reasons. `notes` are what was found out of translated schemas, by what asked and their ids.
    """

    contract: Contract
    message_type: MessageType
    definitions: dict[str, Json] = field(default_factory=dict)
    notes: dict[tuple[Hashable, ...], tuple[Json, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _translated: dict[bytes, Json] = field(default_factory=dict)
    _references: dict[tuple[str, Context], JsonObject] = field(default_factory=dict)
    _defined: dict[tuple[str, Context], str] = field(default_factory=dict)
    _pending: list[tuple[str, Json, Context]] = field(default_factory=list)

    def translate(self, schema: Json) -> Json:
        """The schema in 2020-12; its references lead to `definitions`. Equal schemas are translated once:
        what is found out of a schema then holds for all messages that repeat it.
        """
        key = repetition_key(schema)
        if key is None or key not in self._translated:
            context = Context().within(self.contract.references.anchors_around("#"))
            translated = self._readable(schema, context)
            while self._pending:
                name, target, context = self._pending.pop()
                self.definitions[name] = self._readable(target, context)
            if key is None:
                return translated
            self._translated[key] = translated
        return self._translated[key]

    @cached_property
    def root(self) -> JsonObject:
        """What references in translated schemas lead into: the definitions, however many there will be."""
        return {"$defs": self.definitions}

    @cached_property
    def facts(self) -> SchemaFacts:
        """Knows what translated schemas say of values."""
        return SchemaFacts(True, self.root)

    @cached_property
    def validators(self) -> SharedValidators:
        """The validators of translated schemas, which are compiled together."""
        return SharedValidators(self.definitions)

    @cached_property
    def _forbidden(self) -> ForbiddenProperties:
        return ForbiddenProperties(self.contract, self.message_type)

    @cached_property
    def _dynamic(self) -> DynamicReferences:
        return DynamicReferences(self.contract)

    def _readable(self, schema: Json, context: Context) -> Json:
        """A translated schema, or what stands for one that cannot be read."""
        try:
            return self._schema(schema, context)
        except ContractError as error:
            reason = str(error)
        except RecursionError:
            reason = f"{self.contract.source}: {self.contract.place_of(schema)}: it is nested too deeply"
        self.faults.append(reason)
        stand_in: JsonObject = {UNREADABLE: reason}
        return {**stand_in, "not": {}} if self.message_type is MessageType.REQUEST else stand_in

    def _schema(self, schema: Json, context: Context) -> Json:
        """A translated schema. Raises ContractError when it cannot be read."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise ContractError(f"{self.contract.source}: a schema must be an object, not {schema!r}")
        if isinstance(schema.get("$ref"), str) and (len(schema) == 1 or self.contract.version == (3, 0)):
            return self._reference(schema, context)
        if "$id" in schema:
            context = context.within(self.contract.references.by_node.get(id(schema), {}))
        context = self._extended(context, schema)
        is_request = self.message_type is MessageType.REQUEST
        meant = with_readable_patterns(as_meant(self._known(schema)), is_request)
        invalid = invalid_keyword(meant)
        if invalid:
            raise ContractError(f"{self.contract.source}: {self.contract.place_of(schema)}: {invalid}")
        translated = {
            keyword: self._keyword(keyword, value, context)
            for keyword, value in meant.items()
            if keyword != "discriminator"
        }
        if "$dynamicRef" in schema:
            branch = {"$ref": self._define_dynamic(schema["$dynamicRef"], context)}
            translated["allOf"] = [*translated.get("allOf", ()), branch]
        if "discriminator" in schema and self.message_type is MessageType.REQUEST:
            translated |= self._readable_discriminator(schema, context)
        if "discriminator" in schema and self.message_type is MessageType.RESPONSE:
            translated = self._with_checked_discriminator(schema, translated, context)
        if self.contract.version == (3, 0):
            translated = without_openapi_30(translated, self.message_type)
        if self.message_type is MessageType.RESPONSE:
            translated = with_range(translated)
        return self._without_forbidden(schema, translated, context)

    def _reference(self, schema: JsonObject, context: Context) -> JsonObject:
        """A translated reference. Those with no other keyword are the same object, however many there are."""
        key = (schema["$ref"], context)
        if len(schema) == 1 and key in self._references:
            return self._references[key]
        reference = {"$ref": self._define(schema["$ref"], self._extended(context, schema))}
        if len(schema) == 1:
            self._references[key] = reference
        return reference

    def _extended(self, context: Context, schema: JsonObject) -> Context:
        """The context with what a schema and its parts say of the same value."""
        if not any(keyword in schema for keyword in IN_PLACE):
            return context
        sent = context.sent | self._forbidden.sent(schema)
        forbidden = context.forbidden | self._forbidden.in_place.of(schema)
        return replace(context, forbidden=forbidden - sent, sent=sent)

    def _known(self, schema: JsonObject) -> JsonObject:
        """A schema without keywords that its version of OpenAPI does not have."""
        if self.contract.version != (3, 0):
            return schema
        return known_keywords(schema, self.message_type, self._has_unknown_branches)

    @cached_property
    def _has_unknown_branches(self) -> bool:
        """Whether several branches of an answer may fit where only unknown keywords tell them apart."""
        return self.message_type is MessageType.RESPONSE and has_unknown_keywords(self.contract.document)

    def _define(self, pointer: str, context: Context) -> str:
        """Have what a pointer leads to translated, unless it is defined already. Returns the pointer to its
        definition, of which there is one per context that matters.
        """
        key = (pointer, context)
        if key not in self._defined:
            self._defined[key] = self._definition(pointer, context)
        return DEFINITIONS + self._defined[key]

    def _definition(self, pointer: str, context: Context) -> str:
        target = self.contract.at(pointer)
        context = context.within(self.contract.references.anchors_around(pointer))
        forbidden = context.forbidden & self._forbidden.required_in_place.of(target)
        sent = context.sent & self._forbidden.in_place.of(target)
        is_applied = context.is_applied and is_discriminated(self.contract, target)
        names = self._dynamic.names_below(target) if context.anchors else ()
        anchors = tuple((name, anchor) for name, anchor in context.anchors if name in names)
        others = [*sorted(forbidden), *(f"with {name}" for name in sorted(sent))]
        others += [anchor for _, anchor in anchors]
        name = "-".join(map(_definition_name, [pointer, *others])) + (APPLIED if is_applied else "")
        if name not in self.definitions:
            # A recursive schema refers to its own definition before there is one.
            self.definitions[name] = True
            self._pending.append((name, target, Context(forbidden, sent, is_applied, anchors)))
        return name

    def _define_dynamic(self, pointer: str, context: Context) -> str:
        """The same for a `$dynamicRef`, which leads to the outermost of the anchors with its name."""
        within = context.within(self.contract.references.anchors_around(pointer))
        return self._define(dict(within.anchors)[self._dynamic.name(pointer)], context)

    def _keyword(self, keyword: str, value: Json, context: Context) -> Json:
        if keyword in ("not", "if"):
            return self._schema(value, context)
        if keyword in OF_ONE:
            return self._readable(value, context if keyword in IN_PLACE else context.of_inner_value)
        if keyword == "allOf":
            return [self._schema(subschema, context) for subschema in value]
        if keyword in OF_LIST:
            inner = context if keyword in IN_PLACE else context.of_inner_value
            return [self._readable(subschema, inner) for subschema in value]
        if keyword in OF_NAMES:
            inner = context.of_inner_value
            return {name: self._readable(subschema, inner) for name, subschema in value.items()}
        if keyword == "$ref":
            return self._define(value, context)
        return value

    def _without_forbidden(self, schema: JsonObject, translated: JsonObject, context: Context) -> JsonObject:
        """A translated schema that forbids properties that the message must not have, and does not require
        them.
        """
        own = self._forbidden.own(schema) - context.sent
        if own:
            is_response = self.message_type is MessageType.RESPONSE
            never: Json = {WRITE_ONLY: True, "not": {}} if is_response else False
            properties = {
                name: never if name in own else subschema
                for name, subschema in translated["properties"].items()
            }
            translated = {**translated, "properties": properties}
        forbidden = own | context.forbidden
        if forbidden and isinstance(translated.get("required"), list):
            required = [name for name in translated["required"] if name not in forbidden]
            translated = {**translated, "required": required}
        return translated

    def _readable_discriminator(self, schema: JsonObject, context: Context) -> JsonObject:
        """The discriminator of a request, with the reference of each value; empty when it cannot be read."""
        property_name, pointers = read_discriminator(self.contract, schema)
        mapping = {
            name: {"$ref": self._define(pointer, context.of_inner_value)}
            for name, pointer in pointers.items()
            if pointer is not None
        }
        return {"discriminator": {"propertyName": property_name, "mapping": mapping}} if property_name else {}

    def _with_checked_discriminator(
        self, schema: JsonObject, translated: JsonObject, context: Context
    ) -> JsonObject:
        """A schema of responses in which the discriminator names a branch that fits the value, even if other
        branches do, too. Within that branch the same discriminator is not applied again.
        """
        if "oneOf" in translated and "anyOf" not in translated:
            translated = {**translated, "anyOf": translated["oneOf"]}
            del translated["oneOf"]
        property_name, pointers = read_discriminator(self.contract, schema)
        if context.is_applied or not pointers:
            return translated
        for pointer in [pointer for pointer in pointers.values() if pointer]:
            pointers.setdefault(last_name(pointer), pointer)
        listed = branch_references(schema)
        if not listed:
            names = component_names(self.contract, schema)
            pointers |= {name: None for name in names if name not in pointers}
        branches = {
            name: {"$ref": self._define(pointer, replace(context.of_inner_value, is_applied=True))}
            if pointer
            else None
            for name, pointer in pointers.items()
        }
        all_named = are_all_named(self.contract, schema, listed)
        check = discriminator_check(property_name, branches, all_named)
        return {**translated, "allOf": [*translated.get("allOf", ()), check]}


def _definition_name(pointer: str) -> str:
    """A name for a reference that needs no escaping in a URI or a JSON pointer."""
    path = unquote(pointer).removeprefix("#/")
    return re.sub(r"[^A-Za-z0-9_-]", lambda match: "." if match[0] == "/" else f"_{ord(match[0]):x}_", path)
