"""What is wrong with a request or a response, by its contract."""

import json
from dataclasses import dataclass
from typing import Any

from openapi.limits import DETAIL_CHARACTERS


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


def as_json(value: Any) -> str:
    """A value as JSON, shortened to fit into a line."""
    return shorten(json.dumps(value, ensure_ascii=False))


def escape_token(token: str) -> str:
    """A token of a JSON pointer, escaped (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def shorten(text: str) -> str:
    """The start of a text that is too long for a line."""
    return text if len(text) <= DETAIL_CHARACTERS else f"{text[: DETAIL_CHARACTERS - 1]}…"
