"""Translates schemas of OpenAPI 3.0 and 3.1 to JSON Schema 2020-12, for requests or for responses."""

import re
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
    is_discriminated,
    read_discriminator,
    tags,
)
from openapi.flat_schema import DEFINITIONS
from openapi.forbidden_properties import ForbiddenProperties, required_in_place
from openapi.message_type import MessageType
from openapi.openapi_30 import without_openapi_30
from openapi.references import last_name

ALL_TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})

# Keywords of translated schemas: what marks a property that responses must not have, and the branches of a
# discriminator.
WRITE_ONLY = "writeOnly"
BRANCHES = "x-branches"

# Ends the name of a definition whose discriminator has been applied where it is referred to.
APPLIED = "--plain"


@dataclass(frozen=True)
class _Context:
    """What schemas around a schema say of the same value: which properties are `forbidden`, so that it cannot
    require them, and whether its discriminator `is_applied` already.
    """

    forbidden: frozenset[str] = frozenset()
    is_applied: bool = False


_NO_CONTEXT = _Context()


@dataclass(frozen=True)
class SchemaTranslator:
    """Translates the schemas of one contract for one type of messages, and what they refer to once.

    `definitions` are the translated schemas that references have led to so far.
    """

    contract: Contract
    message_type: MessageType
    definitions: dict[str, Json] = field(default_factory=dict)

    def translate(self, schema: Json) -> Json:
        """The schema in 2020-12; its references lead to `definitions`.

        Raises ContractError on a reference that leads nowhere.
        """
        return self._schema(schema, _NO_CONTEXT)

    def bundle(self, schema: Json) -> Json:
        """A translated schema with the definitions that it refers to in its own `$defs` (JSON Schema 2020-12
        Core, section 9.3).
        """
        names: set[str] = set()
        pending = [schema]
        while pending:
            for name in _references(pending.pop()):
                if name not in names and name in self.definitions:
                    names.add(name)
                    pending.append(self.definitions[name])
        if not names:
            return schema
        return {**schema, "$defs": {name: self.definitions[name] for name in sorted(names)}}

    @cached_property
    def _forbidden(self) -> ForbiddenProperties:
        return ForbiddenProperties(self.contract, self.message_type)

    def _schema(self, schema: Json, context: _Context) -> Json:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise ContractError(f"{self.contract.source}: a schema must be an object, not {schema!r}")
        if any(keyword in schema for keyword in IN_PLACE):
            context = replace(context, forbidden=context.forbidden | self._forbidden.in_place(schema))
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, context)
        translated = {
            keyword: self._keyword(keyword, value, context)
            for keyword, value in schema.items()
            if keyword != "discriminator"
        }
        if "discriminator" in schema and self.message_type is MessageType.REQUEST:
            translated |= self._readable_discriminator(schema)
        if "discriminator" in schema and self.message_type is MessageType.RESPONSE:
            translated = self._with_checked_discriminator(schema, translated, context)
        if self.contract.version == (3, 0):
            translated = without_openapi_30(translated, self.message_type)
        return self._without_forbidden(schema, translated, context.forbidden)

    def _reference(self, schema: JsonObject, context: _Context) -> Json:
        reference = {"$ref": self._define(schema["$ref"], context)}
        siblings = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
        if not siblings or self.contract.version == (3, 0):
            return reference
        return {**self._schema(siblings, context), **reference}

    def _define(self, pointer: str, context: _Context) -> str:
        """Translate what a pointer leads to, unless it is defined already. Returns the pointer to its
        definition, of which there is one per context that matters.
        """
        target = self.contract.at(pointer)
        forbidden = context.forbidden & required_in_place(self.contract, target, set())
        is_applied = context.is_applied and is_discriminated(self.contract, target)
        names = [_definition_name(pointer), *(f"-{_definition_name(name)}" for name in sorted(forbidden))]
        name = "".join(names) + (APPLIED if is_applied else "")
        if name not in self.definitions:
            # A recursive schema refers to its own definition before there is one.
            self.definitions[name] = True
            self.definitions[name] = self._schema(target, _Context(forbidden, is_applied))
        return DEFINITIONS + name

    def _keyword(self, keyword: str, value: Json, context: _Context) -> Json:
        inner = context if keyword in IN_PLACE else _NO_CONTEXT
        if keyword in OF_ONE and isinstance(value, dict):
            return self._schema(value, inner)
        if keyword in OF_LIST and isinstance(value, list):
            return [self._schema(subschema, inner) for subschema in value]
        if keyword in OF_NAMES and isinstance(value, dict):
            return {name: self._schema(subschema, _NO_CONTEXT) for name, subschema in value.items()}
        return value

    def _without_forbidden(
        self, schema: JsonObject, translated: JsonObject, from_context: frozenset[str]
    ) -> JsonObject:
        """A translated schema that forbids properties that the message must not have, and does not require
        them.
        """
        own = self._forbidden.own(schema)
        if own:
            is_response = self.message_type is MessageType.RESPONSE
            never: Json = {WRITE_ONLY: True, "not": {}} if is_response else False
            properties = {
                name: never if name in own else subschema
                for name, subschema in translated["properties"].items()
            }
            translated = {**translated, "properties": properties}
        forbidden = own | from_context
        if forbidden and isinstance(translated.get("required"), list):
            required = [name for name in translated["required"] if name not in forbidden]
            translated = {**translated, "required": required}
        return translated

    def _readable_discriminator(self, schema: JsonObject) -> JsonObject:
        """The discriminator of a request, with the reference of each value; empty when it cannot be read."""
        property_name, pointers = read_discriminator(self.contract, schema)
        mapping = {
            name: {"$ref": self._define(pointer, _NO_CONTEXT)}
            for name, pointer in pointers.items()
            if pointer is not None
        }
        return {"discriminator": {"propertyName": property_name, "mapping": mapping}} if property_name else {}

    def _with_checked_discriminator(
        self, schema: JsonObject, translated: JsonObject, context: _Context
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
            name: {"$ref": self._define(pointer, _Context(is_applied=True))} if pointer else None
            for name, pointer in pointers.items()
        }
        all_named = are_all_named(self.contract, schema, listed)
        check = _discriminator_check(property_name, branches, all_named)
        return {**translated, "allOf": [*translated.get("allOf", ()), check]}


