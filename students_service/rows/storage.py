"""Rows of one table, in and out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from students_service.document.tables import Resource
from students_service.rows.executor import Executor
from students_service.rows.kept_creations import KeptCreations, Keys, Once
from students_service.rows.statements import Statement, Statements
from students_service.rows.storage_errors import Duplicate, ReadOnly, Unknown, Unstorable, Used, Violated

_FIRST_AND_LAST_YEARS = ("0001", "9999")
# PostgreSQL rounds to microseconds.
_LAST_TIME = datetime.max.replace(microsecond=999_998, tzinfo=UTC)
_PING = Statement("ping", "PREPARE ping AS SELECT current_setting('transaction_read_only')", "EXECUTE ping")


class Database:
    """What holds for all tables."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def ping(self, limit_s: float) -> None:
        """Check that the database answers within a time (s), and takes writes. Raises Unavailable."""
        ((is_read_only,),) = self._executor.rows(_PING, [], limit_s)
        if is_read_only == "on":
            raise ReadOnly("the database is read-only")


class Storage:
    """The rows of a resource as JSON. Each call may raise Unavailable, and is one statement but for repeated
    requests.
    """

    def __init__(self, executor: Executor, resource: Resource, keys: Keys | None) -> None:
        self.resource = resource
        self._executor = executor
        self._statements = Statements(resource)
        self._pages: dict[tuple[str, ...], Statement] = {}
        self._kept = None
        if keys is not None:
            create = self._statements.create_once(keys.table)
            self._kept = KeptCreations(executor, keys, create, self._statements.read)

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
        rows = self._executor.rows(self._statements.read, [key])
        return rows[0][0] if rows else None

    def create(self, values: Mapping[str, Any], once: Once | None = None) -> tuple[str, int]:
        """Insert a row; return it and its key. With `once`, return those of the first such request if there
        was one. Raises Duplicate, Unknown, Unstorable and KeyReused.
        """
        complete = self._complete(values)
        try:
            if once is not None and self._kept is not None:
                return self._kept.create(complete, once)
            ((row, key),) = self._executor.rows(self._statements.create, complete)
        except Violated as violated:
            raise self._meaning(violated) from None
        return row, key

    def replace(self, key: int, values: Mapping[str, Any], tags: list[str] | None = None) -> str | None:
        """Replace a row, with `tags` only if it has one of them, and return it; None if there is none.
        Raises Duplicate, Unknown and Unstorable.
        """
        parameters = [*self._complete(values), key, tags]
        try:
            rows = self._executor.rows(self._statements.replace, parameters)
        except Violated as violated:
            raise self._meaning(violated) from None
        return rows[0][0] if rows else None

    def delete(self, key: int, tags: list[str] | None = None) -> bool:
        """Delete a row, with `tags` only if it has one of them; return whether there was one. Raises Used."""
        try:
            return bool(self._executor.rows(self._statements.delete, [key, tags]))
        except Violated as violated:
            raise Used(self._users[violated.constraint]) from None

    @cached_property
    def _users(self) -> Mapping[str, str]:
        """The tables that refer to this one, by the constraints that say so."""
        return {
            str(constraint.name): table.name
            for table in self.resource.table.metadata.tables.values()
            for constraint in table.foreign_key_constraints
            if constraint.referred_table is self.resource.table
        }

    def _meaning(self, violated: Violated) -> Exception:
        """What it means that a row cannot be stored."""
        name = violated.constraint
        if name in self.resource.unique:
            return Duplicate(self.resource.unique[name])
        field = self.resource.references_by_constraint[name]
        return Unknown(field, self.resource.references[field])

    @cached_property
    def _writable(self) -> list[tuple[str, Any, Callable[[Any], Any]]]:
        columns = self.resource.table.c
        return [
            (name, default, _converter(columns[name].type))
            for name, default in self.resource.defaults.items()
        ]

    def _complete(self, values: Mapping[str, Any]) -> list[Any]:
        """Values for every writable column; those that are left out get their default, or NULL."""
        return [convert(values.get(name, default)) for name, default, convert in self._writable]


def _converter(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    """What makes a parameter of a value of JSON, by the type of its column."""
    if isinstance(kind, JSONB):
        return _as_text
    return _as_time if isinstance(kind, sa.DateTime) else _unchanged


def _as_time(value: Any) -> Any:
    """A time as it is, if it is within the years 1 to 9999 in UTC, too: RFC 3339 has no others, so what is
    outside could be stored and not be shown. Raises Unstorable.
    """
    if isinstance(value, str) and value[:4] in _FIRST_AND_LAST_YEARS:
        try:
            time = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Unstorable(f"{value} is not within the years 1 to 9999 in UTC") from None
        if time > _LAST_TIME:
            raise Unstorable(f"{value} is not within the years 1 to 9999 in UTC")
    return value


def _unchanged(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
