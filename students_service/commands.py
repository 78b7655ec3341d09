"""The commands of students-service.

Each command imports what only it needs when it runs: serving does not need what makes payloads, seeding does
not need a web framework, and both are slow to import.
"""

import dataclasses
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import sqlalchemy as sa

from openapi.contract import ContractError
from students_service.api import compile_api, read_contract
from students_service.database import check_reachable, connect, database_url
from students_service.errors import ServiceError
from students_service.settings import HIGHEST_PORT, LOG_LEVELS, Settings, from_environment


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(package_name="students-contract", message="%(prog)s %(version)s")
def cli() -> None:
    """Serve the API that an OpenAPI document describes.

    Each option can also be given as an environment variable: --database-url as STUDENTS_DATABASE_URL.
    """


database_options = [
    click.option(
        "--database-url",
        help="PostgreSQL to use, as postgresql://user:password@host:5432/name. "
        "Without it, an embedded one is used.",
    ),
    click.option("--data-dir", help="Folder of the embedded PostgreSQL."),
    click.option("--contract", help="The OpenAPI document."),
]


def with_database_options(command: Any) -> Any:
    """Add the options that choose the database and the document."""
    for option in reversed(database_options):
        command = option(command)
    return command


@cli.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, HIGHEST_PORT),
    help="Port to listen on; 0 chooses a free one.  [default: 5000]",
)
@click.option("--workers", type=click.IntRange(1), help="Number of worker processes.  [default: 1]")
@click.option(
    "--upgrade/--no-upgrade",
    default=None,
    help="Add to the tables what the document needs, or refuse to start if anything is missing.  "
    "[default: upgrade]",
)
@click.option("--log-level", type=click.Choice(LOG_LEVELS))
@with_database_options
def serve(**options: Any) -> None:
    """Serve the API until SIGTERM or Ctrl-C."""
    from students_service import logs, server  # noqa: PLC0415
    from students_service.app import read_api  # noqa: PLC0415

    settings = _settings(options)
    api = read_api(settings.contract)
    with server.listening(settings) as listener, server.stopped_by_signals(), database_url(settings) as url:
        logs.configure(settings.log_level)
        home = f"http://{settings.host}:{listener.getsockname()[1]}"
        embedded = f"embedded PostgreSQL in {settings.embedded_data}, {url}"
        click.echo(f"database: {'as given' if settings.database_url else embedded}")
        settings = dataclasses.replace(settings, database_url=url)
        server.run(listener, settings, api, f"listening on {home}, Swagger UI at {home}/ui/")


@cli.command()
@click.option("--count", type=click.IntRange(0), default=100, help="How many students to add.")
@with_database_options
def seed(count: int, **options: Any) -> None:
    """Add realistic students with unique values.

    Can be run more than once, and while the service is running.
    """
    from students_service import upgrades  # noqa: PLC0415
    from students_service.seeding import seed_rows  # noqa: PLC0415

    api = compile_api(read_contract(_settings(options).contract))
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
    """Add to the tables what the document needs.

    Refuses what could lose data, and prints the SQL for it.
    """
    from students_service import upgrades  # noqa: PLC0415
    from students_service.app import read_api  # noqa: PLC0415

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
    """Run the command line. An error is one line on standard error and a non-zero exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
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
