"""The trace that a request belongs to (W3C Trace Context, level 1)."""

import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar

# The `traceparent` of the request that is being answered, or nothing.
traceparent: ContextVar[str] = ContextVar("traceparent", default="")

FIELD = b"traceparent"
_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
# The first version has nothing after its flags.
_FIRST = "00"
_LENGTH = 55


def set_from(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Remember the traceparent of a request."""
    traceparent.set(read(headers) if FIELD in dict(headers) else "")


def read(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The traceparent of a request; nothing if it has none, several, or one that is not well-formed."""
    found = [value.decode("latin-1") for name, value in headers if name == FIELD]
    if len(found) != 1 or not _FORM.fullmatch(found[0]):
        return ""
    if found[0].startswith(_FIRST) and len(found[0]) != _LENGTH:
        return ""
    return found[0][:_LENGTH]


def trace_id() -> str:
    """The id of the trace of the request that is being answered, or nothing."""
    return traceparent.get()[3:35]


def commented(sql: str) -> str:
    """SQL with the traceparent in a comment, as sqlcommenter writes it, for the logs of PostgreSQL."""
    parent = traceparent.get()
    return f"{sql} /*traceparent='{parent}'*/" if parent else sql
