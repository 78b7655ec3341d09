"""Reading what a service shows: what exists before a run, and what is there of what it has acknowledged."""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Set
from http import HTTPStatus
from random import Random
from urllib.parse import unquote

import gevent

from load.calls.connection import Connection, Reply
from load.calls.response_checks import is_throttled
from load.calls.sending import exchange_of, json_body, send
from load.calls.throttling import retry_after_s
from load.journeys.knowledge import ExistingEntity
from load.journeys.step import Step
from load.ledger.history import State
from load.ledger.loss_evidence import address_of
from load.ledger.records import Record
from load.measurements.ledger_account import Account
from load.measurements.losses import BY_A_CACHE
from load.run.creation_search import CreationSearch
from load.run.ending import Ending
from load.run.session import Session

logger = logging.getLogger(__name__)

REPLACING = (
    "changes what is there by values that others use, too: it was not called any more, "
    "unless with --allow-destructive"
)

READ_BACK_S = 30.0
# When a long reading first reports how far it is, and how often after a while.
FIRST_PROGRESS_S, PROGRESS_S = 2.0, 10.0
READERS = 10
RETRY_S = 0.2
# What a service asks for is waited for, but not longer than this.
POSTPONED_S = 2.0
# How long what is not there yet is left alone before it is read again.
READ_AGAIN_S = 0.02


def existing_entities(session: Session, host: str) -> tuple[list[ExistingEntity], int]:
    """What the lists of a service show, and how many calls that took; a list that does not answer shows
    nothing.
    """
    connection = session.connection(host)
    existing, calls = [], 0
    try:
        for steps in session.journeys.exploration_rounds():
            for step in steps:
                reply, _ = send(connection, step.call)
                calls += 1
                exchange = exchange_of(step.call, reply) if reply and reply.status < 300 else None
                existing += session.knowledge.record_listing(step, exchange)
    finally:
        connection.close()
    return existing, calls


