"""The counters of a PostgreSQL database."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Counters:
    """What PostgreSQL has counted.

    `scans` has, for each table, its sequential scans, the rows that they read, and the rows that it has now.
    `statements` has, for each statement, its calls and their total time (ms). `database` has the counters of
    the database as a whole, by name.
    """

    scans: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    statements: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    database: Mapping[str, float] = field(default_factory=dict)

    def since(self, before: "Counters") -> "Counters":
        """What was counted since `before`."""
        return Counters(
            {
                name: (scans - scans_before, read - read_before, rows)
                for name, (scans, read, rows) in self.scans.items()
                for scans_before, read_before, _ in [before.scans.get(name, (0, 0, 0))]
            },
            {
                text: (calls - calls_before, time_ms - time_before_ms)
                for text, (calls, time_ms) in self.statements.items()
                for calls_before, time_before_ms in [before.statements.get(text, (0.0, 0.0))]
                if calls > calls_before
            },
            {name: value - before.database.get(name, 0) for name, value in self.database.items()},
        )
