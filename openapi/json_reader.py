"""Reads JSON, and refuses what other readers of it would understand differently."""

import json
import re
from collections.abc import Iterator
from typing import Any

from openapi.errors import ContractError
from openapi.limits import NESTING, NODES

# Strings, and what opens, closes and separates. All else is numbers, constants and white space.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:]', re.DOTALL)
_SEPARATOR = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{,]', re.DOTALL)


class _DuplicateKeyError(Exception):
    pass


def read_json(name: str, text: str) -> Any:
    """The value of a JSON text (RFC 8259).

    Raises JSONDecodeError when it is not JSON, and ContractError when an object has a key twice, a number is
    too long or it is nested too deeply.
    """
    if text.count(",") + text.count("[") + text.count("{") > NODES and _node_count(text) > NODES:
        raise ContractError(f"{name}: there are more than {NODES:,} values")
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError:
        raise
    except _DuplicateKeyError:
        raise ContractError(f"{name}, {_duplicate(text)}") from None
    except RecursionError:
        raise ContractError(f"{name}: it is nested more than {NESTING} levels deep") from None
    except ValueError as error:
        raise ContractError(f"{name}: a number cannot be read: {str(error).partition(';')[0]}") from None
    _check_nesting(name, value)
    return value


def _node_count(text: str) -> int:
    """How many values there are at most, without reading them."""
    return sum(1 for token in _SEPARATOR.finditer(text) if token[0][0] != '"')


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _check_nesting(name: str, value: Any) -> None:
    level: list[Any] = [[value]]
    depth = 0
    while level:
        if depth > NESTING:
            raise ContractError(f"{name}: it is nested more than {NESTING} levels deep")
        depth += 1
        below: list[Any] = []
        for node in level:
            children = node.values() if type(node) is dict else node
            below += [child for child in children if type(child) is dict or type(child) is list]
        level = below


def _duplicate(text: str) -> str:
    """The first key that an object has twice, with both its places."""
    for key, first, second in _repeated_keys(text):
        return (
            f"{_place(text, second)}: the key {key!r} is there twice; the first is in {_place(text, first)}"
        )
    return "a key is there twice"


def _repeated_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Keys that an object has twice, with the offsets of both."""
    objects: list[dict[str, int]] = []
    string = re.match("", text)
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{" | "[":
                objects.append({})
            case "}" | "]":
                objects.pop()
            case ":":
                assert string is not None
                key = json.loads(string[0])
                if key in objects[-1]:
                    yield key, objects[-1][key], string.start()
                objects[-1][key] = string.start()
            case _:
                string = token


def _place(text: str, offset: int) -> str:
    line = text.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - text.rfind(chr(10), 0, offset)}"
