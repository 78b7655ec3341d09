"""The threads that answer requests."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
# Gets the result that nobody waits for any more.
Discard = Callable[[Any], None]


class Threads:
    """Threads that call functions in the order in which they were submitted.

    A function that nobody waits for any more is not called. The threads start with the first call, and end
    with the process.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Context, Callable[[], Any], Discard]] = (
            SimpleQueue()
        )
        self._started = False

    def run(
        self, function: Callable[[], Result], context: Context, discard: Discard = lambda _: None
    ) -> asyncio.Future[Result]:
        """Call a function in one of the threads, within a context.

        The future has what it returns or raises; `discard` gets the result if nobody waits for it any more.
        """
        if not self._started:
            self._started = True
            for number in range(self._count):
                Thread(target=self._work, name=f"wsgi-{number}", daemon=True).start()
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._calls.put((future, context, function, discard))
        return future

    def _work(self) -> None:
        while True:
            future, context, function, discard = self._calls.get()
            if not future.cancelled():
                _run(future, context, function, discard)
            del future, context, function, discard


def _run(
    future: "asyncio.Future[Result]", context: Context, function: Callable[[], Result], discard: Discard
) -> None:
    result, error = None, None
    try:
        result = context.run(function)
    except BaseException as raised:  # whoever awaits the future handles it
        error = raised
    loop = future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(_settle, future, result, error, discard)


def _settle(
    future: "asyncio.Future[Any]", result: Any, error: BaseException | None, discard: Discard
) -> None:
    if future.cancelled():
        if error is None:
            discard(result)
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
