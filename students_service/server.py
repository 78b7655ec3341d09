"""Uvicorn on a socket that is already bound, in one process or in several."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from students_service.api import Api
from students_service.app import build_app, make_ready
from students_service.database import connect
from students_service.errors import ServiceError
from students_service.settings import Settings

FACTORY = "students_service.app:create_worker"
GRACEFUL_SHUTDOWN_S = 30
BACKLOG = 2048


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket on the address of the settings. Raises ServiceError when it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        raise ServiceError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}; "
            "choose another with --port"
        ) from None
    listener.set_inheritable(True)
    with listener:
        yield listener


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Uvicorn raises the signal that stopped it once more: it must end this process by way of its
    `finally` clauses, where the embedded PostgreSQL stops.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = {each: signal.signal(each, leave) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Server(uvicorn.Server):
    """Tells where it listens once it does: from then on a signal finds it ready to stop in order."""

    def __init__(self, config: uvicorn.Config, told: str) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        click.echo(self._told)
        sys.stdout.flush()


def run(listener: socket.socket, settings: Settings, api: Api, told: str) -> None:
    """Serve until told to stop, in this process or in workers of it; `told` is printed once it listens."""
    configured = partial(
        uvicorn.Config, access_log=False, log_config=None, timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S
    )
    if settings.workers == 1:
        _Server(configured(build_app(settings)), told).run(sockets=[listener])
        return
    engine = connect(settings.database_url)
    make_ready(engine, api, settings.upgrade)
    engine.dispose()
    os.environ.update(settings.environment())
    config = configured(FACTORY, factory=True, workers=settings.workers)
    supervisor = Multiprocess(config, sockets=[listener])
    # From here on connections wait for the workers rather than being refused.
    listener.listen(BACKLOG)
    click.echo(told)
    sys.stdout.flush()
    supervisor.run()
