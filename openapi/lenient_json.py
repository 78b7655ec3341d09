"""Reads JSON texts with numbers of any size (RFC 8259)."""

import json
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from openapi.limits import NUMBER_DIGITS

_LARGEST: int = 10**NUMBER_DIGITS


def loads(text: bytes) -> Any:
    """The value of a JSON text in UTF-8. A number beyond double precision is read as an integer (RFC 8259,
    section 6), and one beyond NUMBER_DIGITS digits as the number of so many.

    Raises ValueError, with a message for people, when it is not JSON.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # Nearly always the text is no JSON. Only where this message says otherwise it is read again, which is
        # slow.
        if "number is infinity" not in str(error):
            raise
        reason = error
    try:
        return json.loads(text, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise reason from None


def _number(text: str) -> float | int:
    value = float(text)
    if abs(value) != float("inf"):
        return value
    exact = Decimal(text)
    if exact.adjusted() > NUMBER_DIGITS:
        return -_LARGEST if exact < 0 else _LARGEST
    return int(exact)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")
