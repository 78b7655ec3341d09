"""When an entity was created, according to its own properties, such as `created_at`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from load.planning.names import words
from load.representations.values import parse_time, scalars
from openapi.contract import Json

_CREATED = (["created"], ["created", "at"], ["created", "on"], ["created", "time"], ["creation", "time"],
            ["creation", "date"], ["create", "time"], ["date", "created"], ["inserted", "at"])  # fmt: skip
# The clocks of a service and of its database may differ by this much.
_CLOCKS_S = 2.0


def age_before(body: Json, sent: Json, date: str, took_s: float) -> float:
    """By how much (s) the entity in an answer was created before the call was sent, by its own words; 0.0
    when it was not, or does not say so. Times that the call itself has `sent` do not count. `date` is the
    answer's Date (RFC 9110, section 6.6.1), `took_s` how long the call took (s).
    """
    try:
        answered = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    began = answered - timedelta(seconds=took_s + _CLOCKS_S)
    return max(((began - time).total_seconds() for time in _creation_times(body, sent)), default=0.0)


def _creation_times(body: Json, sent: Json) -> Iterator[datetime]:
    shown = body if isinstance(body, dict) else {}
    # The entity may stand alone in an envelope.
    inner = (
        next((value for value in shown.values() if isinstance(value, dict)), {}) if len(shown) == 1 else {}
    )
    written = [*scalars(sent)]
    for name, value in {**inner, **shown}.items():
        if isinstance(value, str) and words(name) in _CREATED and value not in written:
            time = parse_time(value)
            if time is not None and time.tzinfo:
                yield time
