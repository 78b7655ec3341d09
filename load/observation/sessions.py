"""The sessions that the service has with PostgreSQL."""

from dataclasses import dataclass
from typing import NamedTuple

READS, WRITES, OTHERS = "reads", "writes", "others"
_READING = ("select", "with", "values", "table", "fetch")
_WRITING = ("insert", "update", "delete", "merge", "copy", "commit", "end")


class Wait(NamedTuple):
    """What a session waits for, as pg_stat_activity names it; both are empty when it is working."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.type}: {self.name}" if self.type else ""


@dataclass(frozen=True)
class Backend:
    """A session of the service, as pg_stat_activity shows it.

    `statement` is the one that runs, or the last one when the session is idle in a transaction. `age` is how
    long its transaction has been open (s).
    """

    pid: int
    state: str
    wait_type: str
    wait: str
    statement: str
    blocked_by: tuple[int, ...] = ()
    age: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether the service is using it."""
        return self.state not in ("idle", "")

    @property
    def kind(self) -> str:
        """Whether its statement reads, writes or does something else."""
        first = self.statement.lower().partition(" ")[0].strip("(;")
        return READS if first in _READING else WRITES if first in _WRITING else OTHERS

    @property
    def waits_for(self) -> Wait:
        """What it waits for."""
        return Wait(self.wait_type, self.wait if self.wait_type else "")
