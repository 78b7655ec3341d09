"""What JSON values are and when they are equal (JSON Schema 2020-12 Core, section 4.2)."""

from collections.abc import Hashable

from openapi.contract import Json

# The types of JSON Schema, with `number` split: a number is an integer or has a fraction.
KINDS = frozenset({"null", "boolean", "object", "array", "string", "integer", "fraction"})


def kind_of(value: Json) -> str:
    """The kind of a value, one of KINDS; 1.0 is an integer (JSON Schema 2020-12 Core, section 4.2.3)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
    return "integer" if value % 1 == 0 else "fraction"


def equality_key(value: Json) -> Hashable:
    """A key that two values share when they are equal in JSON, where true is not 1 but 1.0 is."""
    match value:
        case bool():
            return ("boolean", value)
        case list():
            return tuple(equality_key(item) for item in value)
        case dict():
            return frozenset((name, equality_key(item)) for name, item in value.items())
        case _:
            return (value,)
