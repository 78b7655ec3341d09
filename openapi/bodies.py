"""Writes request bodies in their media type: JSON, forms, multipart, text and octets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote_plus

import orjson

from openapi import media_types
from openapi.keyword_values import ALL_TYPES
from openapi.parameters import Parameter
from openapi.sample_files import sample_file
from openapi.schema import Schema
from openapi.serialization import as_text

_BOUNDARY = "f6a5b3d7c1e94208"
FORM = "application/x-www-form-urlencoded"
_BINARY_TYPES = ("image", "audio", "video", "font")
_BINARY = "application/octet-stream"
# What is sent where the document has a range of media types.
_OF_RANGE = {"image": "image/png", "audio": "audio/wav", "video": "video/mp4", "font": "font/woff2",
             "text": "text/plain", "multipart": "multipart/form-data"}  # fmt: skip

Encode = Callable[[Any], bytes]
# Makes the header fields of a part, by the name of its property.
Fields = Mapping[str, Callable[[], Mapping[str, str]]]
NO_FIELDS: Fields = MappingProxyType({})
_SCALARS = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True)
class Encoding:
    """How one property of a form is written (OpenAPI 3.0.3, Encoding Object)."""

    content_type: str = ""
    style: str = ""
    explode: bool = True
    allow_reserved: bool = False
    headers: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class Writer:
    """Writes bodies of one media type; `content_type` is the value of the request's header."""

    content_type: str
    encode: Encode


def writer(
    media_type: str, schema: Schema, encodings: Mapping[str, Encoding], fields: Fields = NO_FIELDS
) -> Writer | None:
    """The writer of bodies of a media type, which is sent with its parameters as they stand; None when that
    is not supported. `fields` make the header fields of the parts of a property.
    """
    name = media_types.essence(media_type)
    kind, _, subtype = name.partition("/")
    if media_types.is_json(name) or name in ("*/*", "application/*"):
        return Writer(media_type if media_types.is_json(name) else "application/json", _json)
    if subtype == "*":
        name = media_type = _OF_RANGE.get(kind, _BINARY)
    if name == FORM:
        return Writer(media_type, _Form(schema, encodings).encode)
    if kind == "multipart":
        boundary = media_types.parameter(media_type, "boundary")
        content_type = media_type if boundary else f"{media_type}; boundary={_BOUNDARY}"
        return Writer(content_type, _Multipart(schema, encodings, fields, boundary or _BOUNDARY).encode)
    if kind == "text":
        return Writer(media_type, _text) if not schema.types.isdisjoint(_SCALARS) else None
    if name == _BINARY or kind in _BINARY_TYPES or "string" in schema.types:
        return Writer(media_type, _octets(name))
    return None


def form_rules(content_type: str, schema: Schema) -> tuple[Any, ...]:
    """JSON Schemas of values that leave a trace of each property when they are written as text or as a form,
    the most important first; none for other media types.
    """
    name = media_types.essence(content_type)
    if name.startswith("text/"):
        return ({"type": sorted(_SCALARS)},)
    if name != FORM and not name.startswith("multipart/"):
        return ()
    types = sorted(ALL_TYPES - {"null"})
    return (
        schema.facts.each_property({"type": types, "minItems": 1, "items": {"type": types}}),
        {"minProperties": 1},
        schema.facts.each_property({"minLength": 1, "items": {"minLength": 1}}),
    )


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def _text(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


def _octets(media_type: str) -> Encode:
    sample = sample_file(media_type)
    return _text if sample is None else lambda _: sample


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
        if value is None and name not in self.schema.required:
            return
        is_json = media_types.is_json(encoding.content_type)
        for item in value if isinstance(value, list) and not is_json else [value]:
            yield f"{quote_plus(name)}={quote_plus(_json(item).decode() if is_json else as_text(item))}"


@dataclass(frozen=True)
class _Multipart:
    """A part for each property, and for each item of one that is an array (RFC 7578; OpenAPI 3.0.3,
    Special Considerations for multipart Content).
    """

    schema: Schema
    encodings: Mapping[str, Encoding]
    fields: Fields
    boundary: str

    def encode(self, value: Any) -> bytes:
        properties = value if isinstance(value, Mapping) else {"body": value}
        parts = [
            part
            for name, entry in properties.items()
            if entry is not None or name in self.schema.required
            for item in (entry if isinstance(entry, list) else [entry])
            for part in self._part(name, item)
        ]
        return b"".join([*parts, f"--{self.boundary}--\r\n".encode()])

    def _part(self, name: str, value: Any) -> Sequence[bytes]:
        head = f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        content_type, is_file = self._types(name)
        if is_file:
            kind = content_type or _BINARY
            head += f'; filename="{_quoted(name)}.{_extension(kind)}"\r\nContent-Type: {kind}'
            content = _octets(kind)(as_text(value)) if value is not None else b""
        else:
            content_type = content_type or ("application/json" if isinstance(value, (Mapping, list)) else "")
            head += f"\r\nContent-Type: {content_type}" if content_type else ""
            content = _json(value) if media_types.is_json(content_type) else as_text(value).encode()
        fields = self.fields[name]() if name in self.fields else {}
        head += "".join(f"\r\n{field}: {text}" for field, text in fields.items())
        return (head.encode(), b"\r\n\r\n", content, b"\r\n")

    def _types(self, name: str) -> tuple[str, bool]:
        """The media type of a property's parts, empty where that goes without saying, and whether they are
        files.
        """
        file_type = self.schema.file_type(name)
        stated = self.encodings.get(name, Encoding()).content_type.partition(",")[0].strip()
        kind, _, subtype = media_types.essence(stated or file_type or "").partition("/")
        content_type = _OF_RANGE.get(kind, _BINARY) if subtype == "*" else stated or file_type or ""
        return content_type, file_type is not None or bool(stated and not _is_textual(content_type))


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _is_textual(content_type: str) -> bool:
    return media_types.is_json(content_type) or content_type.startswith("text/")


def _extension(content_type: str) -> str:
    kind = content_type.partition("/")[2].partition(";")[0]
    return kind if kind.isalnum() and len(kind) <= 4 else "bin"
