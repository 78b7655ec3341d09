"""What a service shows: what exists before a run, and what is there of what it has acknowledged."""

from http import HTTPStatus
from random import Random

import gevent

from load.connection import Connection
from load.exchanges import exchange_of, json_of, sent
from load.journeys import Existing
from load.ledger import Account, Record
from load.part import Load

READ_BACK_S = 30.0
READERS = 10
RETRY_S = 0.2


def existing_things(load: Load, host: str) -> tuple[list[Existing], int]:
    """What the lists of a service show, and how many calls told; those that do not answer show nothing."""
    connection = Connection(host)
    existing, calls = [], 0
    try:
        for steps in load.journeys.exploration():
            for step in steps:
                reply, _ = sent(connection, step)
                calls += 1
                exchange = exchange_of(step, reply) if reply and reply.status < 300 else None
                existing += load.journeys.explored(step, exchange)
    finally:
        connection.close()
    return existing, calls


def read_back(load: Load, host: str) -> None:
    """Hold what a service has now against what it has acknowledged: all of it, or as much as there is time
    for.
    """
    account = load.results.account
    records = load.ledger.records
    Random().shuffle(records)
    account.followed += len(records)
    account.passed_over += load.ledger.passed_over
    # One that has been away for long is not waited for once more.
    deadline = load.results.elapsed + (0 if load.is_gone else READ_BACK_S)
    pending = iter(records)

    def read(connection: Connection) -> None:
        for record in pending:
            _read_one(load, connection, record, host, deadline)
            if load.results.elapsed > deadline:
                return

    connections = [Connection(host) for _ in range(READERS)]
    gevent.joinall([gevent.spawn(read, each) for each in connections], raise_error=True)
    for each in connections:
        each.close()
    _count(load, load.ledger.altered(), "")


def _read_one(load: Load, connection: Connection, record: Record, host: str, deadline: float) -> None:
    """Read a thing back; a service that is just starting again is waited for."""
    account = load.results.account
    step = load.journeys.reading(record.entity)
    while True:
        began = load.results.elapsed
        reply, _ = sent(connection, step)
        load.results.beside["to read back what was written"] += 1
        if reply is not None and reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            break
        if load.results.elapsed > deadline:
            account.unread += 1
            return
        gevent.sleep(RETRY_S)
    is_gone = reply.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
    if not is_gone and not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        account.note(f"{step.call.operation.label} was answered {reply.status} when read back", 1)
        return
    told = load.ledger.read_back(record, step, reply.status, json_of(reply), (began, load.results.elapsed))
    account.read += told.read
    _count(load, told, step.call.as_curl(host))


def _count(load: Load, told: Account, sample: str) -> None:
    for note, count in told.notes.items():
        load.results.account.note(note, count)
    for loss in told.losses:
        load.results.lost(loss, sample)
