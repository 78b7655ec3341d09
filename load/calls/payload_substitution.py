"""Puts identifiers of existing entities into generated bodies, in place of generated values."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence

from openapi.contract import Json

Holder = tuple[dict[str, Json], str]


def substitute(
    payload: Json, values: Mapping[str, Json], empty: Sequence[str], is_valid: Callable[[Json], bool]
) -> tuple[Json, bool]:
    """A copy of a payload with values replaced, and whether every change could be made.

    `values` are by JSON pointer, in which `*` is every item of a list; only values that the payload has are
    replaced. The properties at the pointers of `empty` are removed, unless they have a value. A change that
    makes the payload invalid is left out.
    """
    changes: list[Callable[[Json], None]] = [_removal(pointer) for pointer in empty if pointer not in values]
    changes += [_replacement(pointer, value) for pointer, value in values.items()]
    changed = _apply(payload, changes)
    if is_valid(changed):
        return changed, True
    for change in changes:
        candidate = _apply(payload, [change])
        payload = candidate if is_valid(candidate) else payload
    return payload, False


def _apply(payload: Json, changes: Sequence[Callable[[Json], None]]) -> Json:
    changed = copy.deepcopy(payload)
    for change in changes:
        change(changed)
    return changed


def _removal(pointer: str) -> Callable[[Json], None]:
    def change(payload: Json) -> None:
        for holder, name in _holders(payload, pointer):
            holder.pop(name, None)

    return change


def _replacement(pointer: str, value: Json) -> Callable[[Json], None]:
    def change(payload: Json) -> None:
        for holder, name in _holders(payload, pointer):
            if holder.get(name) is not None:
                holder[name] = _converted(value, holder[name])

    return change


def _converted(value: Json, replaced: Json) -> Json:
    """An identifier as the type of the value that it replaces: a string, a number or a list. Some services
    answer with one type and expect another.
    """
    if isinstance(replaced, list):
        return [_converted(value, replaced[0])] if replaced else [value]
    if isinstance(replaced, int) and isinstance(value, str) and value.isdecimal():
        return int(value)
    return str(value) if isinstance(replaced, str) and isinstance(value, int) else value


def _holders(payload: Json, pointer: str) -> Iterator[Holder]:
    """The objects that may have the property at a pointer, each with the property's name."""
    *steps, last = (token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    nodes = [payload]
    for step in steps:
        if step == "*":
            nodes = [item for node in nodes if isinstance(node, list) for item in node]
        else:
            nodes = [node.get(step) for node in nodes if isinstance(node, dict)]
    return ((node, last) for node in nodes if isinstance(node, dict))
