"""Objects that services wrap entities in, such as `{"data": {...}}`, and their spelling of property names."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from load.planning.names import words
from openapi.contract import Json

# An envelope of another name has at most so many properties.
_PROPERTIES_AT_MOST = 3
# How many objects deep an entity is looked for.
_DEPTH = 3
ENVELOPES = frozenset({"_source", "data", "attributes", "result", "item", "fields", "properties", "payload"})


def unwrapped(body: Json, names: Iterable[str]) -> Json:
    """The entity that a body shows: the body itself, or the object within it that has most properties of
    these names, if the body has at most half of them. If there are no names, it is the only object in the
    body. Properties that are spelt differently, such as `fullName` for `full_name`, get the given names.
    """
    names = [*names]
    spelling = {_plain(name): name for name in names}
    if not isinstance(body, dict):
        return body
    own = _count_shared(body, spelling)
    inner = [*_objects(body, _DEPTH)]
    if 2 * own <= len(spelling) and inner:
        name, best = max(inner, key=lambda item: _count_shared(item[1], spelling))
        shared = _count_shared(best, spelling)
        is_envelope = len(body) <= _PROPERTIES_AT_MOST or shared > 1 or name in ENVELOPES
        if shared > own and is_envelope and (not own or shared == len(spelling)):
            return _respelt(best, names)
        if len(body) == 1:
            return _respelt(inner[0][1], names)
    return _respelt(body, names)


def _count_shared(body: Mapping[str, Json], spelling: Mapping[str, str]) -> int:
    """How many properties of a body have one of the names, however they are spelt."""
    return sum(_plain(name) in spelling for name in body) if spelling else 0


def _objects(body: Mapping[str, Json], depth: int) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The objects within a body, with their names, down to a depth; the outer ones of a branch first."""
    inner = [(name, value) for name, value in body.items() if isinstance(value, dict)]
    yield from inner
    for _, value in inner if depth > 1 else ():
        yield from _objects(value, depth - 1)


def _respelt(body: Json, names: Collection[str]) -> Json:
    """A body whose properties have these names, where it only spells them differently. What has one of the
    names keeps it: `+1` is not `-1`.
    """
    if not isinstance(body, dict) or not (missing := {*names} - body.keys()):
        return body
    spelling = {_plain(name): name for name in missing}
    return {
        name if name in names else spelling.get(_plain(name), name): value for name, value in body.items()
    }


@lru_cache(maxsize=10_000)
def _plain(name: str) -> str:
    return "".join(words(name))
