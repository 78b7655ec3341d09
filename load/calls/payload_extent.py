"""Payloads with as little as is valid, and with as much as is possible, made of others."""

import copy
from collections.abc import Callable, Iterator

from openapi.contract import Json, JsonObject
from openapi.payloads import PayloadGenerator

# How many properties are tried without, and how many payloads a full one is put together from.
_REMOVALS_AT_MOST = 200
_DRAWS = 8

Check = Callable[[Json], bool]


def minimal(generate: PayloadGenerator, is_valid: Check) -> Json:
    """A payload without the properties that it is valid without."""
    payload = copy.deepcopy(generate())
    places = ((holder, name) for holder in _objects(payload) for name in [*holder])
    for count, (holder, name) in enumerate(places):
        if count >= _REMOVALS_AT_MOST:
            break
        value = holder.pop(name)
        if not is_valid(payload):
            holder[name] = value
    return payload


def full(generate: PayloadGenerator, is_valid: Check) -> Json:
    """A payload with the properties of several others, or the one with the most of them where these do not go
    together.
    """
    drawn = [generate() for _ in range(_DRAWS)]
    united = copy.deepcopy(drawn[0])
    for other in drawn[1:]:
        united = _united(united, other)
    return united if is_valid(united) else max(drawn, key=_size)


def _united(payload: Json, other: Json) -> Json:
    """The properties of both; null is nothing."""
    if payload is None:
        return other
    if not isinstance(payload, dict) or not isinstance(other, dict):
        return payload
    shared = {name: _united(value, other[name]) for name, value in payload.items() if name in other}
    return {**other, **payload, **shared}


def _size(payload: Json) -> int:
    return sum(len(holder) for holder in _objects(payload))


def _objects(payload: Json) -> Iterator[JsonObject]:
    """The objects of a payload, from the outside to the inside. What is removed on the way is not visited."""
    pending = [payload]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
