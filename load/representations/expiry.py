"""When an entity ends by its own words, such as `expires_at` or `ttl`, however they are named and written."""

from collections.abc import Collection
from datetime import UTC, datetime

from load.planning.names import words
from load.representations.durations import DAY_S, UNITS_S, duration_of, parse_duration
from load.representations.values import parse_time
from openapi.contract import Json

_EXPIRING = frozenset(
    {"expires", "expire", "expiry", "expiration", "expired", "ttl", "until", "lifetime", "lease",
     "retention", "validity", "exptime", "autodelete"}
)  # fmt: skip
# These mean an end together with a unit or "for", as in `hold_seconds` and `keep_for`.
_HOLDING = frozenset({"hold", "keep", "keeps", "valid", "visible", "alive", "retain"})
# The same together with "age".
_GREATEST = frozenset({"max", "maximum"})
# A text under such a name is a length of time, even when it cannot be parsed.
_LENGTHS = frozenset({"ttl", "lifetime", "lease", "retention", "timeout", "age"})
# Words that do not say what it is that ends.
_FILLERS = frozenset(
    {"at", "on", "in", "by", "to", "date", "time", "datetime", "timestamp", "utc", "unix", "epoch", "is",
     "will", "auto", "for", "after", "x", "finished", "finish", "completed", "completion", "idle", "created",
     "creation", "reading", "read", "view", "viewing", "use", "self"}
)  # fmt: skip
# What will happen to the entity, and words that say that it happens by itself, as in `delete_after`.
_ENDING = frozenset({"delete", "purge", "remove", "destroy", "destruct", "evict", "burn"})
_BY_ITSELF = frozenset({"after", "at", "on", "in", "auto", "self"})
# Names whose words mean an end only together.
_PHRASES = frozenset({"time to live", "not after", "valid to", "valid till", "valid until", "keep until"})
# Entities that end after a timeout. Elsewhere, a timeout is that of a call.
_TIMED = frozenset({"session", "lock", "hold", "lease", "token", "reservation", "cart", "entry", "key"})
# These are part of a date, such as that of a credit card, and no time.
_DATE_PARTS = frozenset({"year", "month"})
_LENGTH_WORDS = frozenset({"for", *UNITS_S})
# All words that do not say of what the end is.
_GENERIC = frozenset({*_EXPIRING, *_HOLDING, *_GREATEST, *_FILLERS, *_ENDING, *UNITS_S, "age", "timeout"})
# Objects of these names describe the entity itself.
_DESCRIPTIONS = frozenset(
    {"attributes", "spec", "properties", "settings", "data", "metadata", "meta", "config", "configuration",
     "options", "arguments", "fields", "sys", "policy", "lifecycle", "params", "args"}
)  # fmt: skip
# A time without an offset may be this much earlier in UTC.
_GREATEST_OFFSET_S = 14 * 3_600.0
# Numbers above these are a time since 1970 (s or ms), not a length of time.
_EPOCH_S = 1_000_000_000
_EPOCH_MS = 1_000_000_000_000
# Words that share so many first letters mean the same thing, such as invite and invitation.
_STEM = 4


def expiry(body: Json, now: float, nouns: Collection[str]) -> float | None:
    """When an entity ends by its own words (s since 1970). `now` is when it said so; `nouns` are the words
    that stand for it. 0 when it ends at an unknown time, None when it does not end.
    """
    if not isinstance(body, dict):
        return None
    ends = [_expiry_of(name, value, now, nouns) for name, value in body.items()]
    ends += [expiry(value, now, nouns) for name, value in body.items() if _DESCRIPTIONS & {*words(name)[-1:]}]
    return min((end for end in ends if end is not None), default=None)


def _expiry_of(name: str, value: Json, now: float, nouns: Collection[str]) -> float | None:
    parts = words(name)
    if value in (None, False, ""):
        return None
    if " ".join(parts) not in _PHRASES and not _names_an_end({*parts}, nouns):
        return None
    if isinstance(value, str):
        moment = _earliest_moment(value, now)
        return 0.0 if moment is None and _LENGTHS & {*parts} else moment
    if isinstance(value, dict):
        length = duration_of(value)
        return 0.0 if length is None else now + length
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    if value > _EPOCH_MS:
        return value / 1000
    return float(value) if value > _EPOCH_S else now + value * UNITS_S.get(parts[-1], 1.0)


def _names_an_end(parts: set[str], nouns: Collection[str]) -> bool:
    """Whether a name says when the entity itself ends, and not a part of it, such as a passport."""
    ends = (
        not _EXPIRING.isdisjoint(parts)
        or not (_HOLDING.isdisjoint(parts) or _LENGTH_WORDS.isdisjoint(parts))
        or ("age" in parts and not _GREATEST.isdisjoint(parts))
        or ("timeout" in parts and not _TIMED.isdisjoint(nouns))
        or not (_ENDING.isdisjoint(parts) or _BY_ITSELF.isdisjoint(parts))
    )
    if not ends or not _DATE_PARTS.isdisjoint(parts):
        return False
    return all(any(word[:_STEM] == noun[:_STEM] for noun in nouns) for word in parts - _GENERIC)


def _earliest_moment(text: str, now: float) -> float | None:
    """The earliest moment that a text may mean (s since 1970), be it a time, a day or a length of time; None
    when it is something else.
    """
    time = parse_time(text)
    if time is not None:
        return time.timestamp() if time.tzinfo else time.replace(tzinfo=UTC).timestamp() - _GREATEST_OFFSET_S
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        length = parse_duration(text)
        return None if length is None else now + length
    return day.timestamp() + DAY_S - _GREATEST_OFFSET_S
