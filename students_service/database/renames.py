"""Renames columns of a database to the properties that say how they were called before (`x-renamed-from`)."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from students_service.document.tables import names_after, renamed_from

_quoted = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


def renames(connection: sa.Connection, metadata: sa.MetaData) -> Iterator[str]:
    """The SQL that renames what the database still has under its former name: columns, and the constraints
    and indexes that are named after them. Nothing is renamed to a name that is there already.
    """
    inspector = sa.inspect(connection)
    for table in metadata.tables.values():
        if not inspector.has_table(table.name):
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        pending = [column for column in table.c if renamed_from(column)]
        # One name may become free only when another property has got its own.
        while ready := [
            column for column in pending if renamed_from(column) in columns and column.name not in columns
        ]:
            column, former = ready[0], str(renamed_from(ready[0]))
            pending.remove(column)
            columns = columns - {former} | {column.name}
            old, new = _quoted(former), _quoted(column.name)
            yield f"ALTER TABLE {_quoted(table.name)} RENAME COLUMN {old} TO {new};"
            yield from _named_after(inspector, table, former, column.name)


def _named_after(inspector: sa.Inspector, table: sa.Table, former: str, name: str) -> Iterator[str]:
    """The same for the constraints and indexes of a column."""
    constraints = {
        constraint["name"]
        for constraint in (
            *inspector.get_unique_constraints(table.name),
            *inspector.get_foreign_keys(table.name),
        )
    }
    indexes = {index["name"] for index in inspector.get_indexes(table.name)} - constraints
    (key,) = table.primary_key.columns.keys()
    for old, new in zip(
        names_after(table.name, former, key), names_after(table.name, name, key), strict=True
    ):
        if old in constraints:
            yield f"ALTER TABLE {_quoted(table.name)} RENAME CONSTRAINT {_quoted(old)} TO {_quoted(new)};"
        elif old in indexes:
            yield f"ALTER INDEX {_quoted(old)} RENAME TO {_quoted(new)};"
