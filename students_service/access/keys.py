"""The keys of callers. The database has their hashes only, so nobody can read a key out of it.

A key has 256 random bits. What cannot be guessed needs no slow hash: SHA-256 is enough, and fast.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from hmac import compare_digest

import sqlalchemy as sa

from students_service.errors import ServiceError

TABLE = "students_service_keys"
# A key is key_, eight hexadecimal digits, _ and the secret. What comes before the secret is shown in lists,
# and finds the key.
_FORM = re.compile(r"(key_[0-9a-f]{8})_[A-Za-z0-9_-]{43}")
# Names are user names of HTTP's basic authentication, too, which may not have a colon.
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Key:
    """A key as it is stored: `digest` is the SHA-256 of its text, in hexadecimal."""

    name: str
    start: str
    digest: str
    read_only: bool
    created: datetime

    def is_of(self, text: str) -> bool:
        """Whether a text is this key. Takes the same time whatever is different."""
        return compare_digest(self.digest, digest_of(text))


def key_table(metadata: sa.MetaData) -> sa.Table:
    """Add the table of keys to the tables of a document."""
    return sa.Table(
        TABLE,
        metadata,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("start", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("read_only", sa.Boolean, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("start", name=f"{TABLE}_start_key"),
    )


def start_of(text: str) -> str | None:
    """The first characters of a key, by which it is found; None if a text cannot be a key."""
    match = _FORM.fullmatch(text)
    return match[1] if match else None


def add_key(engine: sa.Engine, table: sa.Table, name: str, read_only: bool) -> str:
    """Make a key, store its hash and return its text. Raises ServiceError if the name is taken or not one."""
    if not _NAME.fullmatch(name):
        raise ServiceError(f"{name!r} is no name of a key: up to 64 letters, digits, '.', '_' and '-' are")
    start = f"key_{secrets.token_hex(4)}"
    text = f"{start}_{secrets.token_urlsafe(32)}"
    values = {"name": name, "start": start, "digest": digest_of(text), "read_only": read_only}
    try:
        with engine.begin() as connection:
            connection.execute(sa.insert(table).values(values))
    except sa.exc.IntegrityError:
        raise ServiceError(
            f"there is a key named {name!r} already; revoke it, or choose another name"
        ) from None
    return text


def revoke_key(engine: sa.Engine, table: sa.Table, name: str) -> None:
    """Delete a key. Raises ServiceError if there is none of this name."""
    with engine.begin() as connection:
        if not connection.execute(sa.delete(table).where(table.c.name == name)).rowcount:
            raise ServiceError(f"there is no key named {name!r}; 'students-service keys list' shows all")


def all_keys(engine: sa.Engine, table: sa.Table) -> list[Key]:
    """All keys, in the order of their names."""
    with engine.connect() as connection:
        columns = (table.c[field.name] for field in fields(Key))
        return [Key(*row) for row in connection.execute(sa.select(*columns).order_by(table.c.name))]


def digest_of(text: str) -> str:
    """The hash of a key, as it is stored."""
    return hashlib.sha256(text.encode()).hexdigest()
