"""Parameters of requests, and headers of responses: read by their schemas, written from values."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from openapi import media_types
from openapi.keyword_values import ALL_TYPES
from openapi.limits import INTEGER_DIGITS
from openapi.schema import Schema
from openapi.serialization import Serialization, as_text

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

# Strings that everyone reads the same way in each location: a slash or a dot segment in a path is taken for a
# part of the path (RFC 3986, section 3.3), header fields and cookies have a grammar of their own (RFC 9110,
# section 5.5; RFC 6265, section 4.1.1).
_UNAMBIGUOUS = {
    "path": r"^(?!\.{1,2}$)[^/\\\u0000-\u0020\u007f?#%;]+$",
    "query": r"^[^\u0000-\u001f\u007f]+$",
    "header": r"^[!-~]([ -~]*[!-~])?$",
    "cookie": r"^[!#-+\--:<-\[\]-~]+$",
}
# The same for items of arrays and properties of objects, which delimiters separate.
_UNAMBIGUOUS_ITEM = r"^[^\u0000-\u0020\u007f/\\?#%,;.|=&\"]+$"
# Segments of a path that are taken for something else, however they are encoded (RFC 3986, section 5.2.4).
NO_SEGMENTS = ("", ".", "..")


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of an operation, or a header of a response.

    Larger than usual: it has one field per field of the Parameter Object.

    `location` is path, query, header or cookie. `media_type` is that of its `content`, if it has that instead
    of a style. `examples` are those beside its schema.
    """

    name: str
    location: str
    required: bool
    style: str
    explode: bool
    schema: Schema
    media_type: str = ""
    allow_reserved: bool = False
    examples: tuple[Any, ...] = ()

    def read(self, texts: Sequence[str]) -> Any:
        """The value of a parameter from its occurrences in a request, percent-decoded.

        Text that is no value of the schema's types is returned as it is, for the schema to refuse.
        """
        if media_types.is_json(self.media_type):
            return _read_json(texts[0])
        types = self.schema.types
        if "array" in types and types != ALL_TYPES:
            is_repeated = self.explode and self.location == "query"
            items = texts if is_repeated else self._serialization.split(texts[0])
            return [_read_scalar(item, self.schema.item_types) for item in items]
        if "object" in types and "string" not in types:
            return self._read_object(texts[0])
        return _read_scalar(texts[0], types)

    def write(self, value: Any) -> str:
        """The text of a value in its location, percent-encoded where that is a URL: what replaces the
        expression in a path, `name=text` joined by & in a query, the value of a header field, `name=text` in
        a cookie. Empty when there is nothing to write, as for an empty array.
        """
        if not self.media_type:
            return self._serialization.write(value)
        is_json = media_types.is_json(self.media_type)
        return self._serialization.write_text(self._as_json(value) if is_json else as_text(value))

    def fits(self, value: Any) -> bool:
        """Whether the service reads a value as it was written: segments of a path must not be empty or made
        of dots, header fields and cookies may have certain characters only.
        """
        if self.location == "path":
            return self.write(value) not in NO_SEGMENTS
        return media_types.is_json(self.media_type) or self._serialization.is_unchanged(value)

    def rules(self) -> tuple[Any, ...]:
        """JSON Schemas of values that everyone reads the same way from their text."""
        types = self.schema.types
        rules: list[Any] = [{"type": sorted(types - {"null"})}] if "null" in types else []
        if self.examples:
            rules.append({"examples": [*self.examples]})
        if self.media_type:
            return tuple(rules)
        item = {"minLength": 1, "pattern": _UNAMBIGUOUS_ITEM}
        if "string" in types:
            rules.append({"minLength": 1, "pattern": _UNAMBIGUOUS[self.location]})
        if "array" in types and types != ALL_TYPES:
            rules.append({"minItems": 1, "items": item})
        if "object" in types and types != ALL_TYPES:
            rules.append({"minProperties": 1, "additionalProperties": item})
        return tuple(rules)

    @cached_property
    def _serialization(self) -> Serialization:
        return Serialization(self.name, self.location, self.style, self.explode, self.allow_reserved)

    def _as_json(self, value: Any) -> str:
        """JSON, of ASCII characters alone where others are not allowed."""
        if self.location in ("header", "cookie"):
            return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")
        return orjson.dumps(value).decode()

    def _read_object(self, text: str) -> Any:
        parts = self._serialization.split(text)
        if self.explode:
            pairs = [tuple(part.partition("=")[::2]) for part in parts]
        else:
            pairs = [*zip(parts[::2], parts[1::2], strict=False)]
        return {name: _read_scalar(value, self.schema.property_types(name)) for name, value in pairs}


def _read_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _read_scalar(text: str, types: frozenset[str]) -> Any:
    if "string" in types:
        return text
    if "integer" in types and _INTEGER.fullmatch(text) and len(text) <= INTEGER_DIGITS:
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "null" in types and text in ("", "null"):
        return None
    return text
