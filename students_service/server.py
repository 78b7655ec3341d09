"""Runs uvicorn on a socket that is already bound, in one process or several."""

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
from students_service.app import build_app, prepare_database
from students_service.database import connect
from students_service.errors import ServiceError
from students_service.settings import Settings

FACTORY = "students_service.app:create_worker"
GRACEFUL_SHUTDOWN_S = 30
BACKLOG = 2048


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket that is bound to the address of the settings. Raises ServiceError if that fails."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        raise ServiceError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}; "
            "choose another port with --port"
        ) from None
    listener.set_inheritable(True)
    with listener:
        yield listener


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGINT end this process through its `finally` clauses.

    Uvicorn raises the signal that stopped it again, and a `finally` clause stops the embedded PostgreSQL.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Server(uvicorn.Server):
    """Prints a line when it listens: from then on, a signal stops it in an orderly way."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and print the line."""
        await super().startup(sockets)
        click.echo(self._line)
        sys.stdout.flush()


def run(listener: socket.socket, settings: Settings, api: Api, line: str) -> None:
    """Serve until a signal, in this process or in worker processes. `line` is printed once it listens."""
    configured = partial(
        uvicorn.Config, access_log=False, log_config=None, timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S
    )
    if settings.workers == 1:
        _Server(configured(build_app(settings)), line).run(sockets=[listener])
        return
    engine = connect(settings.database_url)
    prepare_database(engine, api, settings.upgrade)
    engine.dispose()
    os.environ.update(settings.environment())
    config = configured(FACTORY, factory=True, workers=settings.workers)
    supervisor = Multiprocess(config, sockets=[listener])
    # From here on, connections wait for the workers instead of being refused.
    listener.listen(BACKLOG)
    click.echo(line)
    sys.stdout.flush()
    supervisor.run()