def _discriminator_check(
    property_name: str, branches: dict[str, JsonObject | None], all_named: bool
) -> JsonObject:
    """The schema of objects whose property names a branch that they fit. Where all branches are named, other
    values of the property are wrong.
    """
    checks: list[Json] = [
        {
            "if": {
                "type": "object",
                "required": [property_name],
                "properties": {property_name: {"enum": tags(name)}},
            },
            "then": branch,
        }
        for name, branch in branches.items()
        if branch
    ]
    check: JsonObject = {BRANCHES: {"propertyName": property_name, "names": branches}, "allOf": checks}
    if all_named:
        values = [tag for name in branches for tag in tags(name)]
        check["if"] = {"type": "object", "required": [property_name]}
        check["then"] = {"properties": {property_name: {"enum": values}}}
    return check


def _definition_name(pointer: str) -> str:
    """A name for a reference that needs no escaping in a URI or a JSON pointer."""
    path = unquote(pointer).removeprefix("#/")
    return re.sub(r"[^A-Za-z0-9_-]", lambda match: "." if match[0] == "/" else f"_{ord(match[0]):x}_", path)


def _references(schema: Any) -> set[str]:
    """Names of the `$defs` that a translated schema refers to."""
    names: set[str] = set()
    pending = [schema]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            reference = current.get("$ref")
            if isinstance(reference, str):
                names.add(reference.removeprefix(DEFINITIONS))
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return names
