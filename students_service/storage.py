"""Rows of one table, in and out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from students_service.tables import Resource

Row = dict[str, Any]
_UNIQUE_VIOLATION = "23505"


class Unavailable(Exception):
    """The database cannot be asked now."""


class Duplicate(Exception):
    """Another row has this value; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Unstorable(Exception):
    """PostgreSQL has no way to hold a value."""


@dataclass(frozen=True)
class Storage:
    """The rows of a resource. Each call is one statement; each may raise Unavailable."""

    engine: sa.Engine
    resource: Resource

    def page(self, after: int, limit: int, filters: Mapping[str, Any]) -> list[Row]:
        """At most `limit` rows whose keys come after `after`, in the order of keys."""
        statement = self._page.where(*(self._columns[name] == value for name, value in filters.items()))
        with self._statement(statement.limit(limit), {"after": after}) as result:
            return [self._shown(row) for row in result]

    def read(self, key: int) -> Row | None:
        """The row of a key, or None."""
        return self._one(self._read, {"key": key})

    def create(self, values: Mapping[str, Any]) -> Row:
        """The new row. Raises Duplicate and Unstorable."""
        row = self._one(self._create, self._complete(values))
        assert row is not None
        return row

    def replace(self, key: int, values: Mapping[str, Any]) -> Row | None:
        """The row as replaced, or None when there is none. Raises Duplicate and Unstorable."""
        return self._one(self._replace, {**self._complete(values), "row_key": key})

    def delete(self, key: int) -> bool:
        """Whether there was such a row; there is none now."""
        with self._statement(self._delete, {"key": key}) as result:
            return result.first() is not None

    def ping(self) -> None:
        """Asks the database for nothing but an answer."""
        with self._statement(sa.select(1), {}) as result:
            result.scalar_one()

    @property
    def _columns(self) -> sa.ColumnCollection[str, sa.Column[Any]]:
        return self.resource.table.c

    @cached_property
    def _key(self) -> sa.Column[Any]:
        return self._columns[self.resource.key]

    @cached_property
    def _page(self) -> sa.Select[Any]:
        return sa.select(self.resource.table).where(self._key > sa.bindparam("after")).order_by(self._key)

    @cached_property
    def _read(self) -> sa.Select[Any]:
        return sa.select(self.resource.table).where(self._key == sa.bindparam("key"))

    @cached_property
    def _values(self) -> dict[str, Any]:
        return {
            name: sa.bindparam(f"value_{name}", type_=self._columns[name].type)
            for name in self.resource.defaults
        }

    @cached_property
    def _create(self) -> sa.Insert:
        return sa.insert(self.resource.table).values(self._values).returning(self.resource.table)

    @cached_property
    def _replace(self) -> sa.Update:
        changed = {name: sa.func.now() for name in self.resource.changing}
        where = self._key == sa.bindparam("row_key")
        statement = sa.update(self.resource.table).where(where).values({**self._values, **changed})
        return statement.returning(self.resource.table)

    @cached_property
    def _delete(self) -> sa.Executable:
        return sa.delete(self.resource.table).where(self._key == sa.bindparam("key")).returning(self._key)

    def _complete(self, values: Mapping[str, Any]) -> Row:
        """Every writable column: what was left out gets its default, or NULL."""
        return {
            f"value_{name}": _stored(values.get(name, default), self._columns[name].type)
            for name, default in self.resource.defaults.items()
        }

    def _one(self, statement: sa.Executable, values: Mapping[str, Any]) -> Row | None:
        with self._statement(statement, values) as result:
            row = result.first()
            return None if row is None else self._shown(row)

    @cached_property
    def _names(self) -> tuple[tuple[str, bool], ...]:
        names = (str(column.name) for column in self._columns)
        return tuple((name, name in self.resource.nullable) for name in names)

    def _shown(self, row: Sequence[Any]) -> Row:
        return {
            name: _shown(value)
            for (name, nullable), value in zip(self._names, row, strict=True)
            if value is not None or nullable
        }

    @contextmanager
    def _statement(
        self, statement: sa.Executable, values: Mapping[str, Any]
    ) -> Iterator[sa.CursorResult[Any]]:
        try:
            with self.engine.connect() as connection:
                yield connection.execute(statement, values)
        except sa.exc.IntegrityError as error:
            raise self._duplicate(error) from error
        except sa.exc.DataError as error:
            raise Unstorable(str(error.orig).strip().splitlines()[0]) from error
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            raise Unavailable(str(getattr(error, "orig", error)).strip()) from error
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise Unavailable(str(error.orig).strip()) from error

    def _duplicate(self, error: sa.exc.IntegrityError) -> Exception:
        diagnostics = getattr(error.orig, "diag", None)
        if getattr(error.orig, "pgcode", None) != _UNIQUE_VIOLATION or diagnostics is None:
            return error
        for constraint in self.resource.table.constraints:
            if isinstance(constraint, sa.UniqueConstraint) and constraint.name == diagnostics.constraint_name:
                return Duplicate(next(column.name for column in constraint.columns))
        return error


def _stored(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    """Text becomes what the column's type wants: a day or a time."""
    reader = {sa.Date: date.fromisoformat, sa.DateTime: datetime.fromisoformat}.get(type(kind))
    if reader is None or not isinstance(value, str):
        return value
    try:
        return reader(value)
    except ValueError as error:
        raise Unstorable(str(error)) from None


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
