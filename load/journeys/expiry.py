"""When a thing ends by its own words: `expires_at`, `ttl` and the like, as people name them."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from load.journeys.values import parse_time
from load.planning.names import words
from openapi.contract import Json

_EXPIRING = frozenset(
    {"expires", "expire", "expiry", "expiration", "expired", "ttl", "until", "lifetime", "lease",
     "retention", "validity", "exptime", "autodelete"}
)  # fmt: skip
# The same with a length of time, as in `hold_seconds` and `keep_for`, and `max_age`.
_HOLDING = frozenset({"hold", "keep", "keeps", "valid", "visible", "alive", "retain", "max", "maximum"})
_LENGTHS = frozenset({"ttl", "lifetime", "lease", "retention", "timeout", "age"})
_UNITS = {
    **dict.fromkeys(("ms", "millis", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3_600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604_800.0),
}
# Words that do not say what it is that ends.
_PLAIN = frozenset(
    {"at", "on", "in", "by", "to", "date", "time", "datetime", "timestamp", "utc", "unix", "epoch", "is",
     "will", "auto", "for", "after", "x", "finished", "finish", "completed", "completion", "idle", "created",
     "creation", "reading", "read", "view", "viewing", "use", "self"}
)  # fmt: skip
# What will be done to a thing, and words that say that it is so, as in `delete_after`.
_ENDING = frozenset({"delete", "purge", "remove", "destroy", "destruct", "evict", "burn"})
_BY_ITSELF = frozenset({"after", "at", "on", "in", "auto", "self"})
# Names of the end whose words mean it only together.
_TOGETHER = frozenset({"time to live", "not after", "valid to", "valid till", "valid until", "keep until"})
# What ends when its time is out; elsewhere a timeout is that of a call.
_TIMED = frozenset({"session", "lock", "hold", "lease", "token", "reservation", "cart", "entry", "key"})
# A part of a date, as that of a card, is no time.
_PARTS = frozenset({"year", "month"})
_DURATION = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_DURATION_S = (365 * 86_400.0, 28 * 86_400.0, 604_800.0, 86_400.0, 3_600.0, 60.0, 1.0)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)")
# Objects of these names say of the thing itself what they say.
_OF_THE_THING = frozenset(
    {"attributes", "spec", "properties", "settings", "data", "metadata", "meta", "config", "configuration",
     "options", "arguments", "fields", "sys", "policy", "lifecycle", "params", "args"}
)  # fmt: skip
# What has no offset may be as much earlier.
_ZONES_S = 14 * 3600.0
_DAY_S = 24 * 3600.0
# Numbers of seconds above this are a time of day (s or ms since 1970), not a length of time.
_EPOCH_S = 1_000_000_000
_EPOCH_MS = 1_000_000_000_000
# Words with as many first letters alike mean the same thing, as invite and invitation.
_STEM = 4


def expiry(body: Json, now: float, nouns: Collection[str]) -> float | None:
    """When a thing ends by its own words (s since 1970); `now` is when it said so, `nouns` are the words that
    it goes by. 0 when it does not say when, None when it does not end.
    """
    if not isinstance(body, dict):
        return None
    found = [_expiry(name, value, now, nouns) for name, value in body.items()]
    within = (each for name, each in body.items() if _OF_THE_THING & {*words(name)[-1:]})
    found += [expiry(each, now, nouns) for each in within]
    return min((each for each in found if each is not None), default=None)


def _expiry(name: str, value: Json, now: float, nouns: Collection[str]) -> float | None:
    parts = words(name)
    if value in (None, False, ""):
        return None
    if " ".join(parts) not in _TOGETHER and not _tells_an_end({*parts}, nouns):
        return None
    if isinstance(value, str):
        moment = _moment(value, now)
        return 0.0 if moment is None and _LENGTHS & {*parts} else moment
    if isinstance(value, dict):
        return _after_parts(value, now)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    if value > _EPOCH_MS:
        return value / 1000
    return float(value) if value > _EPOCH_S else now + value * _UNITS.get(parts[-1], 1.0)


def _after_parts(body: Mapping[str, Json], now: float) -> float:
    """The end after a length of time that is told in parts, as `{"days": 30}`; 0 when it is not told so."""
    lengths = [
        value * _UNITS[name.lower()]
        for name, value in body.items()
        if name.lower() in _UNITS and isinstance(value, (int, float))
    ]
    return now + sum(lengths) if lengths else 0.0


def _tells_an_end(parts: set[str], nouns: Collection[str]) -> bool:
    """Whether a name says when the thing itself ends, and not something of it, as a passport."""
    is_held = bool(_HOLDING - {"max", "maximum"} & parts and (_UNITS.keys() | {"for"}) & parts)
    is_aging = "age" in parts and bool({"max", "maximum"} & parts)
    times_out = "timeout" in parts and bool(_TIMED & {*nouns})
    ends_itself = bool(_ENDING & parts) and bool(_BY_ITSELF & parts)
    ends = bool(_EXPIRING & parts) or is_held or is_aging or times_out or ends_itself
    rest = parts - _EXPIRING - _HOLDING - _PLAIN - _ENDING - _UNITS.keys() - {"age", "timeout"}
    is_its_own = all(any(each[:_STEM] == noun[:_STEM] for noun in nouns) for each in rest)
    return ends and is_its_own and not _PARTS & parts


def _moment(text: str, now: float) -> float | None:
    """The earliest time that a text may mean (s since 1970), be it a time or a length of time; else None."""
    moment = parse_time(text)
    if moment is not None:
        return moment.timestamp() if moment.tzinfo else moment.replace(tzinfo=UTC).timestamp() - _ZONES_S
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        length = _length(text)
        return None if length is None else now + length
    return day.timestamp() + _DAY_S - _ZONES_S


def _length(text: str) -> float | None:
    """A length of time (s), as `PT5M` (ISO 8601) or `5 min`; else None."""
    duration = _DURATION.fullmatch(text)
    if duration and any(duration.groups()):
        return sum(float(each or 0) * of for each, of in zip(duration.groups(), _DURATION_S, strict=True))
    length = _LENGTH.fullmatch(text.lower())
    return float(length[1]) * _UNITS[length[2]] if length and length[2] in _UNITS else None
