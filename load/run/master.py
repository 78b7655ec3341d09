"""What a master does: it starts and ends its workers, merges their results, and names what is missing."""

import atexit
import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

import gevent
import psutil
from locust.rpc import Message
from locust.runners import STATE_MISSING, MasterRunner

from load.journeys.knowledge import ExistingEntity
from load.run import protocol
from load.run.attendance import SIGN_S, Attendance
from load.run.load import Load
from load.run.protocol import (
    STOP_TIMEOUT_S,
    Begin,
    Finish,
    Leave,
    Report,
    Sign,
    TakeShare,
    name_of,
    received,
)
from load.run.read_back import READ_BACK_S

POLL_S = 0.05
ENDING_S = 10.0
# Workers that nobody wants to wait for have so long to send what they know.
HURRIED_S = 2.0
# A master that was held up for so long itself may have missed signs of life.
_HELD_UP_S = 1.0

logger = logging.getLogger(__name__)


class Workers:
    """The workers that are connected to a master, by their names."""

    def __init__(self, runner: MasterRunner) -> None:
        self._runner = runner

    @property
    def present(self) -> tuple[str, ...]:
        """Those that Locust does not miss."""
        clients = self._runner.clients.all
        return tuple(sorted(client.id for client in clients if client.state != STATE_MISSING))

    @property
    def missing(self) -> set[str]:
        """Those that Locust misses: nothing has been heard of them for some seconds."""
        return {client.id for client in self._runner.clients.all if client.state == STATE_MISSING}

    @property
    def stop_timeout(self) -> float:
        """How long (s) users have to end their calls."""
        return float(self._runner.environment.stop_timeout)

    def send(self, message: protocol.Message, worker: str | None = None) -> None:
        """Send a message to a worker, or to all."""
        self._runner.send_message(name_of(type(message)), message.plain, worker)


class Master:
    """The workers of a master. Each gets the document, the options and its share of the arrivals, which
    changes as workers come and go; their results are merged, and their ends awaited, which Locust itself does
    for half a second only. What is missing of workers that left before their end is named.
    """

    def __init__(self, runner: MasterRunner, load: Load) -> None:
        self._workers = Workers(runner)
        self._load = load
        self._run = ""
        self._attendance = Attendance()
        self._existing: Sequence[ExistingEntity] = ()
        self._begun: set[str] = set()
        self._sharing: tuple[str, ...] = ()
        self._watching: gevent.Greenlet[[], None] | None = None
        runner.register_message(name_of(Report), self._merge_last)
        runner.register_message(name_of(Leave), self._leave)
        runner.register_message(name_of(Sign), self._add_sign)
        events = runner.environment.events
        events.worker_report.add_listener(self._merge)
        events.test_stopping.add_listener(self._finish)
        events.test_stop.add_listener(self._wait)
        # After Locust's own, so that it comes before that, which waits for its processes without end.
        atexit.register(partial(_end_children, os.getpid()))

    def begin(self, existing: Sequence[ExistingEntity]) -> None:
        """Begin a run on all workers, which know these entities to exist."""
        self._run, self._attendance = uuid4().hex, Attendance()
        self._existing, self._begun, self._sharing = existing, set(), ()
        self._share()
        self._watching = gevent.spawn(self._watch)

    def _watch(self) -> None:
        due = time.monotonic()
        while True:
            due = max(due, time.monotonic()) + SIGN_S
            gevent.sleep(SIGN_S)
            if time.monotonic() - due < _HELD_UP_S:
                absent = self._begun.difference(self._workers.present)
                self._attendance.mark_absent(absent, self._load.session.results.elapsed)
            self._share()
            if self._attendance.is_deserted:
                self._load.ending.abandon("no worker is left")

    def _share(self) -> None:
        """Split the arrivals among the workers that are there."""
        present = self._workers.present
        if present == self._sharing:
            return
        for worker in present:
            # One that was away goes on with the run that it has, so that its ledger is kept.
            if worker not in self._begun:
                self._begun.add(worker)
                self._attendance.expect(worker)
                self._workers.send(self._beginning(), worker)
        for index, worker in enumerate(present):
            self._workers.send(TakeShare(run=self._run, index=index, count=len(present)), worker)
        self._sharing = present

    def _beginning(self) -> Begin:
        """All that a worker needs for the run, whatever its own options and files are."""
        prepared = self._load.prepared
        return Begin(
            run=self._run,
            elapsed=self._load.session.results.elapsed,
            source=prepared.contract.source,
            document=prepared.contract.document,
            version=prepared.contract.version,
            options=prepared.options,
            existing=tuple(self._existing),
        )

    def _leave(self, msg: Message, **_: Any) -> None:
        message = received(Leave, msg.data)
        if message.run == self._run:
            self._load.ending.end_early(message.reason)

    def _finish(self, **_: Any) -> None:
        if self._watching:
            self._watching.kill()
        self._workers.send(Finish(run=self._run))

    def _wait(self, **_: Any) -> None:
        """Wait until each worker has sent its last results, or is gone. What comes later belongs to no
        run.
        """
        deadline = time.monotonic() + self._workers.stop_timeout + STOP_TIMEOUT_S
        deadline += READ_BACK_S + self._load.prepared.options.consistency
        while self._attendance.awaited and time.monotonic() < deadline:
            if self._load.ending.is_hurried:
                deadline = min(deadline, time.monotonic() + HURRIED_S)
            due = time.monotonic() + POLL_S
            gevent.sleep(POLL_S)
            if time.monotonic() - due < _HELD_UP_S:
                # Locust strikes workers off its list when their users have stopped; their results still come.
                # A worker that died before its first sign of life can only be known as missed by Locust.
                self._attendance.mark_absent(self._workers.missing, self._load.session.results.elapsed)
        self._run = ""
        self._load.ending.miss(self._attendance.missing())

    def _add_sign(self, msg: Message, **_: Any) -> None:
        sign = received(Sign, msg.data)
        if sign.run == self._run:
            self._attendance.add_sign(msg.node_id, sign, self._load.session.results.elapsed)

    def _merge(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        if name_of(Report) in data:
            self._take(client_id, received(Report, data[name_of(Report)]))

    def _merge_last(self, msg: Message, **_: Any) -> None:
        report = received(Report, msg.data)
        if self._take(msg.node_id, report):
            self._attendance.complete(msg.node_id, report.number)

    def _take(self, worker: str, report: Report) -> bool:
        """Merge the results that a worker has sent; gives whether they are of this run."""
        if not self._run or report.run != self._run or not self._attendance.expects_results(worker):
            return False
        results = report.results
        now = self._load.session.results.elapsed
        self._attendance.add_report(worker, results.calls, results.account.read, now)
        self._load.session.results.merge(results, worker)
        return True


def _end_children(pid: int) -> None:
    """End the worker processes that Locust has started, once all others have ended: one that is stopped never
    hears that the run is over, and Locust would wait for it for ever.
    """
    if os.getpid() != pid:
        return
    children = psutil.Process().children()
    deadline = time.monotonic() + ENDING_S
    while running := {child: state for child in children if (state := _state(child)) != psutil.STATUS_ZOMBIE}:
        if {*running.values()} == {psutil.STATUS_STOPPED} or time.monotonic() > deadline:
            break
        time.sleep(POLL_S)
    for child, state in running.items():
        logger.warning("process %d, a worker, does not end by itself (%s): it is killed", child.pid, state)
        with suppress(psutil.Error):
            child.kill()


def _state(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.Error:
        return str(psutil.STATUS_ZOMBIE)
