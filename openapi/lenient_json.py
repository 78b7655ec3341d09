"""JSON texts as anybody may write them (RFC 8259): numbers of any size are numbers."""

import json
from decimal import Decimal
from typing import Any, NoReturn

import orjson

# Written out, larger ones would take more memory than they are worth; such a number is taken as this one.
_DIGITS_AT_MOST = 10_000
_BEYOND: int = 10**_DIGITS_AT_MOST


def loads(text: bytes) -> Any:
    """The value of a JSON text in UTF-8. A number beyond double precision is a whole one of Python's (RFC
    8259, section 6).

    Raises ValueError, with a message for people, on anything else than JSON.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # Nearly always it is no JSON: only what says why in these words is looked at again, which takes long.
        if "number is infinity" not in str(error):
            raise
        reason = error
    try:
        return json.loads(text, parse_float=_number, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise reason from None


def _number(text: str) -> float | int:
    value = float(text)
    if abs(value) != float("inf"):
        return value
    exact = Decimal(text)
    if exact.adjusted() > _DIGITS_AT_MOST:
        return -int(_BEYOND) if exact < 0 else int(_BEYOND)
    return int(exact)


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
