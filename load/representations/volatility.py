"""Which properties change without being written, by their names."""

from load.planning.names import words
from load.planning.resources import noun_of

# Numbers of these names change by themselves, or when others of their kind do.
_CHANGING = frozenset(
    {"position", "rank", "order", "index", "sequence", "sort", "priority", "bid", "balance", "stock",
     "score", "rating", "level", "age", "version", "revision", "remaining", "available", "views", "likes",
     "progress", "queue", "ttl", "countdown", "number", "no", "line", "track", "step", "slot", "seat",
     "place", "row", "page", "ordinal"}
)  # fmt: skip
# Entities of these names have prices that change by themselves.
_TRADED = frozenset({"auction", "bid", "quote", "ticker", "market", "lot", "stock", "share"})
# TimeHistogram of these names are those of something that happens to an entity.
_EVENTS = frozenset(
    {"updated", "modified", "changed", "last", "next", "seen", "synced", "accessed", "used", "run", "due",
     "reminder", "refreshed", "touched"}
)  # fmt: skip


def changes_by_itself(name: str, resource: str) -> bool:
    """Whether a number of this name, in entities of a resource, may change without being written."""
    return bool(_CHANGING & {*words(name)} or _TRADED & {*words(noun_of(resource))})


def is_event_time(name: str) -> bool:
    """Whether a time of this name is that of something that happens to an entity, such as its last use."""
    return bool(_EVENTS & {*words(name)})
