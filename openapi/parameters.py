"""Parameters and headers as text: read by their schemas, written from values (OpenAPI 3.0.3,
Parameter Object, Style Values).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from openapi.dialect import Schema

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INTEGER_DIGITS = 400
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of an operation, or a header of a response; `location` is path, query, header
    or cookie.
    """

    name: str
    location: str
    required: bool
    style: str
    explode: bool
    schema: Schema

    def read(self, texts: Sequence[str]) -> Any:
        """The value of a parameter from its occurrences in a request, already percent-decoded.

        Text that is no value of the schema's types comes back as it is, for the schema to refuse.
        """
        if "array" in self.schema.types:
            parts = texts if self.explode and self.location == "query" else self._split(texts[0])
            return [_scalar(part, self.schema.item_types) for part in parts]
        return _scalar(texts[0], self.schema.types)

    def write(self, value: Any) -> list[tuple[str, str]]:
        """Pairs of name and text, not percent-encoded; an exploded array gives several."""
        if not isinstance(value, list):
            return [(self.name, _text(value))]
        if self.explode and self.location == "query":
            return [(self.name, _text(item)) for item in value]
        return [(self.name, self._delimiter.join(_text(item) for item in value))]

    @property
    def _delimiter(self) -> str:
        return _DELIMITERS.get(self.style, ",")

    def _split(self, text: str) -> list[str]:
        return [part.strip() for part in text.split(self._delimiter)] if text else []


def percent_encoded(text: str) -> str:
    """Safe in any part of a URL (RFC 3986, section 2.3)."""
    return quote(text, safe="")


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


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    return str(value)
