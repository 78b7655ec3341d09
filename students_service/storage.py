"""Rows of one table, in and out."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from students_service.executor import Executor
from students_service.statements import Statement, Statements
from students_service.tables import Resource

_PING = Statement("ping", "PREPARE ping AS SELECT 1", "EXECUTE ping")


class Storage:
    """The rows of a resource as JSON. Each call is one statement; each may raise Unavailable."""

    def __init__(self, engine: sa.Engine, resource: Resource) -> None:
        self.resource = resource
        self._executor = Executor(engine, resource.table)
        self._statements = Statements(resource)
        self._read = self._statements.read()
        self._create = self._statements.create()
        self._replace = self._statements.replace()
        self._delete = self._statements.delete()
        self._pages: dict[tuple[str, ...], Statement] = {}

    def page(self, after: int, limit: int, filters: Mapping[str, Any]) -> list[str]:
        """At most `limit` rows whose keys are greater than `after`, in the order of keys."""
        names = tuple(sorted(filters))
        statement = self._pages.get(names)
        if statement is None:
            statement = self._pages[names] = self._statements.page(names)
        values = [after, limit, *(filters[name] for name in names)]
        return [row[0] for row in self._executor.rows(statement, values)]

    def read(self, key: int) -> str | None:
        """The row of a key, or None."""
        rows = self._executor.rows(self._read, [key])
        return rows[0][0] if rows else None

    def create(self, values: Mapping[str, Any]) -> tuple[str, int]:
        """Insert a row; return it and its key. Raises Duplicate and Unstorable."""
        ((row, key),) = self._executor.rows(self._create, self._complete(values))
        return row, key

    def replace(self, key: int, values: Mapping[str, Any]) -> str | None:
        """Replace a row and return it, or None if there is none. Raises Duplicate and Unstorable."""
        rows = self._executor.rows(self._replace, [*self._complete(values), key])
        return rows[0][0] if rows else None

    def delete(self, key: int) -> bool:
        """Delete a row; return whether there was one."""
        return bool(self._executor.rows(self._delete, [key]))

    def ping(self) -> None:
        """Check that the database answers."""
        self._executor.rows(_PING, [])

    @cached_property
    def _writable(self) -> list[tuple[str, Any, Callable[[Any], Any]]]:
        columns = self.resource.table.c
        return [
            (name, default, _as_text if isinstance(columns[name].type, JSONB) else _unchanged)
            for name, default in self.resource.defaults.items()
        ]

    def _complete(self, values: Mapping[str, Any]) -> list[Any]:
        """Values for every writable column; those that are left out get their default, or NULL."""
        return [convert(values.get(name, default)) for name, default, convert in self._writable]


def _unchanged(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
