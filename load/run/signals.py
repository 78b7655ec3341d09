"""What SIGINT and SIGTERM do for a while."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_signals(act: Callable[..., object]) -> Iterator[None]:
    """Signals call `act` within the context."""
    before = {number: signal.signal(number, act) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Signals that come within the context take effect at its end."""
    came: list[int] = []
    with on_signals(lambda number, _: came.append(number)):
        yield
    if came:
        signal.raise_signal(came[0])


def leave(number: int, _frame: FrameType | None) -> None:
    """End by way of the `finally` clauses, where the service stops."""
    raise SystemExit(128 + number)
