"""The threads that answer requests."""

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable
from contextvars import Context
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
# Gets the result that nobody waits for any more.
Discard = Callable[[Any], None]


class Threads:
    """Threads that call functions in the order in which they were submitted, each within a limit (s).

    A function that nobody waits for any more is not called. The threads start with the first call, and end
    with the process.
    """

    def __init__(self, count: int, limit_s: float) -> None:
        self.limit_s = limit_s
        self._count = count
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Context, Callable[[], Any], Discard]] = (
            SimpleQueue()
        )
        self._started = False
        # When each call is late, in this order: one timer for all.
        self._deadlines: dict[asyncio.Future[Any], float] = {}
        self._timer: TimerHandle | None = None

    def run(
        self, function: Callable[[], Result], context: Context, discard: Discard = lambda _: None
    ) -> asyncio.Future[Result]:
        """Call a function in one of the threads, within a context.

        The future has what it returns or raises, or TimeoutError after the limit; `discard` gets a result
        that nobody waits for any more.
        """
        if not self._started:
            self._started = True
            for number in range(self._count):
                Thread(target=self._work, name=f"wsgi-{number}", daemon=True).start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._deadlines[future] = loop.time() + self.limit_s
        if self._timer is None:
            self._timer = loop.call_later(self.limit_s, self._end_late)
        self._calls.put((future, context, function, discard))
        return future

    def _end_late(self) -> None:
        self._timer = None
        for future, deadline in list(self._deadlines.items()):
            loop = future.get_loop()
            if deadline > loop.time():
                self._timer = loop.call_at(deadline, self._end_late)
                return
            del self._deadlines[future]
            if not future.done():
                future.set_exception(TimeoutError())

    def _work(self) -> None:
        while True:
            future, context, function, discard = self._calls.get()
            if not future.done():
                self._run(future, context, function, discard)
            del future, context, function, discard

    def _run(
        self,
        future: "asyncio.Future[Result]",
        context: Context,
        function: Callable[[], Result],
        discard: Discard,
    ) -> None:
        result, error = None, None
        try:
            result = context.run(function)
        except BaseException as raised:  # whoever awaits the future handles it
            error = raised
        loop = future.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._settle, future, result, error, discard)

    def _settle(
        self, future: "asyncio.Future[Any]", result: Any, error: BaseException | None, discard: Discard
    ) -> None:
        self._deadlines.pop(future, None)
        if future.done():
            if error is None:
                discard(result)
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
