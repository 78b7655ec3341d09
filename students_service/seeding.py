"""Realistic rows, straight into a table."""

import json
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from openapi.contract import Contract
from openapi.dialect import Dialect, Direction, Schema
from openapi.payloads import Payloads, Unbuildable
from students_service.errors import ServiceError
from students_service.tables import Resource

BATCH = 5_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def seed_rows(engine: sa.Engine, contract: Contract, resource: Resource, count: int) -> Iterator[int]:
    """Add `count` rows that the contract allows, by COPY; yields the size of each batch stored.

    Raises ServiceError when there is no way to make such rows.
    """
    schema = Schema(Dialect(contract, Direction.REQUEST), {"$ref": f"#/components/schemas/{resource.schema}"})
    try:
        make = Payloads().generator(schema)
    except Unbuildable as reason:
        raise ServiceError(
            f"{contract.source}: schema {resource.schema} cannot be seeded: {reason}"
        ) from None
    lines = (_line(make(), resource) for _ in range(count))
    columns = ", ".join(f'"{name}"' for name in resource.defaults)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout = 0")
        while batch := list(islice(lines, BATCH)):
            cursor.copy_expert(
                f'COPY "{resource.table.name}" ({columns}) FROM STDIN', StringIO("".join(batch))
            )
            yield len(batch)
        cursor.execute(f'ANALYZE "{resource.table.name}"')
    finally:
        # Its timeout is not for others to use.
        connection.invalidate()


def _line(values: Mapping[str, Any], resource: Resource) -> str:
    """One row in PostgreSQL's text format of COPY."""
    columns = resource.table.c
    texts = (
        _text(values.get(name, default), isinstance(columns[name].type, JSONB))
        for name, default in resource.defaults.items()
    )
    return "\t".join(texts) + "\n"


def _text(value: Any, as_json: bool) -> str:
    if value is None:
        return "\\N"
    return (value if isinstance(value, str) and not as_json else json.dumps(value)).translate(_ESCAPES)
