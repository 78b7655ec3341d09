"""What a request or a response does against its contract."""

import json
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from openapi.schema import Schema

DETAIL_LIMIT = 300


@dataclass(frozen=True)
class Violation:
    """One broken rule.

    `location` is path, query, header, cookie, body, status or "media type"; `pointer` the name of
    a parameter or header, or a JSON pointer (RFC 6901) into the body; `rule` the keyword broken, and
    what it expects and what is there, in JSON. `place` is the pointer with `*` for items of lists and
    for keys of maps, which makes one place of many.
    """

    location: str
    pointer: str
    rule: str
    detail: str
    expected: str = ""
    actual: str = ""
    place: str = ""

    def __str__(self) -> str:
        place = f"{self.location}, {self.pointer}" if self.pointer else self.location
        return f"{place}: {self.detail}"


def schema_violations(schema: Schema, value: Any, location: str, pointer: str = "") -> list[Violation]:
    """Every way in which a value breaks a schema."""
    if schema.validator.is_valid(value):
        return []
    return [_violation(schema, error, location, pointer) for error in schema.validator.iter_errors(value)]


def _violation(
    schema: Schema, error: jsonschema_rs.ValidationError, location: str, pointer: str
) -> Violation:
    path = pointer + "".join(f"/{escaped(str(token))}" for token in error.instance_path)
    rule = error.kind.name
    detail = "must not be sent: it is read-only" if rule == "falseSchema" else shortened(error.message)
    return Violation(location, path, rule, detail, _expected(schema, error), shown(error.instance))


def _expected(schema: Schema, error: jsonschema_rs.ValidationError) -> str:
    stated = schema.translated
    for token in error.schema_path:
        stated = stated[token]
    return f"{error.schema_path[-1]}: {shown(stated)}" if error.schema_path else shown(stated)


def shown(value: Any) -> str:
    """A value as JSON, as much of it as a line has room for."""
    return shortened(json.dumps(value, ensure_ascii=False))


def escaped(token: str) -> str:
    """A token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def shortened(message: str) -> str:
    """The start of a text, where it is long."""
    return message if len(message) <= DETAIL_LIMIT else f"{message[: DETAIL_LIMIT - 1]}…"
