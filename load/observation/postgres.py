"""What PostgreSQL reports about itself: what its backends are doing, and what it has counted."""

from collections.abc import Iterator
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from load.errors import LoadError
from load.observation.counters import Counters
from load.observation.sessions import Backend

NAME = "contract-load"
CONNECT_TIMEOUT_S = 5
_STATEMENT_LENGTH = 300

# Our own session is none of the service's.
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


class Database:
    """Our own session with a PostgreSQL. Raises LoadError if it cannot be reached."""

    def __init__(self, url: str) -> None:
        plain = url.replace("postgresql+psycopg2://", "postgresql://")
        if not plain.startswith(("postgresql://", "postgres://")):
            # The value may be a secret, so the message does not show it. A password within an example URL
            # would be masked.
            raise LoadError(
                "--database-url must look like postgresql://host:5432/name, with user:password@ before the "
                "host"
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
        """The service's sessions as they are now."""
        return [
            Backend(pid, state or "", kind, wait, _shortened(query), tuple(blockers), age)
            for pid, state, kind, wait, query, blockers, age in self._rows(_ACTIVITY, (NAME,))
        ]

    def counters(self) -> Counters:
        """What PostgreSQL has counted until now."""
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
                # The extension was created, but the server has not loaded it.
                self._has_statements = False

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def _shortened(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= _STATEMENT_LENGTH else f"{text[:_STATEMENT_LENGTH]}…"
