"""Executes statements on pooled connections."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errors

from students_service.rows.statement_watch import StatementWatch
from students_service.rows.statements import Statement
from students_service.rows.storage_errors import ReadOnly, Refused, Unavailable, Unstorable, Violated
from students_service.trace_context import commented


class Executor:
    """Executes statements, each in one round trip, which may take `limit_s` (s).

    A connection prepares a statement when it first needs it.
    """

    def __init__(self, engine: sa.Engine, metadata: sa.MetaData, limit_s: float) -> None:
        self._engine = engine
        self._limit_s = limit_s
        self._watch = StatementWatch()
        self._constraints = {*constraint_names(metadata)}

    def rows(
        self, statement: Statement, values: Sequence[Any], limit_s: float | None = None
    ) -> Sequence[Sequence[Any]]:
        """Execute a statement and return its rows. Its answer must be there within the limit (s), or that of
        the executor. Raises Unavailable, Violated, Unstorable and Refused.
        """
        try:
            connection = self._engine.raw_connection()
        except (psycopg2.Error, sa.exc.TimeoutError) as error:
            raise Unavailable(str(error).strip()) from error
        psycopg2_connection: Any = connection.dbapi_connection
        socket_number = -1
        try:
            socket_number = psycopg2_connection.fileno()
            self._watch.begin(socket_number, limit_s or self._limit_s)
            cursor = psycopg2_connection.cursor()
            if statement.name not in connection.info:
                cursor.execute(statement.prepare)
                connection.info[statement.name] = True
            cursor.execute(commented(statement.execute), values)
            rows: Sequence[Sequence[Any]] = cursor.fetchall()
        except psycopg2.Error as error:
            if self._is_disconnect(error, connection):
                # Connections from before the database went away cannot be used any more.
                self._engine.dispose(close=False)
                raise Unavailable(str(error).strip()) from error
            raise self._translated(error) from None
        except ValueError:
            raise Unstorable("a text has the character NUL (U+0000)") from None
        finally:
            self._watch.end(socket_number)
            connection.close()
        return rows

    def _is_disconnect(self, error: Any, connection: Any) -> bool:
        return self._engine.dialect.is_disconnect(error, connection, None)

    def _translated(self, error: psycopg2.Error) -> Exception:
        """What an error of PostgreSQL means. Its own text may have values, which are nobody's business."""
        reason = str(error).strip()
        match error:
            case errors.UniqueViolation() | errors.ForeignKeyViolation() if (
                error.diag.constraint_name in self._constraints
            ):
                return Violated(error.diag.constraint_name)
            case errors.ReadOnlySqlTransaction():
                return ReadOnly("the database is read-only")
            case psycopg2.DataError() | errors.ProgramLimitExceeded():
                return Unstorable(reason.splitlines()[0])
            case psycopg2.OperationalError() | psycopg2.InterfaceError():
                return Unavailable(reason)
        return Refused(_in_names(error))


def constraint_names(metadata: sa.MetaData) -> Iterator[str]:
    """The names of all constraints that a row can break, of tables and of unique indexes."""
    for table in metadata.tables.values():
        names = [constraint.name for constraint in table.constraints]
        names += [index.name for index in table.indexes if index.unique]
        yield from (str(name) for name in names if name)


def _in_names(error: psycopg2.Error) -> str:
    """An error in the names of what it is about. Where PostgreSQL did not find something, or may not use it
    (class 42), its own text has nothing else.
    """
    code = error.pgcode or ""
    names = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
    about = error.diag.message_primary if code.startswith("42") else ", ".join(filter(None, names))
    return f"PostgreSQL refused a statement: {type(error).__name__} ({code}) {about or ''}".rstrip()
