"""Request bodies in every media type, read back by parsers of others."""

import json
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

import pytest

from contract_tests.support.documents import schema
from openapi.bodies import Encoding, Writer, writer

PET = {"name": "Rex & Co", "tags": ["a", "b"], "owner": {"id": 1}, "age": 3, "good": True}


def body_writer(media_type: str, source: Any, **encodings: Encoding) -> Writer:
    media_writer = writer(media_type, schema(source, (3, 1)), encodings)
    assert media_writer is not None
    return media_writer


def parts_by_name(media_writer: Writer, value: Any) -> dict[str, list[Message]]:
    head = f"Content-Type: {media_writer.content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + media_writer.encode(value))
    by_name: dict[str, list[Message]] = {}
    for part in message.get_payload():
        assert isinstance(part, Message)
        by_name.setdefault(str(part.get_param("name", header="content-disposition")), []).append(part)
    return by_name


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.api+json", "text/json"])
def test_json(media_type: str) -> None:
    media_writer = body_writer(media_type, {})
    assert media_writer.content_type == media_type
    assert json.loads(media_writer.encode(PET)) == PET
    assert body_writer("*/*", {"type": "object"}).content_type == "application/json"


def test_forms() -> None:
    media_writer = body_writer("application/x-www-form-urlencoded", {"type": "object"})
    assert parse_qsl(media_writer.encode(PET).decode()) == [
        ("name", "Rex & Co"), ("tags", "a"), ("tags", "b"), ("owner", '{"id":1}'), ("age", "3"),
        ("good", "true"),
    ]  # fmt: skip
    deep = body_writer(
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
    media_writer = body_writer(
        "multipart/form-data", source, photo=Encoding(content_type="image/png, image/jpeg")
    )
    parts = parts_by_name(media_writer, {**PET, "photo": "x", "pages": ["one", "two"]})
    assert parts["name"][0].get_payload() == "Rex & Co"
    assert parts["name"][0].get_filename() is None
    assert [part.get_payload() for part in parts["tags"]] == ["a", "b"]
    assert parts["owner"][0].get_content_type() == "application/json"
    (photo,) = parts["photo"]
    assert (photo.get_content_type(), photo.get_filename()) == ("image/png", "photo.png")
    assert bytes(photo.get_payload(decode=True)).startswith(b"\x89PNG")
    assert [part.get_filename() for part in parts["pages"]] == ["pages.pdf"] * 2


def test_what_is_null_is_left_out_unless_it_is_required() -> None:
    nullable = {"anyOf": [{"type": "string", "contentMediaType": "image/gif"}, {"type": "null"}]}
    source = {"type": "object", "required": ["must"], "properties": {"file": nullable, "must": nullable}}
    media_writer = body_writer("multipart/form-data", source)
    (part,) = parts_by_name(media_writer, {"file": None, "must": None, "note": None})["must"]
    assert (part.get_filename(), part.get_content_type(), part.get_payload()) == ("must.gif", "image/gif", "")
    (file,) = parts_by_name(media_writer, {"must": "x"})["must"]
    assert bytes(file.get_payload(decode=True)).startswith(b"GIF89a")
    assert (
        body_writer("application/x-www-form-urlencoded", source).encode({"file": None, "must": 1})
        == b"must=1"
    )


def test_encodings_say_media_types_and_header_fields() -> None:
    encodings = {
        "text": Encoding("application/json"),
        "image": Encoding("image/*"),
        "csv": Encoding("text/csv"),
    }
    made = writer(
        "multipart/mixed; boundary=its-own",
        schema({"type": "object"}),
        encodings,
        {"csv": lambda: {"X-A": "1"}},
    )
    assert made is not None
    assert made.content_type == "multipart/mixed; boundary=its-own"
    parts = parts_by_name(made, {"text": "a", "image": "b", "csv": "c", "list": [{"a": 1}, {"b": 2}]})
    assert (parts["text"][0].get_content_type(), parts["text"][0].get_payload()) == (
        "application/json",
        '"a"',
    )
    assert (parts["image"][0].get_content_type(), parts["image"][0].get_filename()) == (
        "image/png",
        "image.png",
    )
    assert (parts["csv"][0]["X-A"], parts["csv"][0].get_filename()) == ("1", None)
    assert [part.get_payload() for part in parts["list"]] == ['{"a":1}', '{"b":2}']
    form = body_writer("application/x-www-form-urlencoded", {}, tags=Encoding("application/json"))
    assert parse_qsl(form.encode({"tags": ["a"]}).decode()) == [("tags", '["a"]')]


@pytest.mark.parametrize(
    ("media_type", "sent"),
    [
        ("application/json;version=2", "application/json;version=2"),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("application/vnd.x; v=1", "application/vnd.x; v=1"),
        ("image/*", "image/png"),
        ("text/*", "text/plain"),
    ],
)
def test_media_types_are_sent_as_they_stand(media_type: str, sent: str) -> None:
    assert body_writer(media_type, {"type": "string"}).content_type == sent


def test_text_and_octets() -> None:
    assert body_writer("text/plain; charset=utf-8", {"type": "string"}).encode("é") == "é".encode()
    assert body_writer("text/csv", {"type": "string"}).content_type == "text/csv"
    assert body_writer("application/octet-stream", {"type": "string", "format": "binary"}).encode("x") == b"x"
    assert body_writer("application/zip", {"type": "string"}).content_type == "application/zip"


def test_bodies_of_other_media_types_are_not_supported() -> None:
    assert writer("application/xml", schema({"type": "object"}), {}) is None
    assert writer("text/plain", schema({"type": "object"}), {}) is None
