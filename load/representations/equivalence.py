"""Whether a value that was read is the one that was written, perhaps in another notation."""

import re
from collections.abc import Mapping
from decimal import Decimal

from load.representations.values import EMPTY, is_distinctive, parse_time
from openapi.contract import Json

_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")


def shows(written: Json, actual: Json) -> bool:
    """Whether what was read shows what was written. Objects may have more properties or lack some; a time or
    a decimal number may be in another notation (RFC 3339: another offset); all empty values are the same.
    """
    if written in EMPTY and actual in EMPTY:
        return True
    if isinstance(written, dict) and isinstance(actual, dict):
        return all(name not in actual or shows(value, actual[name]) for name, value in written.items())
    if isinstance(written, list) and isinstance(actual, list):
        return len(written) == len(actual) and all(map(shows, written, actual))
    if isinstance(written, bool) is not isinstance(actual, bool):
        return False
    if written == actual:
        return True
    if not isinstance(written, str) or not isinstance(actual, str):
        return False
    return _is_same_time(written, actual) or _is_same_number(written, actual)


def shows_all(written: Mapping[str, Json], body: Mapping[str, Json]) -> bool:
    """Whether a body shows all distinctive values that were written and that it has a property for, and these
    are at least two.
    """
    distinctive = {name: value for name, value in written.items() if is_distinctive(value) and name in body}
    return len(distinctive) > 1 and all(shows(value, body[name]) for name, value in distinctive.items())


def _is_same_time(one: str, other: str) -> bool:
    time = parse_time(one)
    return time is not None and time == parse_time(other)


def _is_same_number(one: str, other: str) -> bool:
    """Whether two texts are the same decimal number, such as `1.5` and `1.50`."""
    return bool(_DECIMAL.fullmatch(one) and _DECIMAL.fullmatch(other)) and Decimal(one) == Decimal(other)
