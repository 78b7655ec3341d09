"""OpenAPI schemas as JSON Schema 2020-12, as seen by a request or by a response."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.discriminators import are_all_named, known_branches, names_and_branches, own_names, tags
from openapi.flat_schema import DEFINITIONS
from openapi.message_type import MessageType
from openapi.openapi_30 import without_openapi_30
from openapi.references import last_name

ALL_TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})

# In a translated schema, what marks a property that must not be there, and the names of a discriminator.
WRITE_ONLY = "writeOnly"
BRANCHES = "x-branches"

_NULL: JsonObject = {"type": "null"}
_DEPTH_OF_PARTS = 5
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
_IN_PLACE = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")
_SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SUBSCHEMA_MAPS = ("patternProperties", "dependentSchemas", "$defs", "definitions")


@dataclass(frozen=True)
class _Context:
    """What schemas beside a schema say of the same value: it cannot require properties that they have
    `barred`; where it is `plain`, a discriminator has led there already.
    """

    barred: frozenset[str] = frozenset()
    plain: bool = False


_FREE = _Context()


@dataclass(frozen=True)
class SchemaTranslator:
    """Translates the schemas of one contract for one message_type; each reference once.

    `definitions` are the translated schemas that references have led to so far.
    """

    contract: Contract
    message_type: MessageType
    definitions: dict[str, Json] = field(default_factory=dict)
    _barred: dict[int, frozenset[str]] = field(default_factory=dict)

    def node(self, schema: Json) -> Json:
        """The schema in 2020-12; its references lead to `definitions`.

        Raises ContractError on a reference that leads nowhere.
        """
        return self._schema(schema, _FREE)

    def bundle(self, node: Json) -> Json:
        """A translated schema made self-contained: what it refers to stands in its own `$defs`."""
        reached: set[str] = set()
        pending = [node]
        while pending:
            for name in _references(pending.pop()):
                if name not in reached and name in self.definitions:
                    reached.add(name)
                    pending.append(self.definitions[name])
        if not reached:
            return node
        return {**node, "$defs": {name: self.definitions[name] for name in sorted(reached)}}

    def _schema(self, schema: Json, context: "_Context") -> Json:
        """A schema as it holds in its context."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise ContractError(f"{self.contract.source}: a schema must be an object, not {schema!r}")
        if any(key in schema for key in _IN_PLACE):
            context = replace(context, barred=context.barred | self._barred_by(schema))
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, context)
        translated = {
            key: self._keyword(key, value, context) for key, value in schema.items() if key != "discriminator"
        }
        if "discriminator" in schema and self.message_type is MessageType.REQUEST:
            translated |= self._discriminator(schema)
        if "discriminator" in schema and self.message_type is MessageType.RESPONSE:
            translated = self._told_apart(schema, translated, context)
        if self.contract.version == (3, 0):
            translated = without_openapi_30(translated, self.message_type)
        return self._directed(schema, translated, context.barred)

    def _reference(self, schema: JsonObject, context: "_Context") -> Json:
        reference = {"$ref": self._defined(schema["$ref"], context)}
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        if not siblings or self.contract.version == (3, 0):
            return reference
        return {**self._schema(siblings, context), **reference}

    def _defined(self, pointer: str, context: "_Context") -> str:
        """Where the definition of what a pointer leads to stands; made when first asked for."""
        target = self.contract.at(pointer)
        relevant = context.barred & self._required_by(target, set())
        plain = context.plain and self._is_discriminated(target)
        name = "".join(
            (_definition_name(pointer), *(f"-{_definition_name(each)}" for each in sorted(relevant)))
        )
        name = f"{name}--plain" if plain else name
        if name not in self.definitions:
            self.definitions[name] = True
            self.definitions[name] = self._schema(target, _Context(relevant, plain))
        return DEFINITIONS + name

    def _keyword(self, key: str, value: Json, context: "_Context") -> Json:
        within = context if key in _IN_PLACE else _FREE
        if key in _SUBSCHEMA and isinstance(value, dict):
            return self._schema(value, within)
        if key in _SUBSCHEMA_LISTS and isinstance(value, list):
            return [self._schema(item, within) for item in value]
        if key in (*_SUBSCHEMA_MAPS, "properties") and isinstance(value, dict):
            return {name: self._schema(item, _FREE) for name, item in value.items()}
        return value

    def _directed(self, schema: JsonObject, translated: JsonObject, beside: frozenset[str]) -> JsonObject:
        own = self._own_barred(schema)
        if own:
            properties = translated["properties"]
            never: Json = (
                {WRITE_ONLY: True, "not": {}} if self.message_type is MessageType.RESPONSE else False
            )
            kept = {name: never if name in own else each for name, each in properties.items()}
            translated = {**translated, "properties": kept}
        barred = own | beside
        if barred and isinstance(translated.get("required"), list):
            required = [name for name in translated["required"] if name not in barred]
            translated = {**translated, "required": required}
        return translated

    def _own_barred(self, schema: JsonObject) -> frozenset[str]:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return frozenset()
        return frozenset(name for name, each in properties.items() if self._is_barred(each))

    def _is_barred(self, schema: Json, depth: int = 0) -> bool:
        if not isinstance(schema, dict):
            return False
        word = self.message_type.value
        if schema.get(word) is True and ("$ref" not in schema or self.contract.version != (3, 0)):
            return True
        resolved = self.contract.resolve(schema)
        if not isinstance(resolved, dict):
            return False
        parts = resolved.get("allOf")
        within = parts if isinstance(parts, list) and depth < _DEPTH_OF_PARTS else ()
        return resolved.get(word) is True or any(self._is_barred(each, depth + 1) for each in within)

    def _barred_by(self, schema: Json) -> frozenset[str]:
        """The properties that a schema bars, itself or by what applies in its place."""
        if not isinstance(schema, dict):
            return frozenset()
        if id(schema) not in self._barred:
            self._barred[id(schema)] = frozenset()
            parts = (self._barred_by(each) for each in self._in_place(schema))
            self._barred[id(schema)] = self._own_barred(schema).union(*parts)
        return self._barred[id(schema)]

    def _required_by(self, schema: Json, seen: set[int]) -> frozenset[str]:
        if not isinstance(schema, dict) or id(schema) in seen:
            return frozenset()
        seen.add(id(schema))
        required = schema.get("required")
        own = frozenset(required if isinstance(required, list) else ())
        return own.union(*(self._required_by(each, seen) for each in self._in_place(schema)))

    def _in_place(self, schema: JsonObject) -> Iterator[Json]:
        """Schemas that apply to the same value as this one."""
        if isinstance(schema.get("$ref"), str):
            yield self.contract.at(schema["$ref"])
        for key in ("allOf", "anyOf", "oneOf"):
            if isinstance(schema.get(key), list):
                yield from schema[key]
        yield from (schema[key] for key in ("if", "then", "else") if key in schema)

    def _is_discriminated(self, schema: Json) -> bool:
        """Whether a discriminator tells of the same value as this schema."""
        seen: set[int] = set()
        pending = [schema]
        while pending:
            each = pending.pop()
            if isinstance(each, dict) and id(each) not in seen:
                if "discriminator" in each:
                    return True
                seen.add(id(each))
                pending.extend(self._in_place(each))
        return False

    def _discriminator(self, schema: JsonObject) -> JsonObject:
        """The names that tell alternatives apart, each with the reference it stands for (OpenAPI
        3.0.3, Discriminator Object); nothing when it cannot be read.
        """
        name, pointers = names_and_branches(self.contract, schema)
        mapping = {
            each: {"$ref": self._defined(pointer, _FREE)}
            for each, pointer in pointers.items()
            if pointer is not None
        }
        return {"discriminator": {"propertyName": name, "mapping": mapping}} if name else {}

    def _told_apart(self, schema: JsonObject, translated: JsonObject, context: "_Context") -> JsonObject:
        """A schema of answers whose discriminator holds: its value names a branch, and that branch fits,
        be there others that do, too. Within the branch, the discriminator that led there leads no further.
        """
        if "oneOf" in translated and "anyOf" not in translated:
            translated = {**translated, "anyOf": translated["oneOf"]}
            del translated["oneOf"]
        name, pointers = names_and_branches(self.contract, schema)
        if context.plain or not pointers:
            return translated
        for pointer in [each for each in pointers.values() if each]:
            pointers.setdefault(last_name(pointer), pointer)
        listed = known_branches(schema)
        if not listed:
            pointers |= {own: None for own in own_names(self.contract, schema) if own not in pointers}
        branches = {
            each: {"$ref": self._defined(pointer, _Context(plain=True))} if pointer else None
            for each, pointer in pointers.items()
        }
        checks: list[Json] = [
            {"if": {"type": "object", "required": [name], "properties": {name: {"enum": tags(each)}}},
             "then": branch}
            for each, branch in branches.items() if branch
        ]  # fmt: skip
        check: JsonObject = {BRANCHES: {"propertyName": name, "names": branches}, "allOf": checks}
        if are_all_named(self.contract, schema, listed):
            known = [tag for each in branches for tag in tags(each)]
            check["if"] = {"type": "object", "required": [name]}
            check["then"] = {"properties": {name: {"enum": known}}}
        return {**translated, "allOf": [*translated.get("allOf", ()), check]}


def _definition_name(pointer: str) -> str:
    """A name for a reference that needs no escaping in a URI or a JSON pointer."""
    path = unquote(pointer).removeprefix("#/")
    return re.sub(r"[^A-Za-z0-9_-]", lambda each: "." if each[0] == "/" else f"_{ord(each[0]):x}_", path)


def _references(node: Any) -> set[str]:
    """Names of the `$defs` that a translated schema refers to."""
    found: set[str] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            reference = each.get("$ref")
            if isinstance(reference, str):
                found.add(reference.removeprefix(DEFINITIONS))
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
    return found
