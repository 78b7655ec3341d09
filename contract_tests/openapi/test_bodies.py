"""Bodies of every media type, read back by parsers that are not ours."""

import json
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

import pytest

from contract_tests.support.documents import schema
from openapi.bodies import Encoding, Writer, writer

PET = {"name": "Rex & Co", "tags": ["a", "b"], "owner": {"id": 1}, "age": 3, "good": True}


def written(media_type: str, source: Any, **encodings: Encoding) -> Writer:
    found = writer(media_type, schema(source, (3, 1)), encodings)
    assert found is not None
    return found


def parts(found: Writer, value: Any) -> dict[str, list[Message]]:
    head = f"Content-Type: {found.content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + found.encode(value))
    by_name: dict[str, list[Message]] = {}
    for part in message.get_payload():
        assert isinstance(part, Message)
        by_name.setdefault(str(part.get_param("name", header="content-disposition")), []).append(part)
    return by_name


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.api+json", "text/json"])
def test_json(media_type: str) -> None:
    found = written(media_type, {})
    assert found.content_type == media_type
    assert json.loads(found.encode(PET)) == PET
    assert written("*/*", {"type": "object"}).content_type == "application/json"


def test_forms() -> None:
    found = written("application/x-www-form-urlencoded", {"type": "object"})
    assert parse_qsl(found.encode(PET).decode()) == [
        ("name", "Rex & Co"), ("tags", "a"), ("tags", "b"), ("owner", '{"id":1}'), ("age", "3"),
        ("good", "true"),
    ]  # fmt: skip
    deep = written(
        "application/x-www-form-urlencoded", {"type": "object"},
        owner=Encoding(style="deepObject"), tags=Encoding(style="pipeDelimited", explode=False),
    )  # fmt: skip
    assert deep.encode({"owner": {"id": 1}, "tags": ["a", "b"]}) == b"owner[id]=1&tags=a%7Cb"


def test_multipart_with_files() -> None:
    source = {
        "type": "object",
        "properties": {
            "photo": {"type": "string", "format": "binary"},
            "pages": {"type": "array", "items": {"type": "string", "contentMediaType": "application/pdf"}},
        },
    }
    found = written("multipart/form-data", source, photo=Encoding(content_type="image/png, image/jpeg"))
    read = parts(found, {**PET, "photo": "x", "pages": ["one", "two"]})
    assert read["name"][0].get_payload() == "Rex & Co"
    assert read["name"][0].get_filename() is None
    assert [each.get_payload() for each in read["tags"]] == ["a", "b"]
    assert read["owner"][0].get_content_type() == "application/json"
    (photo,) = read["photo"]
    assert (photo.get_content_type(), photo.get_filename()) == ("image/png", "photo.png")
    assert bytes(photo.get_payload(decode=True)).startswith(b"\x89PNG")
    assert [each.get_filename() for each in read["pages"]] == ["pages.bin"] * 2


def test_text_and_octets() -> None:
    assert written("text/plain; charset=utf-8", {"type": "string"}).encode("é") == "é".encode()
    assert written("text/csv", {"type": "string"}).content_type == "text/csv"
    assert written("application/octet-stream", {"type": "string", "format": "binary"}).encode("x") == b"x"
    assert written("application/zip", {"type": "string"}).content_type == "application/zip"


def test_what_cannot_be_written() -> None:
    assert writer("application/xml", schema({"type": "object"}), {}) is None
    assert writer("text/plain", schema({"type": "object"}), {}) is None
