"""The commands of students-service."""

import dataclasses
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import click
import sqlalchemy as sa
import uvicorn
from uvicorn.supervisors import Multiprocess

from openapi.contract import ContractError
from students_service import logs, upgrades
from students_service.app import Api, build_app, make_ready, read_api
from students_service.database import check_reachable, connect, database_url
from students_service.errors import ServiceError
from students_service.settings import HIGHEST_PORT, LOG_LEVELS, Settings, from_environment

FACTORY = "students_service.app:create_worker"
GRACEFUL_SHUTDOWN_S = 30
BACKLOG = 2048


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def cli() -> None:
    """The service of a contract.

    Each option can also be given as an environment variable: --database-url as STUDENTS_DATABASE_URL.
    """


database_options = [
    click.option(
        "--database-url",
        help="A PostgreSQL, as postgresql://user:password@host:5432/name. "
        "Without it an embedded one is used.",
    ),
    click.option("--data-dir", help="Where the embedded PostgreSQL keeps its files."),
    click.option("--contract", help="The OpenAPI document."),
]


def with_database_options(command: Any) -> Any:
    """Add the options that say which database is meant."""
    for option in reversed(database_options):
        command = option(command)
    return command


@cli.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, HIGHEST_PORT),
    help="Port to listen on; 0 takes a free one.  [default: 5000]",
)
@click.option("--workers", type=click.IntRange(1), help="Processes that serve.  [default: 1]")
@click.option(
    "--upgrade/--no-upgrade",
    default=None,
    help="Add to the tables what the contract needs, or refuse to start.  [default: upgrade]",
)
@click.option("--log-level", type=click.Choice(LOG_LEVELS))
@with_database_options
def serve(**options: Any) -> None:
    """Serve the contract until SIGTERM or Ctrl-C."""
    settings = _settings(options)
    api = read_api(settings.contract)
    with _listening(settings) as listener, _stopped_by_signals(), database_url(settings) as url:
        logs.configure(settings.log_level)
        home = f"http://{settings.host}:{listener.getsockname()[1]}"
        embedded = f"embedded PostgreSQL in {settings.embedded_data}"
        click.echo(f"database: {'as given' if settings.database_url else embedded}")
        settings = dataclasses.replace(settings, database_url=url)
        told = f"listening on {home}, Swagger UI at {home}/ui/"
        _serve(listener, settings, api, told)


@cli.command()
@click.option("--count", type=click.IntRange(0), default=100, help="How many students to add.")
@with_database_options
def seed(count: int, **options: Any) -> None:
    """Add realistic students with unique values. May be run again, and while the service runs."""
    # Faker and what makes payloads are slow to import, and a service has no use for them.
    from students_service.seeding import seed_rows  # noqa: PLC0415

    api = read_api(_settings(options).contract)
    resource = api.resource
    with _connected(_settings(options)) as engine:
        upgrades.apply(engine, api.metadata)
        with click.progressbar(length=count, label=f"seeding {resource.table.name}") as bar:
            for added in seed_rows(engine, api.contract, resource, count):
                bar.update(added)
    click.echo(f"{count} rows added to {resource.table.name}")


@cli.command()
@click.option("--dry-run", is_flag=True, help="Print the SQL and change nothing.")
@with_database_options
def upgrade(dry_run: bool, **options: Any) -> None:
    """Add to the tables what the contract needs; refuse what could lose data."""
    metadata = read_api(_settings(options).contract).metadata
    with _connected(_settings(options)) as engine:
        done = upgrades.pending(engine, metadata) if dry_run else upgrades.apply(engine, metadata)
    for statement in done.additions:
        click.echo(statement)
    for refusal in done.refusals:
        click.echo(f"-- refused: {refusal}")
    if not done.additions and not done.refusals:
        click.echo("-- nothing to do")
    sys.exit(1 if done.refusals else 0)


def main() -> None:
    """Run the command line; what goes wrong is one line and a non-zero exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "students-service"
        _fail(f"{error.format_message().rstrip('.')}. See '{command} --help'.", 2)
    except (ServiceError, ContractError, click.ClickException) as error:
        _fail(str(error), 1)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def _fail(message: str, code: int) -> None:
    click.echo(f"students-service: {message}", err=True)
    sys.exit(code)


def _settings(options: dict[str, Any]) -> Settings:
    given = {name: value for name, value in options.items() if value is not None}
    return dataclasses.replace(from_environment(os.environ), **given)


@contextmanager
def _connected(settings: Settings) -> Iterator[sa.Engine]:
    with database_url(settings) as url:
        engine = connect(url)
        try:
            check_reachable(engine)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
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
def _stopped_by_signals() -> Iterator[None]:
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


def _serve(listener: socket.socket, settings: Settings, api: Api, told: str) -> None:
    """Serve until told to stop: in this process, or in workers of it."""
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
