"""The database of the service: the PostgreSQL of a URL, or an embedded one if there is no URL."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from students_service.database.embedded_cluster import EmbeddedCluster
from students_service.errors import ServiceError
from students_service.settings import Settings
from students_service.signals import signals_deferred
from students_service.turns import ABOUT, LARGE, SMALL

CONNECT_TIMEOUT_S = 3
# How often it is looked whether the embedded PostgreSQL still runs (s).
WATCH_S = 1.0
STATEMENT_TIMEOUT_MS = 10_000
# No request that has its turn waits for a thread. Each that works on rows uses one connection at a time; the
# health check and the lookup of keys use one each. So none waits for a connection. Four processes stay below
# the hundred connections that PostgreSQL allows by default.
THREADS = ABOUT + SMALL + LARGE
POOL_SIZE = SMALL + LARGE + 2
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

logger = logging.getLogger(__name__)


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
        # The connection that was used last is the next one: PostgreSQL has what it needs at hand.
        pool_use_lifo=True,
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
        place = _without_passwords(engine.url)
        reason = str(error.orig).strip().splitlines()[0]
        raise ServiceError(
            f"cannot reach the database {place}: {reason}; check --database-url, or leave it out for "
            f"an embedded PostgreSQL"
        ) from None


def _without_passwords(url: sa.URL) -> str:
    """A URL for people, which may have passwords in its query, too."""
    hidden = {name: "hidden" if "password" in name else value for name, value in url.query.items()}
    return url.set(query=hidden).render_as_string(hide_password=True)


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
    cluster = EmbeddedCluster(data)
    try:
        # If a signal came between the start of the cluster and the lock that says that it is used, nobody
        # would stop it.
        with signals_deferred():
            cluster.acquire()
        with _kept_running(cluster):
            yield cluster.url
    finally:
        with signals_deferred():
            cluster.release()


@contextmanager
def _kept_running(cluster: EmbeddedCluster) -> Iterator[None]:
    """Start the cluster again whenever it has ended."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(WATCH_S):
            try:
                if cluster.restart():
                    logger.warning("the embedded PostgreSQL had ended, and was started again")
            except (ServiceError, OSError) as error:
                logger.error("%s", error)

    watcher = threading.Thread(target=watch, name="embedded-postgresql", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
