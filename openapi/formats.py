"""Formats that JSON Schema does not know (OpenAPI Format Registry)."""

import re
from collections.abc import Callable, Mapping

from openapi.contract import Json, JsonObject

# The lowest and the highest number of each format.
RANGES: Mapping[str, tuple[int, int]] = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
# Encoders of MIME break lines (RFC 2045, section 6.8), and OpenAPI 3.0.3 only says "base64 encoded".
_LINE_BREAKS = re.compile(r"[\r\n]")
_BASE64_URL = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?")

# What the validator is given for formats of strings (RFC 4648, sections 4 and 5).
STRING_FORMATS: dict[str, Callable[[str], bool]] = {
    "byte": lambda text: _BASE64.fullmatch(_LINE_BREAKS.sub("", text)) is not None,
    "base64url": lambda text: _BASE64_URL.fullmatch(text) is not None,
}


def with_range(schema: JsonObject) -> JsonObject:
    """A schema of numbers with the bounds of its format, unless its own bounds contradict those."""
    low, high = RANGES.get(str(schema.get("format")), (0, -1))
    types = schema.get("type", "integer")
    if low > high or not {"integer", "number"} & {*([types] if isinstance(types, str) else types)}:
        return schema
    least, most = _bound(schema, "minimum", low), _bound(schema, "maximum", high)
    if least > high or most < low:
        return schema
    return {**schema, "minimum": max(least, low), "maximum": min(most, high)}


def is_of_format(schema: JsonObject, keyword: str, bound: Json) -> bool:
    """Whether a bound of a schema is that of its format."""
    limits = RANGES.get(str(schema.get("format")))
    return limits is not None and bound == limits[keyword == "maximum"]


def _bound(schema: JsonObject, keyword: str, default: int) -> float:
    bound = schema.get(keyword)
    return bound if isinstance(bound, (int, float)) and not isinstance(bound, bool) else default
