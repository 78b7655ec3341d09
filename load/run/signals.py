"""What SIGINT, SIGTERM and SIGHUP do for a while."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_S = 0.01


@contextmanager
def on_signals(act: Callable[..., object]) -> Iterator[None]:
    """Signals call `act` within the context. SIGHUP stays ignored where it is, as with nohup."""
    numbers = [number for number in _ENDING if not is_ignored(number)]
    before = {number: signal.signal(number, act) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_ignored(number: int) -> bool:
    """Whether a signal is one that a command goes on after. A shell lets its background jobs ignore SIGINT,
    too, but who sends one means it.
    """
    return number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Signals that come within the context take effect at its end."""
    came: list[int] = []
    with on_signals(lambda number, _: came.append(number)):
        yield
    if came:
        signal.raise_signal(came[0])


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Signals end the process by way of the `finally` clauses, where the service stops, with the exit code
    128 and the signal's number.
    """
    received: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise SystemExit(128 + number)

    def send_again(dropped: "sys.UnraisableHookArgs") -> None:
        if isinstance(dropped.exc_value, SystemExit):
            threading.Timer(_AGAIN_S, os.kill, (os.getpid(), received[-1])).start()
        else:
            before(dropped)

    # Python drops what is raised while it runs a finalizer or the callback of a weak reference.
    before, sys.unraisablehook = sys.unraisablehook, send_again
    try:
        with on_signals(leave):
            yield
    finally:
        sys.unraisablehook = before
