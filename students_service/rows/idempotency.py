"""What is kept of creations with an Idempotency-Key, so that a repeated request gets the same answer
(draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
from datetime import timedelta

import orjson
import sqlalchemy as sa

from openapi.contract import Json

# How long a key is kept (h).
LIFETIME_H = 24
TAKEN = "idempotency_keys_pkey"
_REMOVED_AT_ONCE = 2


def keys_table(metadata: sa.MetaData) -> sa.Table:
    """The table of keys: the row of each as it was created, which is what the answer is made of, under which
    version of the document.
    """
    return sa.Table(
        "idempotency_keys",
        metadata,
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("contract", sa.Text, nullable=False, server_default=""),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("row_key", sa.BigInteger, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("operation", "caller", "idempotency_key", name=TAKEN),
        sa.Index("idempotency_keys_stored_at_idx", "stored_at"),
    )


def fingerprint_of(body: Json) -> str:
    """The same for the same body, whatever the order of its members."""
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def kept(keys: sa.Table) -> sa.Select[tuple[str, str, str, int]]:
    """What is kept of a key. Parameters: operation, caller, idempotency key."""
    return sa.select(keys.c.fingerprint, keys.c.contract, keys.c.row, keys.c.row_key).where(
        _is_named(keys), ~_is_old(keys)
    )


def expired(keys: sa.Table) -> sa.Delete:
    """Remove a few keys that are too old, without waiting for those who do the same."""
    names = keys.primary_key.columns
    old = (
        sa.select(*names)
        .where(_is_old(keys))
        .order_by(keys.c.stored_at)
        .limit(_REMOVED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return sa.delete(keys).where(sa.tuple_(*names).in_(old))


def removed(keys: sa.Table) -> sa.ClauseElement:
    """Remove a key that is too old. Parameters: operation, caller, idempotency key."""
    return sa.delete(keys).where(_is_named(keys), _is_old(keys)).returning(keys.c.row_key)


def _is_named(keys: sa.Table) -> sa.ColumnElement[bool]:
    names = enumerate(keys.primary_key.columns, 1)
    return sa.and_(*(column == sa.literal_column(f"${number}", sa.Text()) for number, column in names))


def _is_old(keys: sa.Table) -> sa.ColumnElement[bool]:
    lifetime: sa.ColumnElement[timedelta] = sa.literal_column(f"interval '{LIFETIME_H} hours'")
    return keys.c.stored_at < sa.func.now() - lifetime
