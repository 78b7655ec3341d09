"""JSON texts, read strictly (RFC 8259, with the names of an object unique)."""

import json
import re
from typing import Any

import orjson

_NAME = re.compile(rb'"\s*:')


def loads(text: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises ValueError, with a message for people, on anything else: NaN and infinities, numbers
    beyond double precision, lone surrogates, bad UTF-8, a name that stands twice in one object.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    # Each name of the text shows as one of these at least; as many as the value has, and none stood twice.
    if len(_NAME.findall(text)) != _names(value):
        _refuse_duplicate_names(text)
    return value


def _names(value: Any) -> int:
    """How many names the objects of a value have."""
    count = 0
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            count += len(each)
            pending += [inner for inner in each.values() if isinstance(inner, dict | list)]
        elif isinstance(each, list):
            pending += [inner for inner in each if isinstance(inner, dict | list)]
    return count


def _refuse_duplicate_names(text: bytes) -> None:
    try:
        json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
