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
    """A prepared statement, with the SQL that prepares it and the SQL that executes it."""

    name: str
    prepare: str
    execute: str


class _Parameters:
    """The parameters of a statement, in the order in which they were added."""

    def __init__(self) -> None:
        self.types: list[sa.types.TypeEngine[Any]] = []

    def add(self, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
        """Add a parameter; return the SQL for it."""
        self.types.append(kind)
        return sa.literal_column(f"${len(self.types)}", kind)


class Statements:
    """The statements for the rows of a resource.

    The first column of a result is a row as JSON. Each method names the parameters of its statement in order.
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
        """Read the row of a key. Parameters: key."""
        parameters = _Parameters()
        key = parameters.add(self._key.type)
        return _compile("read_one", sa.select(self._json).where(self._key == key), parameters)

    def create(self) -> Statement:
        """Insert a row; returns it and its key. Parameters: the writable columns."""
        parameters = _Parameters()
        inserted = sa.insert(self._table).values(self._written(parameters))
        return _compile("create_one", inserted.returning(self._json, self._key), parameters)

    def replace(self) -> Statement:
        """Replace the row of a key. Parameters: the writable columns, key."""
        parameters = _Parameters()
        changed = {name: sa.func.now() for name in self._resource.changing}
        values = {**self._written(parameters), **changed}
        updated = sa.update(self._table).values(values).where(self._key == parameters.add(self._key.type))
        return _compile("replace_one", updated.returning(self._json), parameters)

    def delete(self) -> Statement:
        """Delete the row of a key; returns the key. Parameters: key."""
        parameters = _Parameters()
        deleted = sa.delete(self._table).where(self._key == parameters.add(self._key.type))
        return _compile("delete_one", deleted.returning(self._key), parameters)

    def page(self, filters: Sequence[str]) -> Statement:
        """Read a page of rows in the order of keys.

        Parameters: the key after which the page begins, how many rows at most, the values of the filters.
        """
        parameters = _Parameters()
        after, limit = parameters.add(self._key.type), parameters.add(sa.Integer())
        conditions = [self._condition(name, parameters) for name in filters]
        rows = sa.select(self._json).where(self._key > after, *conditions).order_by(self._key).limit(limit)
        return _compile("_".join(("page", *filters)), rows, parameters)

    def _condition(self, name: str, parameters: _Parameters) -> sa.ColumnElement[bool]:
        """The condition of a filter.

        A unique value is looked up in a subquery: for the order of keys, PostgreSQL would scan the table.
        """
        value = parameters.add(self._table.c[name].type)
        if name not in self._unique:
            return self._table.c[name] == value
        one = self._table.alias("one").c
        key = sa.select(one[self._key.name]).where(one[name] == value)
        return self._key == key.scalar_subquery()

    def _written(self, parameters: _Parameters) -> dict[str, sa.ColumnElement[Any]]:
        return {name: parameters.add(self._table.c[name].type) for name in self._resource.defaults}


def _compile(name: str, statement: sa.ClauseElement, parameters: _Parameters) -> Statement:
    sql = statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    quoted = _DIALECT.identifier_preparer.quote_identifier(name)
    types = _listed(kind.compile(_DIALECT) for kind in parameters.types)
    return Statement(
        name=name,
        prepare=f"PREPARE {quoted}{types} AS {sql}",
        execute=f"EXECUTE {quoted}{_listed('%s' for _ in parameters.types)}",
    )


def _listed(parts: Iterable[str]) -> str:
    return f" ({', '.join(parts)})"
