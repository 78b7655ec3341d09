"""When a service that puts calls off is to be asked again."""

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from load.calls.connection import Reply

# Nobody who waits so long calls again within a run.
LONGEST_S = 24 * 3600.0


def retry_after_s(reply: Reply) -> float:
    """For how long (s) an answer asks to wait: its Retry-After, a number of seconds or a date (RFC 9110,
    section 10.2.3); 0 where it says nothing that can be understood.
    """
    stated = reply.headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdecimal():
        return min(float(stated), LONGEST_S)
    with suppress(ValueError):
        date = parsedate_to_datetime(stated)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return min(max((date - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_S)
    return 0.0
