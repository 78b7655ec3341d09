"""Blanks of a body: where identifiers of known things take the place of values that were made up."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence

from openapi.contract import Json

Holder = tuple[dict[str, Json], str]


def substitute(
    payload: Json, values: Mapping[str, Json], empty: Sequence[str], is_valid: Callable[[Json], bool]
) -> tuple[Json, bool]:
    """A copy of a payload with the values in the places that their JSON pointers lead to (`*` is every
    item of a list), as far as the payload has them, and without what the pointers of `empty` lead to.
    What would make it invalid is not done; gives whether all was.
    """
    changes: list[Callable[[Json], None]] = [_without(each) for each in empty if each not in values]
    changes += [_with(pointer, value) for pointer, value in values.items()]
    together = _changed(payload, changes)
    if is_valid(together):
        return together, True
    for change in changes:
        candidate = _changed(payload, [change])
        payload = candidate if is_valid(candidate) else payload
    return payload, False


def _changed(payload: Json, changes: Sequence[Callable[[Json], None]]) -> Json:
    changed = copy.deepcopy(payload)
    for change in changes:
        change(changed)
    return changed


def _without(pointer: str) -> Callable[[Json], None]:
    def change(payload: Json) -> None:
        for holder, name in _holders(payload, pointer):
            holder.pop(name, None)

    return change


def _with(pointer: str, value: Json) -> Callable[[Json], None]:
    def change(payload: Json) -> None:
        for holder, name in _holders(payload, pointer):
            if holder.get(name) is not None:
                holder[name] = _alike(value, holder[name])

    return change


def _alike(value: Json, example: Json) -> Json:
    """An identifier as a text, a number or a list, whichever stood there: services answer with one and ask
    for the other.
    """
    if isinstance(example, list):
        return [_alike(value, example[0])] if example else [value]
    if isinstance(example, int) and isinstance(value, str) and value.isdecimal():
        return int(value)
    return str(value) if isinstance(example, str) and isinstance(value, int) else value


def _holders(payload: Json, pointer: str) -> Iterator[Holder]:
    """The objects that the last token of a pointer names a property of, as far as the payload has them."""
    *steps, last = (token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    found = [payload]
    for step in steps:
        if step == "*":
            found = [item for each in found if isinstance(each, list) for item in each]
        else:
            found = [each.get(step) for each in found if isinstance(each, dict)]
    return ((each, last) for each in found if isinstance(each, dict))
