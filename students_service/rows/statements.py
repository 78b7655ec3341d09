"""The statements of a table, compiled once and prepared once per connection."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from students_service.document.tables import Resource
from students_service.rows.idempotency import expired
from students_service.rows.preconditions import TAG_CHARACTERS
from students_service.rows.row_json import as_json, text

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


_NAME_DIGITS = 32


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
        self._unique = resource.ignoring_case | {
            column.name
            for constraint in resource.table.constraints
            if isinstance(constraint, sa.UniqueConstraint)
            for column in constraint.columns
        }

    @cached_property
    def read(self) -> Statement:
        """Read the row of a key. Parameters: key."""
        parameters = _Parameters()
        key = parameters.add(self._key.type)
        return compile_statement(sa.select(self._json).where(self._key == key), parameters.types)

    @cached_property
    def create(self) -> Statement:
        """Insert a row; returns it and its key. Parameters: the writable columns."""
        parameters = _Parameters()
        inserted = sa.insert(self._table).values(self._written(parameters))
        return compile_statement(inserted.returning(self._json, self._key), parameters.types)

    def create_once(self, keys: sa.Table) -> Statement:
        """Insert a row and what its answer needs, under an idempotency key; returns the row and its key.

        It also removes two keys that are too old, so that their number does not grow for ever. Parameters:
        the writable columns, operation, caller, idempotency key, fingerprints of the
        request and the document.
        """
        parameters = _Parameters()
        inserted = (
            sa.insert(self._table)
            .values(self._written(parameters))
            .returning(self._json.label("row"), self._key.label("row_key"))
            .cte("inserted")
        )
        named = [parameters.add(sa.Text()) for _ in range(5)]
        kept = sa.insert(keys).from_select(
            ["operation", "caller", "idempotency_key", "fingerprint", "contract", "row", "row_key"],
            sa.select(*named, inserted.c.row, inserted.c.row_key),
        )
        statement = sa.select(inserted.c.row, inserted.c.row_key).add_cte(
            kept.cte("kept"), expired(keys).cte("expired")
        )
        return compile_statement(statement, parameters.types)

    @cached_property
    def replace(self) -> Statement:
        """Replace the row of a key, with tags only if it has one of them. Parameters: the writable columns,
        key, tags or NULL.
        """
        parameters = _Parameters()
        changed = {name: sa.func.now() for name in self._resource.changing}
        updated = sa.update(self._table).values({**self._written(parameters), **changed})
        updated = updated.where(self._key == parameters.add(self._key.type), self._has_tag(parameters))
        return compile_statement(updated.returning(self._json), parameters.types)

    @cached_property
    def delete(self) -> Statement:
        """Delete the row of a key, with tags only if it has one of them; returns the key. Parameters: key,
        tags or NULL.
        """
        parameters = _Parameters()
        conditions = (self._key == parameters.add(self._key.type), self._has_tag(parameters))
        deleted = sa.delete(self._table).where(*conditions).returning(self._key)
        return compile_statement(deleted, parameters.types)

    def page(self, filters: Sequence[str]) -> Statement:
        """Read a page of rows in the order of keys.

        Parameters: the key after which the page begins, how many rows at most, the values of the filters.
        """
        parameters = _Parameters()
        after, limit = parameters.add(self._key.type), parameters.add(sa.Integer())
        conditions = [self._condition(name, parameters) for name in filters]
        rows = sa.select(self._json).where(self._key > after, *conditions).order_by(self._key).limit(limit)
        return compile_statement(rows, parameters.types)

    def _condition(self, name: str, parameters: _Parameters) -> sa.ColumnElement[bool]:
        """The condition of a filter.

        A unique value is looked up in a subquery: for the order of keys, PostgreSQL would scan the table.
        """
        value = parameters.add(self._table.c[name].type)
        if name not in self._unique:
            return self._table.c[name] == value
        one = self._table.alias("one").c
        ignores_case = name in self._resource.ignoring_case
        found = sa.func.lower(one[name]) == sa.func.lower(value) if ignores_case else one[name] == value
        return self._key == sa.select(one[self._key.name]).where(found).scalar_subquery()

    def _has_tag(self, parameters: _Parameters) -> sa.ColumnElement[bool]:
        """Whether a row has one of some tags, as `preconditions.tag_of` makes them, or there are none."""
        tags = parameters.add(sa.ARRAY(sa.Text()))
        octets = sa.func.convert_to(self._json, text("UTF8"))
        digits = sa.func.encode(sa.func.sha256(octets), text("hex"))
        tag = sa.func.left(digits, sa.literal_column(str(TAG_CHARACTERS)))
        return sa.or_(tags.is_(None), tag == sa.any_(tags))

    def _written(self, parameters: _Parameters) -> dict[str, sa.ColumnElement[Any]]:
        return {name: parameters.add(self._table.c[name].type) for name in self._resource.defaults}


def compile_statement(statement: sa.ClauseElement, types: Sequence[sa.types.TypeEngine[Any]]) -> Statement:
    """A statement with parameters of these types, in their order, written $1, $2 and so on.

    Its name is made of its text: PostgreSQL cuts names of more than 63 bytes, and others could be the same.
    """
    sql = statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    rest = f"{_listed(kind.compile(_DIALECT) for kind in types)} AS {sql}"
    name = f"s{hashlib.sha256(rest.encode()).hexdigest()[:_NAME_DIGITS]}"
    return Statement(
        name=name,
        prepare=f"PREPARE {name}{rest}",
        execute=f"EXECUTE {name}{_listed('%s' for _ in types)}",
    )


def _listed(parts: Iterable[str]) -> str:
    listed = ", ".join(parts)
    return f" ({listed})" if listed else ""
