"""Writes request bodies in their media type: JSON, forms, multipart, text and octets."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import orjson

from openapi import media_types
from openapi.parameters import Parameter
from openapi.schema import Schema

_BOUNDARY = "f6a5b3d7c1e94208"
_FORM = "application/x-www-form-urlencoded"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_BINARY_TYPES = ("image", "audio", "video", "font")
_BINARY = "application/octet-stream"

Encode = Callable[[Any], bytes]


@dataclass(frozen=True)
class Encoding:
    """How one property of a form is written (OpenAPI 3.0.3, Encoding Object)."""

    content_type: str = ""
    style: str = ""
    explode: bool = True
    allow_reserved: bool = False


@dataclass(frozen=True)
class Writer:
    """Writes bodies of one media type; `content_type` is the value of the request's header."""

    content_type: str
    encode: Encode


def writer(media_type: str, schema: Schema, encodings: Mapping[str, Encoding]) -> Writer | None:
    """The writer of bodies of a media type, or None when that is not supported."""
    name = media_types.essence(media_type)
    if media_types.is_json(name) or name in ("*/*", "application/*"):
        return Writer(media_type if media_types.is_json(name) else "application/json", _json)
    if name == _FORM:
        return Writer(name, _Form(schema, encodings).encode)
    if name.startswith("multipart/"):
        kind = name if name != "multipart/*" else "multipart/form-data"
        return Writer(f"{kind}; boundary={_BOUNDARY}", _Multipart(schema, encodings).encode)
    if name.startswith("text/"):
        kind = media_type if not name.endswith("*") else "text/plain"
        return Writer(kind, _text) if schema.types & {"string", "integer", "number", "boolean"} else None
    if name == _BINARY or name.partition("/")[0] in _BINARY_TYPES or "string" in schema.types - {"object"}:
        return Writer(name if not name.endswith("*") else _BINARY, _octets(name))
    return None


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def _text(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


def _octets(media_type: str) -> Encode:
    if media_type in ("image/png", "image/*"):
        return lambda _: _PIXEL
    return _text


@dataclass(frozen=True)
class _Form:
    """Names and texts joined by & (OpenAPI 3.0.3, Support for x-www-form-urlencoded Request Bodies)."""

    schema: Schema
    encodings: Mapping[str, Encoding]

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, Mapping):
            return _text(value)
        pairs = [pair for name, item in value.items() for pair in self._pairs(name, item)]
        return "&".join(pairs).encode()

    def _pairs(self, name: str, value: Any) -> Iterator[str]:
        encoding = self.encodings.get(name, Encoding())
        if encoding.style and not encoding.content_type:
            parameter = Parameter(
                name, "query", True, encoding.style, encoding.explode, self.schema,
                allow_reserved=encoding.allow_reserved,
            )  # fmt: skip
            yield from filter(None, [parameter.write(value)])
            return
        for item in value if isinstance(value, list) else [value]:
            yield f"{quote_plus(name)}={quote_plus(_plain(item))}"


@dataclass(frozen=True)
class _Multipart:
    """A part for each property, and for each item of one that is an array (RFC 7578; OpenAPI 3.0.3,
    Special Considerations for multipart Content).
    """

    schema: Schema
    encodings: Mapping[str, Encoding]

    def encode(self, value: Any) -> bytes:
        properties = value if isinstance(value, Mapping) else {"body": value}
        parts = [
            part
            for name, entry in properties.items()
            for item in (entry if isinstance(entry, list) else [entry])
            for part in self._part(name, item)
        ]
        return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])

    def _part(self, name: str, value: Any) -> Sequence[bytes]:
        disposition = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        content_type = self.encodings.get(name, Encoding()).content_type.partition(",")[0].strip()
        content = _plain(value).encode()
        if self.schema.holds_file(name) or (content_type and not _is_textual(content_type)):
            kind = content_type or _BINARY
            disposition += f'; filename="{_quoted(name)}.{_extension(kind)}"\r\nContent-Type: {kind}'
            content = _octets(kind)(_plain(value))
        elif content_type or isinstance(value, Mapping):
            disposition += f"\r\nContent-Type: {content_type or 'application/json'}"
        return (disposition.encode(), b"\r\n\r\n", content, b"\r\n")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _is_textual(content_type: str) -> bool:
    return media_types.is_json(content_type) or content_type.startswith("text/")


def _extension(content_type: str) -> str:
    kind = content_type.partition("/")[2].partition(";")[0]
    return kind if kind.isalnum() and len(kind) <= 4 else "bin"
