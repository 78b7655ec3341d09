"""One run on many processes: what a master and its workers tell each other, and who is missed."""

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
from gevent.lock import BoundedSemaphore
from locust.exception import RPCError
from locust.rpc import Message
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from load.journeys.knowledge import Existing
from load.measurements.arrivals import Share
from load.options.options import orders_from
from load.run.attendance import SIGN_S, Attendance, Sign
from load.run.load import Load
from load.run.read_back import READ_BACK_S, read_back
from openapi.contract import Contract

STOP_TIMEOUT_S = 10.0
POLL_S = 0.05
ENDING_S = 10.0
# A master that was held up for so long itself has not heard what there was to hear.
_HELD_UP_S = 1.0
BEGIN = "begin"
FINISH = "finish"
SHARE = "share"
LEAVE = "leave"
HERE = "here"
RESULTS = "contract results"

logger = logging.getLogger(__name__)


class Worker:
    """One process of many: begins and ends when the master says so, tells it all results, and every half
    second that it is there. What it tells names the run, so that nothing of one run gets into another.
    """

    def __init__(self, runner: WorkerRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._stopping = BoundedSemaphore()
        self._run = ""
        self._is_told = True
        self._reports = 0
        self._signs: gevent.Greenlet[[], None] | None = None
        runner.register_message(BEGIN, self._begin)
        runner.register_message(SHARE, self._share)
        runner.register_message(FINISH, self._finish, concurrent=True)
        events = runner.environment.events
        events.report_to_master.add_listener(self._report)
        events.test_stop.add_listener(self._report_finally)
        events.quitting.add_listener(self._leave)
        load.leave = lambda reason: runner.send_message(LEAVE, {"run": self._run, "reason": reason})

    def _begin(self, msg: Message, **_: Any) -> None:
        message = msg.data
        if message["run"] == self._run:
            return
        if not self._is_told:
            # The end of the former run was not heard of here: nobody waits for its results.
            self._is_told = True
            self._leave()
        # The former run may just be ending.
        with self._stopping:
            self._compile(message)
        if self._signs is None:
            self._signs = gevent.spawn(self._tell_signs)

    def _compile(self, message: dict[str, Any]) -> None:
        began = time.monotonic()
        contract = Contract(message["source"], message["document"], tuple(message["version"]))
        told = orders_from(message["orders"])
        if (contract, told) != (self._load.contract, self._load.orders):
            self._load.take(contract, told)
        existing = ((kind, tuple(values)) for kind, values in message["existing"])
        self._load.begin(existing, message["elapsed"] + time.monotonic() - began)
        self._load.listen()
        self._run, self._is_told, self._reports = message["run"], False, 0

    def _share(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._load.take_share(Share(msg.data["index"], msg.data["count"]))

    def _finish(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._leave()

    def _leave(self, **_: Any) -> None:
        # The master's word and a Ctrl-C may come at once: the users are stopped by one of them.
        with self._stopping:
            self._load.results.end()
            self._runner.stop()

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        data[RESULTS] = self._taken()

    def _report_finally(self, **_: Any) -> None:
        """Once the users have all gone, what has not been told yet; once, even when Locust stops twice."""
        if self._is_told:
            return
        self._is_told = True
        self._load.settle()
        read_back(self._load, self._runner.environment.host or "")
        self._runner.send_message(RESULTS, self._taken())

    def _taken(self) -> dict[str, Any]:
        self._load.look(self._runner.client_id)
        message = self._load.results.message()
        self._load.results = self._load.results.rest()
        self._reports += 1
        return {"run": self._run, "report": self._reports, "results": message}

    def _tell_signs(self) -> None:
        while True:
            load = self._load
            sign = Sign(load.results.elapsed, load.calls, len(load.ledger))
            # Without a connection there is nobody to tell.
            with suppress(RPCError):
                self._runner.send_message(HERE, {"run": self._run, "sign": sign.message()})
            gevent.sleep(SIGN_S)


class Workers:
    """The workers of a master: each is told what to do, and its share of the arrivals, which changes as
    workers come and go; their results are merged, and their ends awaited. What is missing of those that went
    before their end is told. Locust gives their last reports half a second, then leaves.
    """

    def __init__(self, runner: MasterRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._run = ""
        self._attendance = Attendance()
        self._existing: Sequence[Existing] = ()
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

    def begin(self, existing: Sequence[Existing]) -> None:
        """Tell the workers that a run begins, with what exists."""
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
                self._load.end_early("no worker is left")

    def _look(self) -> None:
        there = {each.id for each in self._runner.clients.all if each.state != STATE_MISSING}
        self._attendance.look(self._begun - there, self._load.results.elapsed)

    def _share(self) -> None:
        """Split the arrivals among those who are there."""
        present = tuple(sorted(each.id for each in self._runner.clients.all if each.state != STATE_MISSING))
        if present == self._sharing:
            return
        for worker in present:
            # Who has been away goes on with what it has: its ledger is not to be forgotten.
            if worker not in self._begun:
                self._begun.add(worker)
                self._attendance.expect(worker)
                self._runner.send_message(BEGIN, self._orders(), worker)
        for index, worker in enumerate(present):
            share = {"run": self._run, "index": index, "count": len(present)}
            self._runner.send_message(SHARE, share, worker)
        self._sharing = present

    def _orders(self) -> dict[str, Any]:
        """All that a worker needs to do its part, be its own options and files what they may."""
        load = self._load
        return {
            "run": self._run,
            "elapsed": load.results.elapsed,
            "source": load.contract.source,
            "document": load.contract.document,
            "version": load.contract.version,
            "orders": load.orders.message(),
            "existing": self._existing,
        }

    def _leave(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._load.end_early(msg.data["reason"])

    def _finish(self, **_: Any) -> None:
        if self._watching:
            self._watching.kill()
        self._runner.send_message(FINISH, {"run": self._run})

    def _wait(self, **_: Any) -> None:
        """Until each worker has told its last results, or is not to be heard of any more. What comes later
        belongs to no run.
        """
        deadline = time.monotonic() + self._runner.environment.stop_timeout + STOP_TIMEOUT_S
        deadline += READ_BACK_S + self._load.orders.consistency
        while self._attendance.awaited and time.monotonic() < deadline:
            due = time.monotonic() + POLL_S
            gevent.sleep(POLL_S)
            if time.monotonic() - due < _HELD_UP_S:
                self._look()
        self._run = ""
        self._load.missing = self._attendance.missing()

    def _hear(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._attendance.heard(msg.node_id, msg.data["sign"], self._load.results.elapsed)

    def _merge(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        self._take(client_id, data.get(RESULTS, {}))

    def _merge_last(self, msg: Message, **_: Any) -> None:
        if self._take(msg.node_id, msg.data):
            self._attendance.done(msg.node_id, msg.data["report"])

    def _take(self, worker: str, message: dict[str, Any]) -> bool:
        """Merge what a worker tells of this run; gives whether it was of this run."""
        if not self._run or message.get("run") != self._run or not self._attendance.listens_to(worker):
            return False
        results = message["results"]
        calls = sum(count for each in results["operations"].values() for _, count in each["statuses"])
        now = self._load.results.elapsed
        self._attendance.reported(worker, calls, results["account"]["read"], now)
        self._load.results.merge(results, worker)
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
