"""Keywords in which OpenAPI 3.0 differs from JSON Schema 2020-12."""

from openapi.contract import Json, JsonObject
from openapi.message_type import MessageType

_NULL: JsonObject = {"type": "null"}
# Keywords of JSON Schema that a Schema Object does not have, so that they mean nothing (OpenAPI 3.0.3, Schema
# Object, Properties).
_UNKNOWN = frozenset(
    {"const", "if", "then", "else", "contains", "minContains", "maxContains", "prefixItems",
     "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
     "additionalItems", "unevaluatedItems", "unevaluatedProperties", "$defs", "definitions", "$schema", "$id",
     "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary"}
)  # fmt: skip
# Of those, the ones beside which another keyword means less.
_WIDENING = {"patternProperties": "additionalProperties", "prefixItems": "items"}
_NAMED, _DATA = ("properties", "schemas"), ("example", "examples", "default", "enum")


def known_keywords(schema: JsonObject, message_type: MessageType, may_overlap: bool) -> JsonObject:
    """A schema of OpenAPI 3.0 without the keywords that mean nothing there. If branches of a choice
    `may_overlap` without these, more than one may fit.

    Authors who use them mean them: payloads have the value of a `const` that its type allows, and answers may
    have what a `patternProperties` or `prefixItems` excepts from the rule for all others.
    """
    if may_overlap and "oneOf" in schema and "anyOf" not in schema:
        others = {keyword: value for keyword, value in schema.items() if keyword != "oneOf"}
        schema = {**others, "anyOf": schema["oneOf"]}
    if not _UNKNOWN & schema.keys():
        return schema
    known = {keyword: value for keyword, value in schema.items() if keyword not in _UNKNOWN}
    if message_type is MessageType.REQUEST and "const" in schema:
        return {**known, "enum": [schema["const"]]} if _is_allowed(schema["const"], known) else known
    if message_type is MessageType.RESPONSE:
        for keyword, rule in _WIDENING.items():
            excepted = schema.get(keyword) if rule in schema else None
            if isinstance(excepted, dict):
                known[keyword] = dict.fromkeys(excepted, True)
            elif isinstance(excepted, list):
                known[keyword] = [True] * len(excepted)
    return known


def has_unknown_keywords(document: Json) -> bool:
    """Whether schemas of a document have keywords that mean nothing in OpenAPI 3.0, so that more branches of
    a choice than one may fit what its author has meant for one.
    """
    pending = [(document, False)]
    while pending:
        node, has_chosen_keys = pending.pop()
        if isinstance(node, list):
            pending += [(item, False) for item in node]
        elif isinstance(node, dict):
            if not has_chosen_keys and not _UNKNOWN.isdisjoint(node):
                return True
            pending += [
                (value, key in _NAMED and not has_chosen_keys)
                for key, value in node.items()
                if has_chosen_keys or key not in _DATA
            ]
    return False


def without_openapi_30(schema: JsonObject, message_type: MessageType) -> JsonObject:
    """A schema of OpenAPI 3.0 with `nullable` as 2020-12 writes it.

    An `enum` without null does not allow null (OpenAPI proposal 2019-10-31, Clarify Nullable), but many
    authors take `nullable` for enough: requests do not contain such a null, and responses may. The same holds
    for `nullable` beside `allOf`, `oneOf` and `anyOf`, where it means nothing without a type.
    """
    translated = {keyword: value for keyword, value in schema.items() if keyword != "nullable"}
    if schema.get("nullable") is True and "type" in translated:
        types = translated["type"]
        translated["type"] = [*types, "null"] if isinstance(types, list) else [types, "null"]
        if message_type is not MessageType.REQUEST and None not in translated.get("enum", (None,)):
            translated["enum"] = [*translated["enum"], None]
    choices = {key: translated[key] for key in ("allOf", "anyOf", "oneOf") if key in translated}
    if schema.get("nullable") is True and message_type is MessageType.RESPONSE and choices:
        others = {keyword: value for keyword, value in translated.items() if keyword not in choices}
        return {**others, "if": _NULL, "else": choices}
    return translated


def _is_allowed(value: Json, schema: JsonObject) -> bool:
    """Whether the type and the enum of a schema allow a value, as far as its own keywords say."""
    of_type = {str: ("string",), bool: ("boolean",), int: ("integer", "number"), float: ("number",),
               list: ("array",), dict: ("object",)}  # fmt: skip
    names = of_type.get(type(value), ())
    return schema.get("type", next(iter(names), "")) in names and value in schema.get("enum", [value])
