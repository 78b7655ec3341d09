"""Fills a table with realistic rows."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from openapi.contract import Contract
from openapi.message_type import MessageType
from openapi.payloads import PayloadFactory, Unbuildable
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from students_service.errors import ServiceError
from students_service.tables import Resource

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
    lines = (write(make()) for _ in range(count))
    columns = ", ".join(f'"{name}"' for name in resource.defaults)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout = 0")
        copy = f'COPY "{resource.table.name}" ({columns}) FROM STDIN'
        # A batch is made while PostgreSQL stores the one before.
        with ThreadPoolExecutor(1) as copier:
            stored, size = None, 0
            while batch := list(islice(lines, BATCH)):
                if stored:
                    stored.result()
                    yield size
                stored = copier.submit(cursor.copy_expert, copy, StringIO("".join(batch)))
                size = len(batch)
            if stored:
                stored.result()
                yield size
        cursor.execute(f'ANALYZE "{resource.table.name}"')
    finally:
        # The connection has no timeout any more, so it must not go back to the pool.
        connection.invalidate()


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
