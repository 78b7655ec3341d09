"""Creations that are kept, so that a repeated request creates nothing and gets the answer of the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from students_service.rows import idempotency
from students_service.rows.executor import Executor
from students_service.rows.statements import Statement, compile_statement
from students_service.rows.storage_errors import KeyReused, Unavailable, Violated

# How often a creation is tried anew whose key is too old.
_ATTEMPTS = 5
_NAMED = (sa.Text(), sa.Text(), sa.Text())


@dataclass(frozen=True)
class Once:
    """A request that may be repeated: its operationId, who sends it, its Idempotency-Key and its
    body's fingerprint.
    """

    operation: str
    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Keys:
    """The table of idempotency keys, and the fingerprint of the document."""

    table: sa.Table
    contract: str


class KeptCreations:
    """Creates rows of one table, each once. Row and key are stored by one statement: both or none."""

    def __init__(self, executor: Executor, keys: Keys, create: Statement, read: Statement) -> None:
        self._executor = executor
        self._contract = keys.contract
        self._create, self._read = create, read
        self._kept = compile_statement(idempotency.kept(keys.table), _NAMED)
        self._remove = compile_statement(idempotency.removed(keys.table), _NAMED)

    def create(self, values: Sequence[Any], once: Once) -> tuple[str, int]:
        """Insert a row, or find the one that the first such request has inserted; return it, as it was then,
        and its key. Raises KeyReused, and what the executor raises.

        Whatever constraint is broken, the reason may be the row of the first request. PostgreSQL lets the
        second wait until it is known how the first has ended.
        """
        named = [once.operation, once.caller, once.key]
        for _ in range(_ATTEMPTS):
            try:
                return self._inserted(values, once)
            except Violated as violated:
                rows = self._executor.rows(self._kept, named)
                if rows:
                    break
                if violated.constraint != idempotency.TAKEN:
                    raise
            # The key is so old that it may be used anew, by this request or by another one that is faster.
            self._executor.rows(self._remove, named)
        else:
            raise Unavailable("others use the same idempotency key all the time")
        ((fingerprint, contract, row, key),) = rows
        if fingerprint != once.fingerprint:
            raise KeyReused
        return self._as_now(key) if contract != self._contract else (row, key)

    def _as_now(self, key: int) -> tuple[str, int]:
        """A row that was created under another version of the document, as this one shows it. Raises
        KeyReused if it is gone.
        """
        rows = self._executor.rows(self._read, [key])
        if not rows:
            raise KeyReused
        return rows[0][0], key

    def _inserted(self, values: Sequence[Any], once: Once) -> tuple[str, int]:
        named = [once.operation, once.caller, once.key, once.fingerprint, self._contract]
        ((row, key),) = self._executor.rows(self._create, [*values, *named])
        return row, key
