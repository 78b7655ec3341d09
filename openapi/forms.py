"""Reads bodies that are forms (WHATWG URL Standard, application/x-www-form-urlencoded; RFC 7578)."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus

from openapi import media_types, strict_json
from openapi.bodies import FORM, Encoding
from openapi.contract import Json
from openapi.schema import Schema
from openapi.schema_facts import SchemaFacts
from openapi.serialization import Serialization
from openapi.styled_reader import StyledReader
from openapi.text_reader import TextReader

_MULTIPART = "multipart/form-data"


def is_form(content_type: str) -> bool:
    """Whether bodies of a media type are forms that can be read."""
    return media_types.essence(content_type) in (FORM, _MULTIPART)


def read_form(
    body: bytes, content_type: str, schema: Schema, encodings: Mapping[str, Encoding]
) -> dict[str, Json]:
    """The properties of a form, each by the types and the encoding of its own. Raises ValueError with what is
    wrong when it is no form.
    """
    if media_types.essence(content_type) == FORM:
        return _read_fields(body, schema, encodings)
    entries: dict[str, list[Json]] = {}
    for name, value in _parts(body, media_types.parameter(content_type, "boundary") or "", schema):
        entries.setdefault(name, []).append(value)
    form: dict[str, Json] = {}
    for name, values in entries.items():
        is_item = schema.facts.property(name).takes_array and not isinstance(values[0], list)
        form[name] = values if is_item or len(values) > 1 else values[0]
    return form


def _read_fields(body: bytes, schema: Schema, encodings: Mapping[str, Encoding]) -> dict[str, Json]:
    """The properties of names and texts that are joined by &."""
    fields: dict[str, list[str]] = {}
    for field in filter(None, body.decode().split("&")):
        name, _, text = field.partition("=")
        fields.setdefault(unquote_plus(name, errors="strict"), []).append(text)
    form: dict[str, Json] = {}
    for name, encoding in encodings.items():
        if encoding.style and not encoding.content_type:
            serialization = Serialization(name, "query", encoding.style, encoding.explode)
            styled = StyledReader(serialization, schema.facts.property(name))
            found = styled.occurrences(fields, schema.facts.property_names)
            if found:
                form[name] = styled.read_query(found)
                fields = {key: texts for key, texts in fields.items() if key not in found}
    for name, texts in fields.items():
        facts = schema.facts.property(name)
        decoded = [unquote_plus(text, errors="strict") for text in texts]
        is_json = facts.takes_object or media_types.is_json(encodings.get(name, Encoding()).content_type)
        form[name] = _json_or_text(decoded[0]) if is_json else TextReader(facts).repeated(decoded)
    return form


def _parts(body: bytes, boundary: str, schema: Schema) -> Iterator[tuple[str, Json]]:
    """The name and the value of each part."""
    delimiter = f"\r\n--{boundary}".encode()
    _, *sections = (b"\r\n" + body).split(delimiter)
    if not boundary or not sections or not sections[-1].startswith(b"--"):
        raise ValueError("not multipart: its last boundary is missing")
    for section in sections[:-1]:
        head, _, content = section.partition(b"\r\n\r\n")
        fields = dict(line.partition(":")[::2] for line in head.decode().strip().split("\r\n"))
        headers = {name.strip().lower(): value.strip() for name, value in fields.items()}
        disposition = headers.get("content-disposition", "")
        quoted = media_types.parameter(disposition, "name")
        if quoted is None:
            raise ValueError("a part has no name")
        name = quoted.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
        if "filename=" in disposition or schema.file_type(name) is not None:
            yield name, content.decode("utf-8", "replace")
        elif media_types.is_json(headers.get("content-type", "")):
            yield name, strict_json.loads(content)
        else:
            yield name, _text_value(content.decode(), schema.facts.property(name))


def _text_value(text: str, facts: SchemaFacts) -> Json:
    if facts.takes_object and "string" not in facts.types:
        return _json_or_text(text)
    return TextReader(facts.items if facts.takes_array else facts).scalar(text)


def _json_or_text(text: str) -> Json:
    try:
        return strict_json.loads(text.encode())
    except ValueError:
        return text
