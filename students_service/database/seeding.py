"""Fills a table with realistic rows."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import StringIO
from itertools import islice
from typing import Any

import psycopg2
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from openapi.contract import Contract
from openapi.message_type import MessageType
from openapi.payloads import PayloadFactory, Unbuildable
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from students_service.document.tables import Resource
from students_service.errors import ServiceError

BATCH = 10_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def seed_rows(engine: sa.Engine, contract: Contract, resource: Resource, count: int) -> Iterator[int]:
    """Add `count` rows that are valid by the contract, with COPY; yields the size of each batch stored.

    Raises ServiceError if no such rows can be made.
    """
    schema = Schema(
        SchemaTranslator(contract, MessageType.REQUEST), {"$ref": f"#/components/schemas/{resource.schema}"}
    )
    try:
        make = PayloadFactory().generator(schema)
    except Unbuildable as reason:
        raise ServiceError(
            f"{contract.source}: schema {resource.schema} cannot be seeded: {reason}"
        ) from None
    write = _writer(resource)
    columns = ", ".join(f'"{name}"' for name in resource.defaults)
    choices = {field: _keys(engine, resource, field) for field in resource.references}
    lines = (write({**make(), **_chosen(choices)}) for _ in range(count))
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout = 0")
        copy = f'COPY "{resource.table.name}" ({columns}) FROM STDIN'
        yield from _copied(partial(cursor.copy_expert, copy), lines)
        cursor.execute(f'ANALYZE "{resource.table.name}"')
    except psycopg2.IntegrityError as error:
        raise ServiceError(
            f"{resource.table.name} cannot be seeded with {count} rows: {str(error).splitlines()[0]}"
        ) from None
    finally:
        # The connection has no timeout any more, so it must not go back to the pool.
        connection.invalidate()


def _copied(copy: Callable[[StringIO], object], lines: Iterator[str]) -> Iterator[int]:
    """Copy lines to a table; yields the size of each batch. One is made while PostgreSQL stores the one
    before.
    """
    with ThreadPoolExecutor(1) as copier:
        stored, size = None, 0
        while batch := list(islice(lines, BATCH)):
            if stored:
                stored.result()
                yield size
            stored = copier.submit(copy, StringIO("".join(batch)))
            size = len(batch)
        if stored:
            stored.result()
            yield size


def _keys(engine: sa.Engine, resource: Resource, field: str) -> Sequence[int | None]:
    """Some keys that a property may refer to; only NULL where there are none and it may be NULL.

    Raises ServiceError if there are none and it may not.
    """
    referred = next(iter(resource.table.c[field].foreign_keys)).column
    with engine.connect() as connection:
        keys: list[int | None] = [*connection.scalars(sa.select(referred).limit(BATCH))]
    if keys or resource.table.c[field].nullable:
        return keys or [None]
    raise ServiceError(
        f"{resource.table.name} cannot be seeded before {referred.table.name}, to which {field} refers: seed "
        f"that first"
    )


def _chosen(choices: Mapping[str, Sequence[int | None]]) -> Mapping[str, int | None]:
    return {field: random.choice(keys) for field, keys in choices.items()}


def _writer(resource: Resource) -> Callable[[Mapping[str, Any]], str]:
    """A function that writes a row in the text format of PostgreSQL's COPY."""
    fields = [
        (name, default, isinstance(resource.table.c[name].type, JSONB))
        for name, default in resource.defaults.items()
    ]

    def line(values: Mapping[str, Any]) -> str:
        texts = [_text(values.get(name, default), as_json) for name, default, as_json in fields]
        return "\t".join(texts) + "\n"

    return line


def _text(value: Any, as_json: bool) -> str:
    if value is None:
        return "\\N"
    text = value if isinstance(value, str) and not as_json else json.dumps(value)
    return text if text.isalnum() else text.translate(_ESCAPES)
