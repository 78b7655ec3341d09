"""Runtime expressions (OpenAPI 3.0.3, Link Object, Runtime Expressions)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from openapi.contract import Json


@final
class Unresolvable:
    """The value of an expression that has none in an exchange."""

    def __repr__(self) -> str:
        return "UNRESOLVABLE"


UNRESOLVABLE: Final = Unresolvable()


# Not frozen: that would take another microsecond per call.
@dataclass(slots=True)
class Exchange:
    """A request and its response. Header names are in lower case.

    Larger than usual: it has one field per source of a runtime expression.
    """

    method: str
    url: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    request_headers: Mapping[str, str]
    request_body: Json
    status: int
    response_headers: Mapping[str, str]
    response_body: Json


def evaluate(expression: Json, exchange: Exchange) -> Json | Unresolvable:
    """The value of an expression. Braces embed expressions in text; other values are constants."""
    if not isinstance(expression, str):
        return expression
    if expression.startswith("$"):
        return _value(expression, exchange)
    if "{$" not in expression:
        return expression
    pieces = re.split(r"\{(\$[^}]*)\}", expression)
    values = [piece if index % 2 == 0 else _value(piece, exchange) for index, piece in enumerate(pieces)]
    if any(value is UNRESOLVABLE for value in values):
        return UNRESOLVABLE
    return "".join(str(value) for value in values)


def split_at_first_item(expression: Json) -> tuple[str, str] | None:
    """The pointer of an array and the pointer within its items, for an expression about the first item, such
    as `$response.body#/students/0/id`: what it says holds for all items. None for other expressions.
    """
    if not isinstance(expression, str):
        return None
    match = re.fullmatch(r"\$response\.body#(.*?)/0(/.*)?", expression)
    return (match[1], match[2] or "") if match else None


def at_pointer(document: Json, pointer: str) -> Json | Unresolvable:
    """The value at a JSON pointer (RFC 6901)."""
    value = document
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return UNRESOLVABLE
    return value


def _value(expression: str, exchange: Exchange) -> Json | Unresolvable:
    source, _, pointer = expression.partition("#")
    match source.split(".", 2):
        case ["$url"]:
            return exchange.url
        case ["$method"]:
            return exchange.method
        case ["$statusCode"]:
            return exchange.status
        case ["$request", "body"]:
            return at_pointer(exchange.request_body, pointer)
        case ["$response", "body"]:
            return at_pointer(exchange.response_body, pointer)
        case ["$request", "path", name]:
            return exchange.path.get(name, UNRESOLVABLE)
        case ["$request", "query", name]:
            return exchange.query.get(name, UNRESOLVABLE)
        case ["$request", "header", name]:
            return exchange.request_headers.get(name.lower(), UNRESOLVABLE)
        case ["$response", "header", name]:
            return exchange.response_headers.get(name.lower(), UNRESOLVABLE)
    return UNRESOLVABLE
