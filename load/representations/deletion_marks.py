"""Marks by which an entity says that it is deleted, such as `deletedAt` or `"status": "archived"`."""

from collections.abc import Mapping

from load.planning.names import words
from openapi.contract import Json

_DELETED = frozenset(
    {"deleted", "deletion", "archived", "removed", "trashed", "cancelled", "canceled", "inactive", "disabled",
     "deactivated", "closed", "terminated", "void", "voided", "withdrawn", "retired", "destroyed", "trash"}
)  # fmt: skip
_LIVE = frozenset({"active", "enabled", "live", "visible"})


def is_marked_deleted(body: Mapping[str, Json]) -> bool:
    """Whether an entity that is shown says that it is deleted or no longer in use."""
    return any(
        bool(value and _DELETED & {*words(name)}) or (value is False and bool(_LIVE & {*words(name)[-1:]}))
        for name, value in body.items()
    ) or says(body, _DELETED)


def is_in_deleted_state(body: Mapping[str, Json]) -> bool:
    """Like `is_marked_deleted`, but of texts only single words count. Use it where clients write the flags
    and states themselves, and longer texts may contain any word.
    """
    states = {
        name: value for name, value in body.items() if not isinstance(value, str) or len(words(value)) == 1
    }
    return is_marked_deleted(states)


def says(body: Mapping[str, Json], vocabulary: frozenset[str]) -> bool:
    """Whether a text of a body contains a word of a vocabulary."""
    return any(isinstance(value, str) and vocabulary & {*words(value)} for value in body.values())
