"""Executes the statements of a table on pooled connections."""

from collections.abc import Sequence
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errors

from students_service.statements import Statement
from students_service.storage_errors import Duplicate, Unavailable, Unstorable


class Executor:
    """Executes statements, each in one round trip.

    A connection prepares a statement when it first needs it.
    """

    def __init__(self, engine: sa.Engine, table: sa.Table) -> None:
        self._engine = engine
        self._unique_fields = {
            constraint.name: next(column.name for column in constraint.columns)
            for constraint in table.constraints
            if isinstance(constraint, sa.UniqueConstraint)
        }

    def rows(self, statement: Statement, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Execute a statement and return its rows. Raises Unavailable, Duplicate and Unstorable."""
        try:
            connection = self._engine.raw_connection()
        except (psycopg2.Error, sa.exc.TimeoutError) as error:
            raise Unavailable(str(error).strip()) from error
        try:
            cursor = connection.cursor()
            if statement.name not in connection.info:
                cursor.execute(statement.prepare)
                connection.info[statement.name] = True
            cursor.execute(statement.execute, values)
            return cursor.fetchall()
        except psycopg2.Error as error:
            if self._is_disconnect(error, connection):
                # Connections from before the database went away cannot be used any more.
                self._engine.dispose(close=False)
                raise Unavailable(str(error).strip()) from error
            raise self._translated(error) from error
        except ValueError as error:
            raise Unstorable(str(error)) from error
        finally:
            connection.close()

    def _is_disconnect(self, error: Any, connection: Any) -> bool:
        return self._engine.dialect.is_disconnect(error, connection, None)

    def _translated(self, error: psycopg2.Error) -> Exception:
        reason = str(error).strip()
        match error:
            case errors.UniqueViolation():
                field = self._unique_fields.get(error.diag.constraint_name)
                return error if field is None else Duplicate(field)
            case psycopg2.DataError():
                return Unstorable(reason.splitlines()[0])
            case psycopg2.OperationalError() | psycopg2.InterfaceError():
                return Unavailable(reason)
        return error
