"""Which properties change by themselves, or as others do, by their names."""

from load.planning.names import words
from load.planning.resources import noun_of

# Numbers of these names change by themselves, or push each other.
_MOVING = frozenset(
    {"position", "rank", "order", "index", "sequence", "sort", "priority", "bid", "balance", "stock",
     "score", "rating", "level", "age", "version", "revision", "remaining", "available", "views", "likes",
     "progress", "queue", "ttl", "countdown", "number", "no", "line", "track", "step", "slot", "seat",
     "place", "row", "page", "ordinal"}
)  # fmt: skip
# Things of these names have prices that change by themselves.
_TRADED = frozenset({"auction", "bid", "quote", "ticker", "market", "lot", "stock", "share"})
# Times of these names are those of what happens to a thing.
_PASSING = frozenset(
    {"updated", "modified", "changed", "last", "next", "seen", "synced", "accessed", "used", "run", "due",
     "reminder", "refreshed", "touched"}
)  # fmt: skip


def changes_by_itself(name: str, resource: str) -> bool:
    """Whether a number of this name, of a resource's things, may change while nobody changes it."""
    return bool(_MOVING & {*words(name)} or _TRADED & {*words(noun_of(resource))})


def is_event_time(name: str) -> bool:
    """Whether a time of this name is that of something that happens to a thing."""
    return bool(_PASSING & {*words(name)})
