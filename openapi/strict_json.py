"""Reads JSON texts strictly: the names of an object must be unique (RFC 8259)."""

import json
import re
from typing import Any

import orjson

_DEEPEST = 200
_NAME = re.compile(rb'"\s*:')


def loads(text: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises ValueError, with a message for people, on anything else: NaN and infinities, numbers beyond double
    precision, lone surrogates, invalid UTF-8, a name that occurs twice in one object, and values nested more
    than 200 levels deep, which a validator cannot describe.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if text.count(b"[") + text.count(b"{") > _DEEPEST and _depth(value) > _DEEPEST:
        raise ValueError(f"not JSON that is read: nested more than {_DEEPEST} levels deep")
    # The pattern matches every name in the text. If there are as many matches as names in the value, none was
    # repeated; otherwise a slower parser decides, as strings may contain matches, too.
    if len(_NAME.findall(text)) != _count_names(value):
        _refuse_duplicate_names(text)
    return value


def _count_names(value: Any) -> int:
    """The number of names in all objects of a value."""
    count = 0
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            count += len(current)
            pending += [item for item in current.values() if isinstance(item, dict | list)]
        elif isinstance(current, list):
            pending += [item for item in current if isinstance(item, dict | list)]
    return count


def _depth(value: Any) -> int:
    """How many objects and lists are nested in each other at most."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [part for item in level for part in (item.values() if isinstance(item, dict) else item)]
    return depth


def _refuse_duplicate_names(text: bytes) -> None:
    try:
        json.loads(text, object_pairs_hook=_refuse_duplicates)
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len({*names}) < len(names):
        duplicate = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {duplicate!r} occurs twice in one object")
