"""Rows of one table, in and out."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson
import psycopg2
import sqlalchemy as sa
from psycopg2 import errors
from sqlalchemy.dialects.postgresql import JSONB

from students_service.statements import Statement, Statements
from students_service.tables import Resource

_PING = Statement("ping", "PREPARE ping AS SELECT 1", "EXECUTE ping")


class Unavailable(Exception):
    """The database cannot be asked now."""


class Duplicate(Exception):
    """Another row has this value; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Unstorable(Exception):
    """PostgreSQL has no way to hold a value."""


class Storage:
    """The rows of a resource, as JSON. Each call is one statement in one round trip, compiled here, and
    prepared by a connection when it first needs it; each may raise Unavailable.
    """

    def __init__(self, engine: sa.Engine, resource: Resource) -> None:
        self.engine = engine
        self.resource = resource
        self._statements = Statements(resource)
        self._read = self._statements.read()
        self._create = self._statements.create()
        self._replace = self._statements.replace()
        self._delete = self._statements.delete()
        self._pages: dict[tuple[str, ...], Statement] = {}

    def page(self, after: int, limit: int, filters: Mapping[str, Any]) -> list[str]:
        """At most `limit` rows whose keys come after `after`, in the order of keys."""
        names = tuple(sorted(filters))
        statement = self._pages.get(names)
        if statement is None:
            statement = self._pages[names] = self._statements.page(names)
        return [row[0] for row in self._rows(statement, [after, limit, *(filters[name] for name in names)])]

    def read(self, key: int) -> str | None:
        """The row of a key, or None."""
        rows = self._rows(self._read, [key])
        return rows[0][0] if rows else None

    def create(self, values: Mapping[str, Any]) -> tuple[str, int]:
        """The new row, and its key. Raises Duplicate and Unstorable."""
        ((row, key),) = self._rows(self._create, self._complete(values))
        return row, key

    def replace(self, key: int, values: Mapping[str, Any]) -> str | None:
        """The row as replaced, or None when there is none. Raises Duplicate and Unstorable."""
        rows = self._rows(self._replace, [*self._complete(values), key])
        return rows[0][0] if rows else None

    def delete(self, key: int) -> bool:
        """Whether there was such a row; there is none now."""
        return bool(self._rows(self._delete, [key]))

    def ping(self) -> None:
        """Asks the database for nothing but an answer."""
        self._rows(_PING, [])

    @cached_property
    def _writable(self) -> Sequence[tuple[str, Any, Callable[[Any], Any]]]:
        columns = self.resource.table.c
        return [
            (name, default, _as_text if isinstance(columns[name].type, JSONB) else _as_it_is)
            for name, default in self.resource.defaults.items()
        ]

    def _complete(self, values: Mapping[str, Any]) -> list[Any]:
        """Every writable column: what was left out gets its default, or NULL."""
        return [written(values.get(name, default)) for name, default, written in self._writable]

    def _rows(self, statement: Statement, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        try:
            connection = self.engine.raw_connection()
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
            if self._lost(error, connection):
                # What was connected before the database went away is of no use any more.
                self.engine.dispose(close=False)
                raise Unavailable(str(error).strip()) from error
            raise self._meaning(error) from error
        except ValueError as error:
            raise Unstorable(str(error)) from error
        finally:
            connection.close()

    def _lost(self, error: Any, connection: Any) -> bool:
        return self.engine.dialect.is_disconnect(error, connection, None)

    def _meaning(self, error: psycopg2.Error) -> Exception:
        reason = str(error).strip()
        match error:
            case errors.UniqueViolation():
                return self._duplicate(error)
            case psycopg2.DataError():
                return Unstorable(reason.splitlines()[0])
            case psycopg2.OperationalError() | psycopg2.InterfaceError():
                return Unavailable(reason)
        return error

    def _duplicate(self, error: psycopg2.Error) -> Exception:
        for constraint in self.resource.table.constraints:
            if isinstance(constraint, sa.UniqueConstraint) and constraint.name == error.diag.constraint_name:
                return Duplicate(next(column.name for column in constraint.columns))
        return error


def _as_it_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
