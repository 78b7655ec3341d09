"""What a worker does: it begins and ends when its master says so, and sends it all results."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore
from locust.exception import RPCError
from locust.rpc import Message
from locust.runners import WorkerRunner

from load.measurements.arrivals import Share
from load.run import protocol
from load.run.attendance import HALTED_S, SIGN_S
from load.run.load import Load
from load.run.protocol import Begin, Finish, Leave, Report, Sign, TakeShare, name_of, received
from load.run.read_back import read_back
from openapi.contract import Contract


class Worker:
    """One process of many: begins and ends when the master says so, sends it all results, and a sign of life
    every half second. Each message names the run, so that nothing of one run gets into another.
    """

    def __init__(self, runner: WorkerRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._run = ""
        self._stopping = BoundedSemaphore()
        self._reports = Reports(load)
        self._halts = Halts()
        self._signs: gevent.Greenlet[[], None] | None = None
        runner.register_message(name_of(Begin), self._begin)
        runner.register_message(name_of(TakeShare), self._share)
        runner.register_message(name_of(Finish), self._finish, concurrent=True)
        events = runner.environment.events
        events.report_to_master.add_listener(self._report)
        events.test_stop.add_listener(self._report_finally)
        events.quitting.add_listener(self._leave)
        load.on_early_end(lambda reason: self._send(Leave(run=self._run, reason=reason)))

    def _begin(self, msg: Message, **_: Any) -> None:
        message = received(Begin, msg.data)
        if message.run == self._run:
            return
        if self._reports.abandon():
            # The end of the run before was not heard of here: nobody waits for its results.
            self._leave()
        # The run before may just be ending.
        with self._stopping:
            self._compile(message)
        if self._signs is None:
            self._signs = gevent.spawn(self._send_signs)

    def _compile(self, message: Begin) -> None:
        began, load = time.monotonic(), self._load
        contract = Contract(message.source, message.document, message.version)
        if (contract, message.options) != (load.prepared.contract, load.prepared.options):
            load.compile(contract, message.options)
        elapsed = message.elapsed + time.monotonic() - began
        load.begin(message.existing, elapsed, max(self._runner.worker_index, 0))
        load.watch_process()
        self._run = message.run
        self._reports.begin()
        self._halts.begin(began)

    def _share(self, msg: Message, **_: Any) -> None:
        message = received(TakeShare, msg.data)
        if message.run == self._run:
            self._load.set_share(Share(message.index, message.count))

    def _finish(self, msg: Message, **_: Any) -> None:
        if received(Finish, msg.data).run == self._run:
            self._leave()

    def _leave(self, **_: Any) -> None:
        self._reports.close()
        # The message of the master and a Ctrl-C may come at once: one of them stops the users.
        with self._stopping:
            self._load.session.results.clock.end()
            self._runner.stop()
        # Locust may have stopped the users before, at the master's message, and then does nothing: what was
        # written is still being read back.
        self._reports.wait()

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        if not self._reports.is_closed:
            data[name_of(Report)] = self._take_report().plain

    def _report_finally(self, **_: Any) -> None:
        """Once all users have gone, send what has not been sent yet; once, even when Locust stops twice."""
        with self._reports.last() as is_due:
            if is_due:
                load = self._load
                load.settle()
                read_back(load.session, load.ending, self._runner.environment.host or "")
                self._send_sign()
                self._send(self._take_report())

    def _take_report(self) -> Report:
        return self._reports.take(self._run, self._runner.client_id)

    def _send(self, message: protocol.Message) -> None:
        self._runner.send_message(name_of(type(message)), message.plain)

    def _send_signs(self) -> None:
        while True:
            self._send_sign()
            gevent.sleep(SIGN_S)

    def _send_sign(self) -> None:
        session = self._load.session
        sign = Sign(
            run=self._run,
            at=session.results.elapsed,
            calls=session.sent,
            written=len(session.ledger),
            halted=self._halts.seconds,
        )
        # Without a connection, nobody can be reached.
        with suppress(RPCError):
            self._send(sign)


class Reports:
    """The results that a worker sends to its master: some with each of Locust's reports, the rest at the end
    of a run, once.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._count = 0
        self._is_complete = True
        self._sending = BoundedSemaphore()
        # From then on, Locust's master may not take reports of this worker any more.
        self.is_closed = False

    def begin(self) -> None:
        """A run begins."""
        self._count, self._is_complete, self.is_closed = 0, False, False

    def close(self) -> None:
        """Send nothing more until the last results."""
        self.is_closed = True

    def abandon(self) -> bool:
        """Send no last results; gives whether there were any to send."""
        was_due, self._is_complete = not self._is_complete, True
        return was_due

    @contextmanager
    def last(self) -> Iterator[bool]:
        """The last results are being made and sent, if they have not been yet."""
        with self._sending:
            yield self.abandon()

    def wait(self) -> None:
        """Until the last results, if they are being sent, have been sent."""
        with self._sending:
            pass

    def take(self, run: str, worker: str) -> Report:
        """What this worker has recorded in a run since the last report."""
        self._load.add_watched(worker)
        self._count += 1
        results = self._load.session.take_results()
        return Report(run=run, number=self._count, results=results.message())


class Halts:
    """For how long (s) this process has neither worked nor waited in a run: it was stopped, or had no
    processor.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._at = 0.0
        self._unworked = _unworked_s()
        gevent.spawn(self._watch)

    def begin(self, at: float) -> None:
        """A run begins, whose message came at a time of `time.monotonic`."""
        if at - self._at > SIGN_S:
            # A halt just before may have held up this very message.
            self.seconds = 0.0
        # How long compiling takes on a busy machine has nothing to do with the run.
        self._unworked = _unworked_s()

    def _watch(self) -> None:
        while True:
            self._unworked = _unworked_s()
            gevent.sleep(SIGN_S)
            halted = _unworked_s() - self._unworked - SIGN_S
            if halted > HALTED_S:
                self.seconds += halted
                self._at = time.monotonic()


def _unworked_s() -> float:
    """A time (s) that goes on while this process does not work."""
    return time.monotonic() - time.process_time()
