"""Parameters and headers as text: read by their schemas, written from values (OpenAPI 3.0.3,
Parameter Object, Style Values).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from openapi import media_types
from openapi.schema import Schema
from openapi.schema_translator import ALL_TYPES

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INTEGER_DIGITS = 400
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_RESERVED = ":/?@!$'()*,;"

# What may stand in a text of each location so that everyone reads it alike: a slash or a dot segment
# in a path is taken for a part of the path (RFC 3986, section 3.3), fields and cookies have a grammar
# of their own (RFC 9110, section 5.5; RFC 6265, section 4.1.1).
_UNAMBIGUOUS = {
    "path": r"^(?!\.{1,2}$)[^/\\\u0000-\u0020\u007f?#%;]+$",
    "query": r"^[^\u0000-\u001f\u007f]+$",
    "header": r"^[!-~]([ -~]*[!-~])?$",
    "cookie": r"^[!#-+\--:<-\[\]-~]+$",
}
# As they are, fields and cookies hold these texts only; others are percent-encoded (RFC 8187, section 3.2.1).
_PLAIN = {"header": re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?"), "cookie": re.compile(r"[!#-+\--:<-\[\]-~]*")}
_PLAIN_CHARACTERS = {"header": "!\"#$&'()*+,/:;<=>?@[\\]^`{|}", "cookie": "!#$&'()*+/:<=>?@[]^`{|}"}
# Segments of a path that are taken for something else, however they are encoded (RFC 3986, section 5.2.4).
NO_SEGMENTS = ("", ".", "..")
_UNAMBIGUOUS_PART = r"^[^\u0000-\u0020\u007f/\\?#%,;.|=&\"]+$"


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of an operation, or a header of a response; `location` is path, query, header
    or cookie, `media_type` that of its `content` if it has that instead of a style, `examples` those
    that stand beside its schema.
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
        """The value of a parameter from its occurrences in a request, already percent-decoded.

        Text that is no value of the schema's types comes back as it is, for the schema to refuse.
        """
        if media_types.is_json(self.media_type):
            return _json(texts[0])
        types = self.schema.types
        if "array" in types and types != ALL_TYPES:
            parts = texts if self.explode and self.location == "query" else self._split(texts[0])
            return [_scalar(part, self.schema.item_types) for part in parts]
        if "object" in types and "string" not in types:
            return self._read_object(texts[0])
        return _scalar(texts[0], types)

    def write(self, value: Any) -> str:
        """The parameter as it stands in its location, percent-encoded where that is a URL: the text in
        place of a path's expression, `name=text` joined by & in a query, the text of a header,
        `name=text` in a cookie. Empty when there is nothing to write, as for an empty array.
        """
        if self.media_type:
            return self._named(self._as_json(value) if media_types.is_json(self.media_type) else _text(value))
        if isinstance(value, Mapping):
            return self._write_object({str(name): each for name, each in value.items()})
        if isinstance(value, list):
            return self._write_array([self._encoded(_text(each)) for each in value])
        return self._prefixed(self._encoded(_text(value)))

    def fits(self, value: Any) -> bool:
        """Whether a value arrives as it is in its location: a path has no segments that are empty or made of
        dots, fields and cookies hold certain characters only.
        """
        if self.location == "path":
            return self.write(value) not in NO_SEGMENTS
        plain = _PLAIN.get(self.location)
        if plain is None or media_types.is_json(self.media_type):
            return True
        return all(plain.fullmatch(text) for text in _texts(value))

    def rules(self) -> tuple[Any, ...]:
        """JSON Schemas of values that everyone reads alike from the text they are written as."""
        types = self.schema.types
        rules: list[Any] = [{"type": sorted(types - {"null"})}] if "null" in types else []
        if self.examples:
            rules.append({"examples": [*self.examples]})
        if self.media_type:
            return tuple(rules)
        part = {"minLength": 1, "pattern": _UNAMBIGUOUS_PART}
        if "string" in types:
            rules.append({"minLength": 1, "pattern": _UNAMBIGUOUS[self.location]})
        if "array" in types and types != ALL_TYPES:
            rules.append({"minItems": 1, "items": part})
        if "object" in types and types != ALL_TYPES:
            rules.append({"minProperties": 1, "additionalProperties": part})
        return tuple(rules)

    def _as_json(self, value: Any) -> str:
        """JSON of ASCII characters where others would not pass."""
        if self.location in ("header", "cookie"):
            return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")
        return orjson.dumps(value).decode()

    def _encoded(self, text: str) -> str:
        plain = _PLAIN.get(self.location)
        if plain is not None:
            return text if plain.fullmatch(text) else quote(text, safe=_PLAIN_CHARACTERS[self.location])
        return quote(text, safe=_RESERVED if self.allow_reserved else "")

    def _named(self, text: str) -> str:
        if self.location in ("path", "header"):
            return self._encoded(text)
        return f"{self._encoded(self.name)}={self._encoded(text)}"

    def _prefixed(self, text: str) -> str:
        """A text that is encoded already, with what its style puts before it."""
        match self.style:
            case "label":
                return f".{text}"
            case "matrix":
                return f";{self.name}={text}"
        if self.location in ("query", "cookie"):
            return f"{self._encoded(self.name)}={text}"
        return text

    def _write_array(self, texts: list[str]) -> str:
        if not texts:
            return ""
        if self.explode and self.location == "query":
            return "&".join(self._prefixed(text) for text in texts)
        if self.explode and self.style in ("label", "matrix"):
            return "".join(self._prefixed(text) for text in texts)
        return self._prefixed(self._encoded_delimiter.join(texts))

    def _write_object(self, value: Mapping[str, Any]) -> str:
        if self.style == "deepObject":
            return "&".join(_deep(self.name, value))
        pairs = [(self._encoded(name), self._encoded(_text(each))) for name, each in value.items()]
        if not self.explode:
            return self._write_array([text for pair in pairs for text in pair]) if pairs else ""
        joined = [f"{name}={text}" for name, text in pairs]
        match self.style:
            case "label":
                return "".join(f".{each}" for each in joined)
            case "matrix":
                return "".join(f";{each}" for each in joined)
        return ("&" if self.location == "query" else ",").join(joined)

    def _read_object(self, text: str) -> Any:
        parts = self._split(text)
        texts = parts if self.explode else [f"{name}={each}" for name, each in _pairs(parts)]
        pairs = [each.partition("=") for each in texts]
        return {name: _scalar(each, self.schema.property_types(name)) for name, _, each in pairs}

    @property
    def _delimiter(self) -> str:
        return _DELIMITERS.get(self.style, ",")

    @property
    def _encoded_delimiter(self) -> str:
        return quote(self._delimiter, safe=",") if self.location == "query" else self._delimiter

    def _split(self, text: str) -> list[str]:
        return [part.strip() for part in text.split(self._delimiter)] if text else []


def _pairs(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(parts[::2], parts[1::2], strict=False)


def _deep(name: str, value: Any) -> Iterator[str]:
    """`filter[a][b]=c`, and the same name over again for the items of an array."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _deep(f"{name}[{key}]", each)
    elif isinstance(value, list):
        for each in value:
            yield from _deep(name, each)
    else:
        yield f"{quote(name, safe='[]')}={quote(_text(value), safe='')}"


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _scalar(text: str, types: frozenset[str]) -> Any:
    if "string" in types:
        return text
    if "integer" in types and _INTEGER.fullmatch(text) and len(text) <= _INTEGER_DIGITS:
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "null" in types and text in ("", "null"):
        return None
    return text


def _texts(value: Any) -> Iterator[str]:
    """The texts that a value is written as, before any encoding."""
    if isinstance(value, Mapping):
        yield from map(str, value)
        yield from map(_text, value.values())
    elif isinstance(value, list):
        yield from map(_text, value)
    else:
        yield _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, (Mapping, list)):
        return orjson.dumps(value).decode()
    return str(value)
