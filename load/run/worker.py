"""What a worker does: it begins and ends when its master says so, and tells it all results."""

import time
from contextlib import suppress
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore
from locust.exception import RPCError
from locust.rpc import Message
from locust.runners import WorkerRunner

from load.measurements.arrivals import Share
from load.options.options import options_from
from load.run.attendance import HALTED_S, SIGN_S, Sign
from load.run.load import Load
from load.run.protocol import BEGIN, FINISH, HERE, LEAVE, RESULTS, SHARE
from load.run.read_back import read_back
from openapi.contract import Contract


class Worker:
    """One process of many: begins and ends when the master says so, tells it all results, and every half
    second that it is there. What it tells names the run, so that nothing of one run gets into another.
    """

    def __init__(self, runner: WorkerRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._stopping = BoundedSemaphore()
        self._telling = BoundedSemaphore()
        self._run = ""
        self._is_told = True
        # From then on, Locust's master may take no reports of this one any more.
        self._is_leaving = False
        self._reports = 0
        self._signs: gevent.Greenlet[[], None] | None = None
        self._halted_s, self._halted_at, self._unworked = 0.0, 0.0, _unworked_s()
        gevent.spawn(self._watch)
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
        told = options_from(message["options"])
        if (contract, told) != (self._load.contract, self._load.options):
            self._load.take(contract, told)
        existing = ((kind, tuple(values)) for kind, values in message["existing"])
        self._load.begin(existing, message["elapsed"] + time.monotonic() - began)
        self._load.listen()
        self._run, self._is_told, self._is_leaving, self._reports = message["run"], False, False, 0
        if began - self._halted_at > SIGN_S:
            # What came just before may have held up this very message.
            self._halted_s = 0.0
        # How long compiling takes on a busy machine is no matter of the run.
        self._unworked = _unworked_s()

    def _share(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._load.take_share(Share(msg.data["index"], msg.data["count"]))

    def _finish(self, msg: Message, **_: Any) -> None:
        if msg.data["run"] == self._run:
            self._leave()

    def _leave(self, **_: Any) -> None:
        self._is_leaving = True
        # The master's word and a Ctrl-C may come at once: the users are stopped by one of them.
        with self._stopping:
            self._load.results.end()
            self._runner.stop()
        # Locust may have stopped the users before, at the master's word, and does nothing the second time:
        # then what was written is still being read back.
        with self._telling:
            pass

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        if not self._is_leaving:
            data[RESULTS] = self._taken()

    def _report_finally(self, **_: Any) -> None:
        """Once the users have all gone, what has not been told yet; once, even when Locust stops twice."""
        with self._telling:
            if self._is_told:
                return
            self._is_told = True
            self._load.settle()
            read_back(self._load, self._runner.environment.host or "")
            self._tell_sign()
            self._runner.send_message(RESULTS, self._taken())

    def _taken(self) -> dict[str, Any]:
        self._load.look(self._runner.client_id)
        message = self._load.results.message()
        self._load.results = self._load.results.rest()
        self._reports += 1
        return {"run": self._run, "report": self._reports, "results": message}

    def _tell_signs(self) -> None:
        while True:
            self._tell_sign()
            gevent.sleep(SIGN_S)

    def _tell_sign(self) -> None:
        load = self._load
        sign = Sign(load.results.elapsed, load.calls, len(load.ledger), self._halted_s)
        # Without a connection there is nobody to tell.
        with suppress(RPCError):
            self._runner.send_message(HERE, {"run": self._run, "sign": sign.message()})

    def _watch(self) -> None:
        """Note when this process has neither worked nor waited: it was stopped, or had no processor."""
        while True:
            self._unworked = _unworked_s()
            gevent.sleep(SIGN_S)
            halted = _unworked_s() - self._unworked - SIGN_S
            if halted > HALTED_S:
                self._halted_s += halted
                self._halted_at = time.monotonic()


def _unworked_s() -> float:
    """A time (s) that goes on while this process does not work."""
    return time.monotonic() - time.process_time()
