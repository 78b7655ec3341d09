"""What is wrong with a request or a response, by its contract."""

import json
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from openapi.limits import DETAIL_CHARACTERS
from openapi.schema import Schema
from openapi.shared_validators import VALUE_STEPS


@dataclass(frozen=True)
class Violation:
    """One broken rule.

    `location` is path, query, header, cookie, body, status or "media type". `pointer` is the name of a
    parameter or header, or a JSON pointer (RFC 6901) into the body. `rule` is the keyword that is broken,
    `expected` what it requires and `actual` the value, both as JSON. `place` is the pointer with `*` for
    items of arrays and for keys of maps, so that many values share one place.
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
    """Every error of the validator for a value."""
    if schema.validator.is_valid(value):
        return []
    return [_violation(schema, error, location, pointer) for error in schema.validator.iter_errors(value)]


def _violation(
    schema: Schema, error: jsonschema_rs.ValidationError, location: str, pointer: str
) -> Violation:
    path = pointer + "".join(f"/{escape_token(str(token))}" for token in error.instance_path[VALUE_STEPS:])
    rule = error.kind.name
    detail = "must not be sent: it is read-only" if rule == "falseSchema" else shorten(error.message)
    return Violation(location, path, rule, detail, _expected(schema, error), as_json(error.instance))


def _expected(schema: Schema, error: jsonschema_rs.ValidationError) -> str:
    node: Any = schema.validator.document
    for token in error.schema_path:
        node = node[token]
    return f"{error.schema_path[-1]}: {as_json(node)}" if error.schema_path else as_json(node)


def as_json(value: Any) -> str:
    """A value as JSON, shortened to fit into a line."""
    return shorten(json.dumps(value, ensure_ascii=False))


def escape_token(token: str) -> str:
    """A token of a JSON pointer, escaped (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def shorten(text: str) -> str:
    """The start of a text that is too long for a line."""
    return text if len(text) <= DETAIL_CHARACTERS else f"{text[: DETAIL_CHARACTERS - 1]}…"
