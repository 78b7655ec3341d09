"""What the answers of a service wrap things in, and how they spell properties."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from load.planning.names import words
from openapi.contract import Json

_WRAPPED = 3
# How deep a thing stands in what it is wrapped in, and under which names.
_DEPTH = 3
ENVELOPES = frozenset({"_source", "data", "attributes", "result", "item", "fields", "properties", "payload"})


def unwrapped(body: Json, names: Iterable[str]) -> Json:
    """The object within a body that has most properties of these names, where the body itself has few of
    them; without names, what stands alone in a body.
    """
    known = {_plain(name): name for name in names}
    if not isinstance(body, dict):
        return body
    own = _shared(body, known)
    inner = [*_objects(body, _DEPTH)]
    if 2 * own <= len(known) and inner:
        name, best = max(inner, key=lambda each: _shared(each[1], known))
        shared = _shared(best, known)
        is_envelope = len(body) <= _WRAPPED or shared > 1 or name in ENVELOPES
        if shared > own and is_envelope and (not own or shared == len(known)):
            return _respelt(best, known.values())
        if len(body) == 1:
            return _respelt(inner[0][1], known.values())
    return _respelt(body, known.values())


def _shared(body: Mapping[str, Json], known: Mapping[str, str]) -> int:
    """How many properties a body has that are known, however they are spelt."""
    return sum(_plain(name) in known for name in body) if known else 0


def _objects(body: Mapping[str, Json], depth: int) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The objects that stand in a body, with their names, the least deep first."""
    inner = [(name, each) for name, each in body.items() if isinstance(each, dict)]
    yield from inner
    for _, each in inner if depth > 1 else ():
        yield from _objects(each, depth - 1)


def _respelt(body: Json, names: Collection[str]) -> Json:
    """A body with properties as they are called in these names, where it only spells them otherwise, as
    `fullName` for `full_name`.
    """
    if not isinstance(body, dict) or not (missing := {*names} - body.keys()):
        return body
    spelt = {_plain(each): each for each in missing}
    return {spelt.get(_plain(name), name): value for name, value in body.items()}


@lru_cache(maxsize=10_000)
def _plain(name: str) -> str:
    return "".join(words(name))
