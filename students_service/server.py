"""Runs uvicorn on a socket that is already bound, in one process or several."""

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from multiprocessing.process import BaseProcess

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from students_service.api import Api
from students_service.app import build_app, prepare_database
from students_service.database.engine import connect
from students_service.errors import ServiceError
from students_service.http.protocol import BoundedProtocol
from students_service.settings import Settings
from students_service.signals import hang_up, is_ignored

FACTORY = "students_service.app:create_worker"
# How long requests may take to end after a signal (s), and how long worker processes may take before they are
# killed (s). The end of an embedded PostgreSQL comes after that.
GRACEFUL_SHUTDOWN_S = 20
WORKERS_S = 24
BACKLOG = 2048
# How many connections are accepted in a turn of the event loop: uvloop accepts one for each listening socket.
# In an overload a turn is long, and with fewer sockets, new connections would wait for many turns.
ACCEPTED_AT_ONCE = 16

logger = logging.getLogger(__name__)


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


class _Supervisor(Multiprocess):
    """Ends when its terminal hangs up, where uvicorn's would start its workers again, and whatever hangs."""

    def handle_hup(self) -> None:
        """Stop."""
        self.handle_term()

    def join_all(self) -> None:
        """Wait for the workers, and kill those that do not end."""
        end_all([worker.process for worker in self.processes], WORKERS_S)


def end_all(processes: Iterable[BaseProcess], limit_s: float) -> None:
    """Wait for processes that were told to end; after the limit (s), kill those that have not."""
    deadline = time.monotonic() + limit_s
    for process in processes:
        process.join(max(deadline - time.monotonic(), 0))
        if process.exitcode is None:
            logger.error("the process %s did not end within %g s, and is killed", process.pid, limit_s)
            process.kill()
            process.join()


def run(listener: socket.socket, settings: Settings, api: Api, line: str) -> None:
    """Serve until a signal, in this process or in worker processes. `line` is printed once it listens."""
    sockets = [listener, *(listener.dup() for _ in range(ACCEPTED_AT_ONCE - 1))]
    configured = partial(
        uvicorn.Config,
        http=BoundedProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )
    if settings.workers == 1:
        if not is_ignored(signal.SIGHUP):
            signal.signal(signal.SIGHUP, hang_up)
        _Server(configured(build_app(settings)), line).run(sockets=sockets)
        return
    engine = connect(settings.database_url)
    prepare_database(engine, api, settings.upgrade)
    engine.dispose()
    os.environ.update(settings.environment())
    config = configured(FACTORY, factory=True, workers=settings.workers)
    with _metrics(settings):
        supervisor = _Supervisor(config, sockets=sockets)
        # From here on, connections wait for the workers instead of being refused.
        listener.listen(BACKLOG)
        click.echo(line)
        sys.stdout.flush()
        supervisor.run()


def _metrics(settings: Settings) -> AbstractContextManager[None]:
    if not settings.metrics_port:
        return nullcontext()
    from students_service.observation.metrics_endpoint import shared_metrics_served  # noqa: PLC0415

    return shared_metrics_served(settings)
