"""Signals that end a command, so that it ends through its `finally` clauses."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_S = 0.01


@contextmanager
def ended_by_signals(exit_code: Callable[[int], int]) -> Iterator[None]:
    """Let SIGTERM, SIGINT and SIGHUP end this process by SystemExit, with the code for the signal's number.
    SIGHUP stays ignored where it is, as with nohup.
    """
    received: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise SystemExit(exit_code(number))

    def send_again(dropped: "sys.UnraisableHookArgs") -> None:
        if isinstance(dropped.exc_value, SystemExit):
            threading.Timer(_AGAIN_S, os.kill, (os.getpid(), received[-1])).start()
        else:
            before(dropped)

    # Python drops what is raised while it runs a finalizer or the callback of a weak reference.
    before, sys.unraisablehook = sys.unraisablehook, send_again
    try:
        with _handled(leave):
            yield
    finally:
        sys.unraisablehook = before


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Have signals that end this process wait until the end of the context."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    with _handled(lambda number, _frame: received.append(number)):
        yield
    if received:
        signal.raise_signal(received[0])


def is_ignored(number: int) -> bool:
    """Whether a signal is one that a command goes on after. A shell lets its background jobs ignore SIGINT,
    too, but who sends one means it.
    """
    return number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


def hang_up(_number: int, _frame: FrameType | None) -> None:
    """Treat SIGHUP as SIGTERM, which uvicorn stops for in an orderly way."""
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    numbers = [number for number in ENDING if not is_ignored(number)]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
