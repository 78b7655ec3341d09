"""A creation that is made once more: it shows whether a service makes another thing, or finds the first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from load.planning.plan import Slot
from openapi.contract import Json

_NOTHING = object()


@dataclass(frozen=True)
class Repetition:
    """The body that was `sent`, the pointers to those of its values that are the run's `own`, as nobody else
    can have sent them, and the parameters that went with it (`bound`). Its own values are made up anew.
    """

    sent: Json
    own: frozenset[str]
    bound: Mapping[Slot, Json]

    def of(self, payload: Json) -> Json:
        """A payload that was made up for the call, with everything else as it was in the first one."""
        again = self._again(self.sent, payload, "")
        return payload if again is _NOTHING else again

    def _again(self, sent: Json, fresh: Json, pointer: str) -> Json:
        if isinstance(sent, dict):
            others = fresh if isinstance(fresh, dict) else {}
            pairs = [
                (name, self._again(each, others.get(name, _NOTHING), f"{pointer}/{name}"))
                for name, each in sent.items()
            ]
            return {name: each for name, each in pairs if each is not _NOTHING}
        if isinstance(sent, list):
            items = fresh if isinstance(fresh, list) else []
            found = [
                self._again(each, items[place] if place < len(items) else _NOTHING, f"{pointer}/{place}")
                for place, each in enumerate(sent)
            ]
            return [each for each in found if each is not _NOTHING]
        return fresh if pointer in self.own else sent


def scalars_of(body: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """The texts, numbers and flags of a body, each with the pointer to it."""
    if isinstance(body, dict):
        for name, each in body.items():
            yield from scalars_of(each, f"{pointer}/{name}")
    elif isinstance(body, list):
        for place, each in enumerate(body):
            yield from scalars_of(each, f"{pointer}/{place}")
    elif body is not None:
        yield pointer, body
