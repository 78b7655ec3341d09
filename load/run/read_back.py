"""What a service shows: what exists before a run, and what is there of what it has acknowledged."""

import logging
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from random import Random

import gevent

from load.calls.connection import Connection, Reply
from load.calls.response_checks import is_throttled
from load.calls.sending import exchange_of, json_of, sent
from load.calls.throttling import retry_after_s
from load.journeys.knowledge import ExistingEntity
from load.journeys.records import Record
from load.measurements.losses import BY_A_CACHE, Account
from load.run.load import Load

logger = logging.getLogger(__name__)

REPLACING = (
    "changes what is there by values that others use, too: it was not called any more, "
    "unless with --allow-destructive"
)

READ_BACK_S = 30.0
# When a long reading first says how far it is, and how often after a while.
FIRST_PROGRESS_S, PROGRESS_S = 2.0, 10.0
READERS = 10
RETRY_S = 0.2
# What a service asks for is waited for, but not longer than this.
PUT_OFF_S = 2.0
# How long what is not there yet is left alone before it is read again.
LOOK_AGAIN_S = 0.02


def existing_things(load: Load, host: str) -> tuple[list[ExistingEntity], int]:
    """What the lists of a service show, and how many calls told; those that do not answer show nothing."""
    connection = load.connection(host)
    existing, calls = [], 0
    try:
        for steps in load.journeys.exploration_rounds():
            for step in steps:
                reply, _ = sent(connection, step.call)
                calls += 1
                exchange = exchange_of(step.call, reply) if reply and reply.status < 300 else None
                existing += load.known.record_listing(step, exchange)
    finally:
        connection.close()
    return existing, calls


def read_back(load: Load, host: str, tell: Callable[[str], object] = logger.info) -> None:
    """Hold what a service has now against what it has acknowledged: all of it, or as much as there is time
    for, or until nobody wants to wait. What is not there yet, or not as it should be, is read again for as
    long as it may be late. `tell` is told now and then how far that is.
    """
    records = load.reconciliation.records
    Random().shuffle(records)
    # The results are told to a master, and begun anew, while this goes on: they get it once, at the end.
    account = Account(followed=len(records), passed_over=load.ledger.creations.passed_over)
    pending = deque((record, 0.0) for record in records)
    # One that has been away for long is not waited for once more.
    patience = 0.0 if load.is_gone else READ_BACK_S + load.options.consistency
    deadline = load.results.elapsed + patience

    def read(connection: Connection) -> None:
        while pending and load.results.elapsed < deadline and not load.is_hurried:
            record, due = pending.popleft()
            gevent.sleep(max(due - load.results.elapsed, 0))
            if not _read_one(load, connection, record, host, deadline, account):
                pending.append((record, load.results.elapsed + LOOK_AGAIN_S))

    def tell_progress() -> None:
        pause = FIRST_PROGRESS_S
        while True:
            gevent.sleep(pause)
            pause = min(2 * pause, PROGRESS_S)
            left = max(deadline - load.results.elapsed, 0)
            known = len(records) - len(pending)
            tell(f"reading back what was written: {known:,} of {len(records):,}, {left:.0f} s left at most")

    connections = [load.connection(host) for _ in range(READERS)]
    progress = gevent.spawn(tell_progress)
    gevent.joinall([gevent.spawn(read, each) for each in connections], raise_error=True)
    progress.kill()
    for each in connections:
        each.close()
    account.unread += len(pending)
    settled = load.reconciliation.settled()
    load.ledger.report(settled)
    for label in load.known.ownership.overwriting:
        settled.note(f"{label} {REPLACING}", 1)
    account.late += settled.late
    account.late_s = max(account.late_s, settled.late_s)
    load.results.account.add(account)
    _count(load, settled, "")


def _read_one(
    load: Load, connection: Connection, record: Record, host: str, deadline: float, account: Account
) -> bool:
    """Read a thing back into an account; gives whether that has told how it is. A service that is just
    starting again is waited for.
    """
    step = load.compiled.reads.step(record.entity)
    while True:
        began = load.results.elapsed
        reply, _ = sent(connection, step.call)
        load.results.beside["to read back what was written"] += 1
        if reply is not None and not _is_put_off(reply):
            break
        if load.results.elapsed > deadline or load.is_hurried:
            account.unread += 1
            return True
        gevent.sleep(max(RETRY_S, min(retry_after_s(reply), PUT_OFF_S) if reply else 0.0))
    is_gone = reply.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
    # Without content, some services say that a thing is there, and some that it is not.
    is_shown = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
    if not is_gone and (not is_shown or reply.status == HTTPStatus.NO_CONTENT):
        if load.reconciliation.may_be_gone(record, began, load.results.elapsed):
            account.read += 1
            return True
        account.unreadable += 1
        account.note(f"{step.call.operation.label} was answered {reply.status} when read back", 1)
        return True
    if reply.age_s:
        account.note(f"{step.call.operation.label} {BY_A_CACHE}", 1)
    at = (began - reply.age_s, load.results.elapsed)
    told = load.reconciliation.read_back(record, step, reply.status, json_of(reply), at)
    if told is not None:
        account.read += told.read
        _count(load, told, step.call.as_curl(host))
    return told is not None


def _is_put_off(reply: Reply) -> bool:
    """Whether a service is to be asked again later."""
    return reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_throttled(reply)


def _count(load: Load, told: Account, sample: str) -> None:
    for note, count in told.notes.items():
        load.results.account.note(note, count)
    for text, count in told.untraced.items():
        untraced = load.results.account.untraced
        untraced[text] = untraced.get(text, 0) + count
    for loss in told.losses:
        load.results.lost(loss, sample)
