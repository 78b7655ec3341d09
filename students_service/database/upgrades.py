"""Upgrades a database to the tables of the contract. It only adds, so that nothing is ever lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext

from students_service.database.renames import renames
from students_service.document.tables import KEY, LOWER_KEY
from students_service.errors import ServiceError

# All workers that start at once use this lock: the first one upgrades, the others then have nothing to do.
ADVISORY_LOCK = 0x53747564656E7473


@dataclass(frozen=True)
class Upgrade:
    """What a database lacks: `additions` is the SQL to apply, of which the first `renames` rename something.

    `refusals` are the changes that could lose data, each with the SQL for people to review.
    """

    additions: tuple[str, ...]
    refusals: tuple[str, ...]
    renames: int = 0


def pending(engine: sa.Engine, metadata: sa.MetaData) -> Upgrade:
    """Compare a database with the tables, and change nothing."""
    transactional = engine.execution_options(isolation_level="READ COMMITTED")
    with transactional.connect() as connection:
        try:
            return _difference(connection, metadata)
        finally:
            connection.rollback()


def apply(engine: sa.Engine, metadata: sa.MetaData) -> Upgrade:
    """Add what is missing, in one transaction and one process at a time.

    Raises ServiceError, and changes nothing, if a difference could lose data.
    """
    transactional = engine.execution_options(isolation_level="READ COMMITTED")
    try:
        with transactional.begin() as connection:
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            upgrade = _difference(connection, metadata)
            _refuse(upgrade)
            for statement in upgrade.additions[upgrade.renames :]:
                connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        raise ServiceError(f"the database does not allow the change: {reason}; nothing was changed") from None
    return upgrade


def require_none(engine: sa.Engine, metadata: sa.MetaData) -> None:
    """Raises ServiceError if the database differs from the tables in any way."""
    upgrade = pending(engine, metadata)
    _refuse(upgrade)
    if upgrade.additions:
        raise ServiceError(
            f"the database lacks {len(upgrade.additions)} additions, and upgrades are turned off; see them "
            f"with 'students-service upgrade --dry-run', apply them with 'students-service upgrade'"
        )


def _refuse(upgrade: Upgrade) -> None:
    if upgrade.refusals:
        raise ServiceError("; ".join(upgrade.refusals) + "; nothing was changed")


def _difference(connection: sa.Connection, metadata: sa.MetaData) -> Upgrade:
    """What the database lacks. Columns are renamed on the way, as the rest depends on it: who only wants to
    know ends the transaction without a commit.
    """
    renamed = [*renames(connection, metadata)]
    for statement in renamed:
        connection.exec_driver_sql(statement)
    context = MigrationContext.configure(
        connection, opts={"include_object": _is_ours, "compare_type": True, "target_metadata": metadata}
    )
    upgrade = produce_migrations(context, metadata).upgrade_ops
    assert upgrade is not None
    additions, refusals = [], []
    replaced = _replaced(metadata)
    # What is replaced goes when its successor is there.
    for operation in sorted(_flat(upgrade), key=lambda each: _is_replaced(each, replaced)):
        sql = _sql(connection.dialect, operation)
        reason = None if _is_replaced(operation, replaced) else _danger(operation)
        if reason is None:
            additions.extend(sql)
        else:
            refusals.append(f"{reason}; if that is wanted, review and run: {' '.join(sql).rstrip(';')}")
    return Upgrade((*renamed, *additions), tuple(refusals), len(renamed))


def _is_ours(_item: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Tables and indexes that others have created are ignored."""
    return not (kind in ("table", "index") and reflected and compared is None) or (
        kind == "index" and str(name).endswith(LOWER_KEY)
    )


def _flat(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    for operation in container.ops:
        if isinstance(operation, ops.OpContainer):
            yield from _flat(operation)
        else:
            yield operation


def _replaced(metadata: sa.MetaData) -> frozenset[str]:
    """The constraints that stricter unique indexes of the tables replace, which ignore case."""
    indexes = (index.name or "" for table in metadata.tables.values() for index in table.indexes)
    return frozenset(name.replace(LOWER_KEY, KEY) for name in indexes if name.endswith(LOWER_KEY))


def _is_replaced(operation: ops.MigrateOperation, replaced: frozenset[str]) -> bool:
    return isinstance(operation, ops.DropConstraintOp) and operation.constraint_name in replaced


def _danger(operation: ops.MigrateOperation) -> str | None:
    """Why an operation could lose data or refuse rows, or None when it only adds."""
    match operation:
        case (
            ops.CreateTableOp()
            | ops.CreateIndexOp()
            | ops.CreateUniqueConstraintOp()
            | ops.CreateForeignKeyOp()
        ):
            # If rows are against it, PostgreSQL refuses it, and nothing is changed.
            return None
        case ops.AddColumnOp(table_name=table, column=column):
            if column.nullable or column.server_default is not None:
                return None
            return f"column {table}.{column.name} is required and has no default for the rows that exist"
        case ops.AlterColumnOp(table_name=table, column_name=name):
            return _danger_of_alteration(operation, f"{table}.{name}")
        case ops.DropColumnOp(table_name=table, column_name=name):
            return f"column {table}.{name} is in the database and not in the contract"
        case ops.DropIndexOp(table_name=table, index_name=name):
            return f"index {name} of {table} keeps values unique, and the contract does not"
        case ops.DropConstraintOp(table_name=table, constraint_name=name):
            return f"constraint {name} of {table} is in the database and not in the contract"
    return f"{type(operation).__name__} is not a change that the service makes itself"


def _danger_of_alteration(operation: ops.AlterColumnOp, name: str) -> str | None:
    if operation.modify_type is not None:
        return (
            f"column {name} is {operation.existing_type} in the database and "
            f"{operation.modify_type} in the contract"
        )
    if operation.modify_nullable is False:
        return f"column {name} may be NULL in the database and not in the contract"
    return None


def _sql(dialect: sa.Dialect, operation: ops.MigrateOperation) -> list[str]:
    buffer = _Statements()
    context = MigrationContext.configure(dialect=dialect, opts={"as_sql": True, "output_buffer": buffer})
    if isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
        operation.kw.setdefault(
            "postgresql_using", f"{operation.column_name}::{operation.modify_type.compile(dialect)}"
        )
    Operations(context).invoke(operation)
    return buffer.statements


class _Statements(StringIO):
    """Keeps the statements that Alembic writes, which are one each."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def write(self, text: str) -> int:
        """Keep a statement."""
        self.statements.append(text.strip())
        return len(text)
