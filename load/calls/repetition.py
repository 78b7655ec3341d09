"""Repeats a creation, to see whether a service creates another entity or returns the first one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from load.planning.plan import Slot
from openapi.contract import Json

_ABSENT = object()


@dataclass(frozen=True)
class Repetition:
    """An earlier creation: the body that was `sent`, and the parameters that went with it (`bound`).

    `own` are the pointers to values that only this run can have sent. They get new values; everything else is
    sent again.
    """

    sent: Json
    own: frozenset[str]
    bound: Mapping[Slot, Json]

    def of(self, payload: Json) -> Json:
        """The body that was sent, with this new payload's values where they are the run's own."""
        repeated = self._repeat(self.sent, payload, "")
        return payload if repeated is _ABSENT else repeated

    def _repeat(self, sent: Json, fresh: Json, pointer: str) -> Json:
        if isinstance(sent, dict):
            fresh_values = fresh if isinstance(fresh, dict) else {}
            properties = {
                name: self._repeat(value, fresh_values.get(name, _ABSENT), f"{pointer}/{name}")
                for name, value in sent.items()
            }
            return {name: value for name, value in properties.items() if value is not _ABSENT}
        if isinstance(sent, list):
            fresh_items = fresh if isinstance(fresh, list) else []
            items = [
                self._repeat(
                    value, fresh_items[index] if index < len(fresh_items) else _ABSENT, f"{pointer}/{index}"
                )
                for index, value in enumerate(sent)
            ]
            return [item for item in items if item is not _ABSENT]
        return fresh if pointer in self.own else sent


def scalars_of(body: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """The strings, numbers and booleans of a body, each with the pointer to it."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from scalars_of(value, f"{pointer}/{name}")
    elif isinstance(body, list):
        for index, item in enumerate(body):
            yield from scalars_of(item, f"{pointer}/{index}")
    elif body is not None:
        yield pointer, body
