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
from load.measurements.results import ResultsMessage
from load.run.attendance import SIGN_S, Attendance
from load.run.load import Load
from load.run.protocol import BEGIN, FINISH, HERE, LEAVE, RESULTS, SHARE, STOP_TIMEOUT_S
from load.run.read_back import READ_BACK_S

POLL_S = 0.05
ENDING_S = 10.0
# Workers that nobody wants to wait for have so long to send what they know.
HURRIED_S = 2.0
# A master that was held up for so long itself may have missed signs of life.
_HELD_UP_S = 1.0

logger = logging.getLogger(__name__)


class Master:
    """The workers of a master. Each gets the document, the options and its share of the arrivals, which
    changes as workers come and go; their results are merged, and their ends awaited, which Locust itself does
    for half a second only. What is missing of workers that left before their end is named.
    """

    def __init__(self, runner: MasterRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._run = ""
        self._attendance = Attendance()
        self._existing: Sequence[ExistingEntity] = ()
        self._begun: set[str] = set()
        self._sharing: tuple[str, ...] = ()
        self._watching: gevent.Greenlet[[], None] | None = None
        runner.register_message(RESULTS, self._merge_last)
        runner.register_message(LEAVE, self._leave)
        runner.register_message(HERE, self._hear)
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
                self._look()
            self._share()
            if self._attendance.nobody_left:
                self._load.ending.abandon("no worker is left")

    def _look(self) -> None:
        there = {each.id for each in self._runner.clients.all if each.state != STATE_MISSING}
        self._attendance.look(self._begun - there, self._load.session.results.elapsed)

    def _share(self) -> None:
        """Split the arrivals among the workers that are there."""
        present = tuple(sorted(each.id for each in self._runner.clients.all if each.state != STATE_MISSING))
        if present == self._sharing:
            return
        for worker in present:
            # One that was away goes on with the run that it has, so that its ledger is kept.
            if worker not in self._begun:
                self._begun.add(worker)
                self._attendance.expect(worker)
                self._runner.send_message(BEGIN, self._beginning(), worker)
        for index, worker in enumerate(present):
            share = {"run": self._run, "index": index, "count": len(present)}
            self._runner.send_message(SHARE, share, worker)
        self._sharing = present

    def _beginning(self) -> dict[str, Any]:
        """All that a worker needs for the run, whatever its own options and files are."""
        prepared = self._load.prepared
        return {
            "run": self._run,
            "elapsed": self._load.session.results.elapsed,
            "source": prepared.contract.source,
            "document": prepared.contract.document,
            "version": prepared.contract.version,
            "options": prepared.options.message(),
            "existing": self._existing,
        }

    def _leave(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._load.ending.end_early(msg.data["reason"])

    def _finish(self, **_: Any) -> None:
        if self._watching:
            self._watching.kill()
        self._runner.send_message(FINISH, {"run": self._run})

    def _wait(self, **_: Any) -> None:
        """Wait until each worker has sent its last results, or is gone. What comes later belongs to no
        run.
        """
        deadline = time.monotonic() + self._runner.environment.stop_timeout + STOP_TIMEOUT_S
        deadline += READ_BACK_S + self._load.prepared.options.consistency
        while self._attendance.awaited and time.monotonic() < deadline:
            if self._load.ending.is_hurried:
                deadline = min(deadline, time.monotonic() + HURRIED_S)
            due = time.monotonic() + POLL_S
            gevent.sleep(POLL_S)
            if time.monotonic() - due < _HELD_UP_S:
                # Locust strikes workers off its list when their users have stopped; their results still come.
                self._attendance.look(set(), self._load.session.results.elapsed)
        self._run = ""
        self._load.ending.miss(self._attendance.missing())

    def _hear(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._attendance.heard(msg.node_id, msg.data["sign"], self._load.session.results.elapsed)

    def _merge(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        self._take(client_id, data.get(RESULTS, {}))

    def _merge_last(self, msg: Message, **_: Any) -> None:
        if self._take(msg.node_id, msg.data):
            self._attendance.done(msg.node_id, msg.data["report"])

    def _take(self, worker: str, message: dict[str, Any]) -> bool:
        """Merge the results that a worker has sent; gives whether they are of this run."""
        if not self._run or message.get("run") != self._run or not self._attendance.listens_to(worker):
            return False
        results = ResultsMessage.of(message["results"])
        now = self._load.session.results.elapsed
        self._attendance.reported(worker, results.calls, results.account.read, now)
        self._load.session.results.merge(results, worker)
        return True


def _end_children(pid: int) -> None:
    """End the processes that Locust has made of this one, once the others have ended: one that is stopped
    never hears that the run is over, and Locust waits for it without end.
    """
    if os.getpid() != pid:
        return
    children = psutil.Process().children()
    deadline = time.monotonic() + ENDING_S
    while left := {each: state for each in children if (state := _state(each)) != psutil.STATUS_ZOMBIE}:
        if {*left.values()} == {psutil.STATUS_STOPPED} or time.monotonic() > deadline:
            break
        time.sleep(POLL_S)
    for each, state in left.items():
        logger.warning("process %d, a worker, does not end by itself (%s): it is killed", each.pid, state)
        with suppress(psutil.Error):
            each.kill()


def _state(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.Error:
        return str(psutil.STATUS_ZOMBIE)
