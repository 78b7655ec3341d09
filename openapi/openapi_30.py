"""OpenAPI 3.0, where it differs from JSON Schema 2020-12."""

from openapi.contract import JsonObject
from openapi.message_type import MessageType

_NULL: JsonObject = {"type": "null"}


def without_openapi_30(schema: JsonObject, message_type: MessageType) -> JsonObject:
    """The keywords in which OpenAPI 3.0 differs from JSON Schema 2020-12.

    An `enum` without null does not allow it (OpenAPI proposal 2019-10-31, Clarify Nullable), but
    many take `nullable` for enough: nobody is to send it, and nobody is blamed for it. The same goes for
    `nullable` beside `allOf`, `oneOf` and `anyOf`, where it says nothing without a type.
    """
    translated = {key: value for key, value in schema.items() if key != "nullable"}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        is_flag = isinstance(translated.get(exclusive), bool)
        if is_flag and translated.pop(exclusive) and bound in translated:
            translated[exclusive] = translated.pop(bound)
    if schema.get("nullable") is True and "type" in translated:
        stated = translated["type"]
        translated["type"] = [*stated, "null"] if isinstance(stated, list) else [stated, "null"]
        if message_type is not MessageType.REQUEST and None not in translated.get("enum", (None,)):
            translated["enum"] = [*translated["enum"], None]
    parts = {key: translated[key] for key in ("allOf", "anyOf", "oneOf") if key in translated}
    if schema.get("nullable") is True and message_type is MessageType.RESPONSE and parts:
        others = {key: value for key, value in translated.items() if key not in parts}
        return {**others, "if": _NULL, "else": parts}
    return translated
