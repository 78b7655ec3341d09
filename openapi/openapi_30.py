"""Keywords in which OpenAPI 3.0 differs from JSON Schema 2020-12."""

from openapi.contract import JsonObject
from openapi.message_type import MessageType

_NULL: JsonObject = {"type": "null"}


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
