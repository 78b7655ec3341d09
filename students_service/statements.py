"""The statements of a table, compiled once and prepared once per connection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from students_service.rows import as_json
from students_service.tables import Resource

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Statement:
    """A prepared statement: how a connection learns of it, and how psycopg2 executes it."""

    name: str
    prepare: str
    execute: str


class _Parameters:
    """The parameters of a statement, in the order in which they are asked for."""

    def __init__(self) -> None:
        self.types: list[sa.types.TypeEngine[Any]] = []

    def next(self, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
        """One more parameter."""
        self.types.append(kind)
        return sa.literal_column(f"${len(self.types)}", kind)


class Statements:
    """What can be done with the rows of a resource. The first column of a result is a row as JSON; parameters
    are in the order that each statement tells.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._table = resource.table
        self._key = resource.table.c[resource.key]
        self._json = as_json(resource)
        self._unique = {
            column.name
            for constraint in resource.table.constraints
            if isinstance(constraint, sa.UniqueConstraint)
            for column in constraint.columns
        }

    def read(self) -> Statement:
        """The row of a key: key."""
        given = _Parameters()
        key = given.next(self._key.type)
        return _compiled("read_one", sa.select(self._json).where(self._key == key), given)

    def create(self) -> Statement:
        """A new row, and its key: the writable columns."""
        given = _Parameters()
        inserted = sa.insert(self._table).values(self._written(given))
        return _compiled("create_one", inserted.returning(self._json, self._key), given)

    def replace(self) -> Statement:
        """The row of a key with other values: the writable columns, key."""
        given = _Parameters()
        changed = {name: sa.func.now() for name in self._resource.changing}
        values = {**self._written(given), **changed}
        updated = sa.update(self._table).values(values).where(self._key == given.next(self._key.type))
        return _compiled("replace_one", updated.returning(self._json), given)

    def delete(self) -> Statement:
        """No row any more, and the key of what was there: key."""
        given = _Parameters()
        deleted = sa.delete(self._table).where(self._key == given.next(self._key.type))
        return _compiled("delete_one", deleted.returning(self._key), given)

    def page(self, filters: Sequence[str]) -> Statement:
        """Rows in the order of keys: the key that they come after, how many at most, the values of the
        filters.
        """
        given = _Parameters()
        after, limit = given.next(self._key.type), given.next(sa.Integer())
        wanted = [self._wanted(name, given) for name in filters]
        rows = sa.select(self._json).where(self._key > after, *wanted).order_by(self._key).limit(limit)
        return _compiled("_".join(("page", *filters)), rows, given)

    def _wanted(self, name: str, given: _Parameters) -> sa.ColumnElement[bool]:
        """A filter. What is unique is looked up by itself: the order of keys would lead through the table."""
        value = given.next(self._table.c[name].type)
        if name not in self._unique:
            return self._table.c[name] == value
        one = self._table.alias("one").c
        found = sa.select(one[self._key.name]).where(one[name] == value)
        return self._key == found.scalar_subquery()

    def _written(self, given: _Parameters) -> dict[str, sa.ColumnElement[Any]]:
        return {name: given.next(self._table.c[name].type) for name in self._resource.defaults}


def _compiled(name: str, statement: sa.ClauseElement, given: _Parameters) -> Statement:
    sql = statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    quoted = _DIALECT.identifier_preparer.quote_identifier(name)
    types = _listed(kind.compile(_DIALECT) for kind in given.types)
    return Statement(
        name=name,
        prepare=f"PREPARE {quoted}{types} AS {sql}",
        execute=f"EXECUTE {quoted}{_listed('%s' for _ in given.types)}",
    )


def _listed(parts: Iterable[str]) -> str:
    return f" ({', '.join(parts)})"
