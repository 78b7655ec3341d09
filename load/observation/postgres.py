"""What a PostgreSQL tells of itself: what its backends do at a moment, and what it has counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from load.errors import LoadError

NAME = "contract-load"
CONNECT_TIMEOUT_S = 5
READS, WRITES, OTHERS = "reads", "writes", "others"
_READING = ("select", "with", "values", "table", "fetch")
_WRITING = ("insert", "update", "delete", "merge", "copy", "commit", "end")
_STATEMENT_LENGTH = 300

# Own sessions are not the service's.
_ACTIVITY = """
SELECT pid, state, coalesce(wait_event_type, ''), coalesce(wait_event, ''), left(query, 300),
       CASE wait_event_type WHEN 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END,
       coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::float8
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> %s
"""
_TABLES = """
SELECT relname, seq_scan, coalesce(seq_tup_read, 0), n_live_tup FROM pg_stat_user_tables
"""
_DATABASE = """
SELECT blks_hit, blks_read, xact_commit, xact_rollback, deadlocks, temp_bytes,
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8
FROM pg_stat_database WHERE datname = current_database()
"""
_HAS_STATEMENTS = "SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'"
_STATEMENTS = """
SELECT query, sum(calls)::float8, sum(total_exec_time)::float8 FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY query
"""


@dataclass(frozen=True)
class Backend:
    """A session of the service: its statement, or the last one when it is idle within a transaction, and
    what it waits for; `age` is that of its transaction (s).
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
        """Whether somebody has it in use."""
        return self.state not in ("idle", "")

    @property
    def kind(self) -> str:
        """Whether it reads or writes."""
        first = self.statement.lower().partition(" ")[0].strip("(;")
        return READS if first in _READING else WRITES if first in _WRITING else OTHERS

    @property
    def waits_for(self) -> str:
        """What it waits for, as PostgreSQL names it; nothing when it works."""
        return f"{self.wait_type}: {self.wait}" if self.wait_type else ""


@dataclass(frozen=True)
class Counters:
    """What has been counted since some time: by table, scans of it as a whole and rows read by them, with
    the rows that it has now; by statement, calls and time (ms); and of the database as a whole.
    """

    scans: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    statements: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    database: Mapping[str, float] = field(default_factory=dict)

    def since(self, before: "Counters") -> "Counters":
        """The difference to an earlier look."""
        return Counters(
            {
                name: (scans - was[0], read - was[1], rows)
                for name, (scans, read, rows) in self.scans.items()
                for was in [before.scans.get(name, (0, 0, 0))]
            },
            {
                text: (calls - was[0], time_ms - was[1])
                for text, (calls, time_ms) in self.statements.items()
                for was in [before.statements.get(text, (0.0, 0.0))]
                if calls > was[0]
            },
            {name: value - before.database.get(name, 0) for name, value in self.database.items()},
        )


class Database:
    """A session of our own with a PostgreSQL. Raises LoadError when it cannot be reached."""

    def __init__(self, url: str) -> None:
        plain = url.replace("postgresql+psycopg2://", "postgresql://")
        if not plain.startswith(("postgresql://", "postgres://")):
            # What it says instead may be a secret.
            raise LoadError(
                "--database-url: it looks like postgresql://host:5432/name, with user:password@ before "
                "the host"
            )
        try:
            self._connection: Connection = psycopg2.connect(
                plain,
                application_name=NAME,
                connect_timeout=CONNECT_TIMEOUT_S,
                options="-c statement_timeout=5000",
            )
        except psycopg2.Error as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise LoadError(f"--database-url: cannot reach the database: {reason}") from None
        self._connection.autocommit = True
        self.pid = self._connection.get_backend_pid()
        self._has_statements = bool(self._rows(_HAS_STATEMENTS))

    def backends(self) -> list[Backend]:
        """What the service's sessions do now."""
        return [
            Backend(pid, state or "", kind, wait, _shortened(query), tuple(blockers), age)
            for pid, state, kind, wait, query, blockers, age in self._rows(_ACTIVITY, (NAME,))
        ]

    def counters(self) -> Counters:
        """What has been counted until now."""
        names = ("hits", "reads", "commits", "rollbacks", "deadlocks", "temporary", "wal")
        (row,) = self._rows(_DATABASE) or [(0,) * len(names)]
        return Counters(
            {name: (scans, read, rows) for name, scans, read, rows in self._rows(_TABLES)},
            {_shortened(text): (calls, time_ms) for text, calls, time_ms in self._statements()},
            {name: float(value or 0) for name, value in zip(names, row, strict=True)},
        )

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _statements(self) -> Iterator[tuple[str, float, float]]:
        if self._has_statements:
            try:
                yield from self._rows(_STATEMENTS)
            except psycopg2.Error:
                # Created, but not loaded by the server.
                self._has_statements = False

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def _shortened(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= _STATEMENT_LENGTH else f"{text[:_STATEMENT_LENGTH]}…"
