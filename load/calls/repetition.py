"""A creation that is made once more: it shows whether a service makes another thing, or finds the first."""

from collections.abc import Mapping
from dataclasses import dataclass

from openapi.contract import Json


@dataclass(frozen=True)
class Repetition:
    """The properties that were `sent`, and the names of those whose values are the run's `own`: nobody else
    can have sent these, and they are made up anew.
    """

    sent: Mapping[str, Json]
    own: frozenset[str]

    def of(self, payload: Json) -> Json:
        """A payload that was made up for the call, with everything else as it was in the first one."""
        if not isinstance(payload, dict):
            return payload
        names = [name for name in self.sent if name not in self.own or name in payload]
        return {name: payload[name] if name in self.own else self.sent[name] for name in names}
