"""When to call again a service that has asked to wait."""

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from load.calls.connection import Reply

# No run lasts longer.
LONGEST_S = 24 * 3600.0


def retry_after_s(reply: Reply) -> float:
    """How long (s) an answer asks to wait: its Retry-After field, which is a number of seconds or a date
    (RFC 9110, section 10.2.3); 0 without a valid one.
    """
    field = reply.headers.get("retry-after", "").strip()
    if field.isascii() and field.isdecimal():
        return min(float(field), LONGEST_S)
    with suppress(ValueError):
        date = parsedate_to_datetime(field)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return min(max((date - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_S)
    return 0.0
