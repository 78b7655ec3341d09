"""Reads that showed an outdated state for no longer than the service may take to become consistent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from load.ledger.history import Write
from load.representations.equivalence import shows
from openapi.contract import Json


@dataclass(slots=True)
class Delays:
    """Outdated reads of one address. `late` counts those after which a read showed the write that was due,
    and `late_s` is the greatest delay among them (s); `overtaken` counts those after which something else was
    written before the due write was seen, so that it may have been late or lost.
    """

    late: int = 0
    late_s: float = 0.0
    overtaken: int = 0
    _due: Write | None = None
    _pending: int = 0
    _pending_s: float = 0.0

    def add(self, age: float, due: Write, read: Mapping[str, Json] = MappingProxyType({})) -> None:
        """Count a read that showed what had been out of date for an age (s) although a write was due. The
        values that it `read` may prove that the write that was due before has been seen.
        """
        if due is not self._due:
            former = self._due.properties if self._due else {}
            is_seen = any(name in former and shows(former[name], value) for name, value in read.items())
            self.settle(is_seen)
            self._due = due
        self._pending += 1
        self._pending_s = max(self._pending_s, age)

    def settle(self, is_seen: bool) -> None:
        """Close the pending reads: the due write has been seen, or something else was written before."""
        if is_seen:
            self.late += self._pending
            self.late_s = max(self.late_s, self._pending_s)
        else:
            self.overtaken += self._pending
        self._due, self._pending, self._pending_s = None, 0, 0.0

    @property
    def is_pending(self) -> bool:
        """Whether a write that was due has not been seen yet."""
        return self._pending > 0

    def is_overtaken(self, writes: Sequence[Write]) -> bool:
        """Whether a later one of the writes to the address may have replaced what is due."""
        if self._due is None or self._due not in writes:
            return True
        names = self._due.properties.keys()
        later = writes[writes.index(self._due) + 1 :]
        return any(write.is_definite or write.properties.keys() & names for write in later)
