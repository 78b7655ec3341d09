"""The values that operations write to properties, and how many different ones there are."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from load.ledger.history import Write
from load.ledger.service_habits import FEW_WRITES
from openapi.contract import Json

# A property with no more different values than these holds a state, and any of them may come about by chance.
_FEW_VALUES = 8


class WrittenValues:
    """The values of properties, by the label of the operation that writes them and the property's name."""

    def __init__(self) -> None:
        # Only the first few are kept.
        self._values: defaultdict[tuple[str, str], set[Json]] = defaultdict(set)
        self._writes: Counter[tuple[str, str]] = Counter()

    def add(self, label: str, name: str, value: Json) -> None:
        """Add a value that was written."""
        self._writes[label, name] += value is not None
        values = self._values[label, name]
        if len(values) <= _FEW_VALUES and isinstance(value, (str, int, float)):
            values.add(value)

    def add_states(self, write: Write, body: Json) -> Mapping[str, Json]:
        """Add the flags and states that an answer shows and the call had not sent, and return them."""
        states: dict[str, Json] = {}
        for name, value in body.items() if isinstance(body, dict) else ():
            if name in write.properties or not isinstance(value, (bool, str)):
                continue
            if self.has_few(write.label, name):
                self.add(write.label, name, value)
                states[name] = value
        return states

    def has_few(self, label: str, name: str) -> bool:
        """Whether a property was only written with a few different values, as far as it was written."""
        return len(self._values[label, name]) <= _FEW_VALUES

    def states(self, write: Write) -> Iterator[tuple[str, Json]]:
        """The properties of a write that are flags, or have one of a few values after many writes."""
        for name, value in (*write.properties.items(), *write.added_states.items()):
            is_one_of_few = self._writes[write.label, name] >= FEW_WRITES and self.has_few(write.label, name)
            if isinstance(value, bool) or (isinstance(value, str) and is_one_of_few):
                yield name, value