class ReadBack:
    """Holds what a service has now against what it has acknowledged in a session: all of it, or as much as
    there is time for, or until nobody wants to wait. What is not there yet, or not as it should be, is read
    again for as long as it may be late.
    """

    def __init__(self, session: Session, ending: Ending, host: str) -> None:
        self._session, self._ending, self._host = session, ending, host
        # Results may be sent to a master, and begun anew, while this goes on; this is added once, at the end.
        self._account = Account()
        self._pending: deque[tuple[Record, float]] = deque()
        self._deadline = 0.0

    def run(self, report: Callable[[str], object]) -> None:
        """Read everything back; `report` gets a line about the progress now and then."""
        session = self._session
        records = session.reconciliation.records
        Random().shuffle(records)
        self._account = Account(followed=len(records), passed_over=session.ledger.creations.passed_over)
        self._pending = deque((record, 0.0) for record in records)
        # A service that stopped answering is not waited for once more.
        consistency = session.prepared.options.consistency
        patience = 0.0 if self._ending.is_gone else READ_BACK_S + consistency
        self._deadline = session.results.elapsed + patience
        connections = [session.connection(self._host) for _ in range(READERS)]
        progress = gevent.spawn(self._report, len(records), report)
        readers = [gevent.spawn(self._read, connection) for connection in connections]
        gevent.joinall(readers, raise_error=True)
        progress.kill()
        for connection in connections:
            connection.close()
        self._account.unread += len(self._pending)
        if session.keyed_creations and not self._ending.is_gone and not self._ending.is_hurried:
            CreationSearch(session, self._host).run()
        self._settle()

    def _report(self, count: int, report: Callable[[str], object]) -> None:
        pause = FIRST_PROGRESS_S
        while True:
            gevent.sleep(pause)
            pause = min(2 * pause, PROGRESS_S)
            left_s = max(self._deadline - self._session.results.elapsed, 0)
            done = count - len(self._pending)
            report(f"reading back what was written: {done:,} of {count:,}, {left_s:.0f} s left at most")

    def _read(self, connection: Connection) -> None:
        session = self._session
        while self._pending and session.results.elapsed < self._deadline and not self._ending.is_hurried:
            record, due = self._pending.popleft()
            gevent.sleep(max(due - session.results.elapsed, 0))
            if not self._read_one(connection, record):
                self._pending.append((record, session.results.elapsed + READ_AGAIN_S))

    def _read_one(self, connection: Connection, record: Record) -> bool:
        """Read an entity; gives whether its state is known now."""
        session, account = self._session, self._account
        step = session.compiled.reads.step(record.entity)
        began, reply = self._answer(connection, step)
        if reply is None:
            account.unread += 1
            return True
        is_gone = reply.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
        # Without content, some services say that an entity is there, and some that it is not.
        is_shown = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        if not is_gone and (not is_shown or reply.status == HTTPStatus.NO_CONTENT):
            if session.reconciliation.may_be_gone(record, began, session.results.elapsed):
                account.read += 1
                return True
            account.unreadable += 1
            account.note(f"{step.call.operation.label} was answered {reply.status} when read back", 1)
            return True
        if reply.age_s:
            account.note(f"{step.call.operation.label} {BY_A_CACHE}", 1)
        at = (began - reply.age_s, session.results.elapsed)
        seen = session.reconciliation.read_back(record, step, reply.status, json_body(reply), at)
        if seen is not None:
            account.read += seen.read
            sample = step.call.as_curl(self._host)
            self._count(seen, dict.fromkeys([loss.target for loss in seen.losses], sample))
        return seen is not None

    def _answer(self, connection: Connection, step: Step) -> tuple[float, Reply | None]:
        """When a step was sent at last (s since the start), and its answer. A service that is just starting
        again is waited for.
        """
        while True:
            results = self._session.results
            began = results.elapsed
            reply, _ = send(connection, step.call)
            results.side_calls["to read back what was written"] += 1
            if reply is not None and not _is_postponed(reply):
                return began, reply
            if results.elapsed > self._deadline or self._ending.is_hurried:
                return began, None
            gevent.sleep(max(RETRY_S, min(retry_after_s(reply), POSTPONED_S) if reply else 0.0))

    def _settle(self) -> None:
        """All is read: count what only all of it together shows."""
        session, account = self._session, self._account
        settled = session.reconciliation.report()
        session.ledger.report(settled)
        for label in session.knowledge.ownership.overwriting:
            settled.note(f"{label} {REPLACING}", 1)
        account.late += settled.late
        account.late_s = max(account.late_s, settled.late_s)
        session.results.account.add(account)
        targets = {loss.target for loss in settled.losses} | {dropped.target for dropped in settled.dropped}
        self._count(settled, self._samples(targets - {""}))

    def _samples(self, targets: Set[str]) -> dict[str, str]:
        """The commands that read the entities at these targets, as far as they can be read."""
        samples, decoded = dict[str, str](), [unquote(target) for target in targets]
        for record in self._session.reconciliation.records if targets else ():
            if len(samples) == len(targets):
                break
            # Calls are built for the few entities that may be meant, and are there.
            is_there = record.writes and record.writes[-1].leaves is not State.GONE
            if is_there and any(str(record.entity.values[-1]) in target for target in decoded):
                call = self._session.compiled.reads.step(record.entity).call
                for target in targets & {call.target, address_of(record.entity)}:
                    samples[target] = call.as_curl(self._host)
        return samples

    def _count(self, seen: Account, samples: Mapping[str, str]) -> None:
        """Count what reads have shown, which the commands of the samples repeat, by target."""
        results = self._session.results
        results.account.add_texts(seen)
        for loss in seen.losses:
            results.record_loss(loss, samples.get(loss.target, ""))
        # The first example of a finding is kept: one that can be shown.
        for dropped in sorted(seen.dropped, key=lambda dropped: dropped.target not in samples):
            results.record_dropped(dropped, samples.get(dropped.target, ""))


def read_back(
    session: Session, ending: Ending, host: str, report: Callable[[str], object] = logger.info
) -> None:
    """Read back what was written in a session; `report` gets a line about the progress now and then."""
    ReadBack(session, ending, host).run(report)


def _is_postponed(reply: Reply) -> bool:
    """Whether a service is to be asked again later."""
    return reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_throttled(reply)
