"""How parameters are written as text, and read (OpenAPI 3.0.3, Parameter Object, Style Values)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

import orjson

DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_RESERVED = ":/?@!$'()*,;"

# Header fields and cookies may have these texts as they are; others are percent-encoded (RFC 8187, section
# 3.2.1), except for the characters below.
_PLAIN = {"header": re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?"), "cookie": re.compile(r"[!#-+\--:<-\[\]-~]*")}
_PLAIN_CHARACTERS = {"header": "!\"#$&'()*+,/:;<=>?@[\\]^`{|}", "cookie": "!#$&'()*+/:<=>?@[]^`{|}"}
_LARGEST_EXACT = 2**53


@dataclass(frozen=True)
class Serialization:
    """Writes and splits the values of one parameter. `location` is path, query, header or cookie; `style`,
    `explode` and `allow_reserved` are fields of the Parameter Object.
    """

    name: str
    location: str
    style: str
    explode: bool
    allow_reserved: bool = False

    @cached_property
    def delimiter(self) -> str:
        """What separates the items of an array, or the names and values of an object, in one text: empty
        where each has a name of its own in the query.
        """
        if self.explode and self.location == "query":
            return ""
        if self.explode and self.style in ("label", "matrix"):
            return {"label": ".", "matrix": ";"}[self.style]
        return DELIMITERS.get(self.style, ",")

    @property
    def encodes_delimiter(self) -> bool:
        """Whether the delimiter can be part of an item, percent-encoded, and is not taken for one that
        separates: those of pipes and spaces are encoded themselves, a full stop never is.
        """
        is_url = self.location in ("path", "query")
        return is_url and self.style not in DELIMITERS and self.delimiter != "."

    def write(self, value: Any) -> str:
        """A value in its style, percent-encoded; empty for an empty array or object."""
        if isinstance(value, Mapping):
            return self._object({str(name): item for name, item in value.items()})
        if isinstance(value, list):
            return self._array([self._encode_part(as_text(item)) for item in value])
        return self._with_prefix(self._encode(as_text(value)))

    def write_text(self, text: str) -> str:
        """The text of a value that has a media type instead of a style."""
        if self.location in ("path", "header"):
            return self._encode(text)
        return f"{self._encode(self.name)}={self._encode(text)}"

    def is_unchanged(self, value: Any) -> bool:
        """Whether the texts of a value are written as they are, without percent-encoding that the reader of a
        header field or cookie may not expect.
        """
        plain = _PLAIN.get(self.location)
        return plain is None or all(plain.fullmatch(text) for text in texts_of(value))

    def _encode(self, text: str) -> str:
        plain = _PLAIN.get(self.location)
        if plain is not None:
            return text if plain.fullmatch(text) else quote(text, safe=_PLAIN_CHARACTERS[self.location])
        return quote(text, safe=_RESERVED if self.allow_reserved else "")

    def _encode_part(self, text: str) -> str:
        """The text of an item, in which its delimiter is encoded."""
        encoded = self._encode(text)
        if self.allow_reserved and self.delimiter and self.encodes_delimiter:
            return encoded.replace(self.delimiter, quote(self.delimiter, safe=""))
        return encoded

    def _with_prefix(self, encoded: str) -> str:
        match self.style:
            case "label":
                return f".{encoded}"
            case "matrix":
                return f";{quote(self.name, safe='')}={encoded}"
        if self.location in ("query", "cookie"):
            return f"{self._encode(self.name)}={encoded}"
        return encoded

    def _array(self, encoded: list[str]) -> str:
        if not encoded:
            return ""
        if self.explode and self.location == "query":
            return "&".join(self._with_prefix(text) for text in encoded)
        if self.explode and self.style in ("label", "matrix"):
            return "".join(self._with_prefix(text) for text in encoded)
        delimiter = quote(self.delimiter, safe=",") if self.location == "query" else self.delimiter
        return self._with_prefix(delimiter.join(encoded))

    def _object(self, properties: Mapping[str, Any]) -> str:
        if self.style == "deepObject":
            return "&".join(_deep_object(self.name, properties))
        pairs = [
            (self._encode_part(name), self._encode_part(as_text(item))) for name, item in properties.items()
        ]
        if not self.explode:
            return self._array([text for pair in pairs for text in pair])
        assignments = [f"{name}={text}" for name, text in pairs]
        match self.style:
            case "label":
                return "".join(f".{assignment}" for assignment in assignments)
            case "matrix":
                return "".join(f";{assignment}" for assignment in assignments)
        return ("&" if self.location == "query" else ",").join(assignments)


def as_text(value: Any) -> str:
    """A value as plain text: null is empty, arrays and objects are JSON, whole numbers have no fraction."""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, (Mapping, list)):
        return orjson.dumps(value).decode()
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT:
        return str(int(value))
    return str(value)


def texts_of(value: Any) -> Iterator[str]:
    """The texts that a value is put together of, before they are encoded."""
    if isinstance(value, Mapping):
        yield from map(str, value)
        yield from map(as_text, value.values())
    elif isinstance(value, list):
        yield from map(as_text, value)
    else:
        yield as_text(value)


def _deep_object(name: str, value: Any) -> Iterator[str]:
    """`filter[a][b]=c`, with the same name again for each item of an array."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _deep_object(f"{name}[{key}]", item)
    elif isinstance(value, list):
        for item in value:
            yield from _deep_object(name, item)
    else:
        yield f"{quote(name, safe='[]')}={quote(as_text(value), safe='')}"
