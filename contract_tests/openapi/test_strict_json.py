"""JSON texts that are read strictly."""

import pytest

from openapi import strict_json


@pytest.mark.parametrize(
    "text",
    [
        b"NaN",
        b"1e999",
        b'{"a":1,"a":2}',
        b'[{"b":{"a":1,"a":2}}]',
        b'"\xff"',
        b'"\\ud800"',
        b"{",
        b"",
        b"[" * 5000,
        b"[" * 201 + b"]" * 201,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
    ],
)
def test_invalid_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"not JSON|occurs twice"):
        strict_json.loads(text)


def test_valid_json_is_read() -> None:
    assert strict_json.loads(b"[" * 200 + b"]" * 200)
    assert len(strict_json.loads(b"[" + b"[]," * 5000 + b"[]]")) == 5001
    assert strict_json.loads(b'{"a": {"a": 1}, "b": [{"a": 1}, {"a": "\\ud83d\\ude00"}]}') == {
        "a": {"a": 1},
        "b": [{"a": 1}, {"a": "\U0001f600"}],
    }
