"""JSON texts with numbers of any size."""

from typing import Any

import pytest

from openapi import lenient_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"n": 1.5}', {"n": 1.5}),
        (b"1e400", 10**400),
        (b"[-1e400, 2.0]", [-(10**400), 2.0]),
        (b"1e999999999", 10**10_000),
        (b"-1e999999999", -(10**10_000)),
    ],
    ids=lambda text: text.decode() if isinstance(text, bytes) else "",
)
def test_numbers_of_any_size_are_read(text: bytes, value: Any) -> None:
    assert lenient_json.loads(text) == value


@pytest.mark.parametrize("text", [b"NaN", b"[1e400, NaN]", b"[1e400", b"{", b"\xff"])
def test_other_texts_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="line 1"):
        lenient_json.loads(text)
