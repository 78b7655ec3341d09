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
from students_service.database.engine import check_reachable, connect, database_url
from students_service.errors import ServiceError
from students_service.settings import HIGHEST_PORT, LOG_LEVELS, Settings, from_environment
from students_service.signals import ended_by_signals


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
]
document_options = [
    click.option("--contract", help="The OpenAPI document."),
    click.option(
        "--overlay",
        multiple=True,
        metavar="FILE",
        help="An OpenAPI overlay to apply to the document; can be given more than once.",
    ),
]


def with_database_options(command: Any) -> Any:
    """Add the options that choose the database."""
    for option in reversed(database_options):
        command = option(command)
    return command


def with_document_options(command: Any) -> Any:
    """Add the options that choose the document."""
    for option in reversed(document_options):
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
    "--metrics-port",
    type=click.IntRange(0, HIGHEST_PORT),
    help="Port of metrics for Prometheus; 0 for none.  [default: 0]",
)
@click.option(
    "--upgrade/--no-upgrade",
    default=None,
    help="Add to the tables what the document needs, or refuse to start if anything is missing.  "
    "[default: upgrade]",
)
@click.option("--log-level", type=click.Choice(LOG_LEVELS))
@with_database_options
@with_document_options
def serve(**options: Any) -> None:
    """Serve the API until SIGTERM or Ctrl-C."""
    from students_service import logs, server  # noqa: PLC0415
    from students_service.app import read_api  # noqa: PLC0415

    settings = _settings(options)
    api = read_api(settings.contract, settings.overlay)
    with (
        server.listening(settings) as listener,
        ended_by_signals(lambda _number: 0),
        database_url(settings) as url,
    ):
        logs.configure(settings.log_level)
        home = f"http://{settings.host}:{listener.getsockname()[1]}"
        embedded = f"embedded PostgreSQL in {settings.embedded_data}, {url}"
        click.echo(f"database: {'as given' if settings.database_url else embedded}")
        settings = dataclasses.replace(settings, database_url=url)
        server.run(listener, settings, api, f"listening on {home}, Swagger UI at {home}/ui/")


@cli.command()
@click.option("--count", type=click.IntRange(0), default=100, help="How many rows to add to each table.")
@click.option("--table", "tables", multiple=True, help="Only this table; can be given more than once.")
@with_database_options
@with_document_options
def seed(count: int, tables: tuple[str, ...], **options: Any) -> None:
    """Add realistic rows with unique values.

    Can be run more than once, and while the service is running.
    """
    from students_service.database import upgrades  # noqa: PLC0415
    from students_service.database.seeding import seed_rows  # noqa: PLC0415

    settings = _settings(options)
    api = compile_api(read_contract(settings.contract, settings.overlay))
    names = [resource.table.name for resource in api.resources]
    for table in tables:
        if table not in names:
            raise ServiceError(f"--table: the document has no table {table!r}; it has {', '.join(names)}")
    with _connected(settings) as engine:
        upgrades.apply(engine, api.metadata)
        for resource in api.resources:
            name = resource.table.name
            if tables and name not in tables:
                continue
            with click.progressbar(length=count, label=f"seeding {name}") as bar:
                for added in seed_rows(engine, api.contract, resource, count):
                    bar.update(added)
            click.echo(f"{count} rows added to {name}")


@cli.command()
@click.option("--dry-run", is_flag=True, help="Print the SQL and change nothing.")
@with_database_options
@with_document_options
def upgrade(dry_run: bool, **options: Any) -> None:
    """Add to the tables what the document needs.

    Refuses what could lose data, and prints the SQL for it.
    """
    from students_service.app import read_api  # noqa: PLC0415
    from students_service.database import upgrades  # noqa: PLC0415

    settings = _settings(options)
    metadata = read_api(settings.contract, settings.overlay).metadata
    with _connected(settings) as engine:
        done = upgrades.pending(engine, metadata) if dry_run else upgrades.apply(engine, metadata)
    for statement in done.additions:
        click.echo(statement)
    for refusal in done.refusals:
        click.echo(f"-- refused: {refusal}")
    if not done.additions and not done.refusals:
        click.echo("-- nothing to do")
    sys.exit(1 if done.refusals else 0)


@cli.command()
@with_document_options
def document(**options: Any) -> None:
    """Print the document with its overlays applied, as JSON."""
    import orjson  # noqa: PLC0415

    settings = _settings(options)
    contract = read_contract(settings.contract, settings.overlay)
    for note in contract.notes:
        click.echo(f"students-service: {note}", err=True)
    click.echo(orjson.dumps(contract.document, option=orjson.OPT_INDENT_2))


@cli.group()
def keys() -> None:
    """Add, list and revoke the keys of callers.

    They are needed where the document has security requirements.
    """


@keys.command("add")
@click.argument("name")
@click.option("--read-only", is_flag=True, help="The key may only call what changes nothing, such as GET.")
@with_database_options
def keys_add(name: str, read_only: bool, **options: Any) -> None:
    """Make a key, and print it: this once, as only its hash is stored."""
    from students_service.access.keys import add_key  # noqa: PLC0415

    with _keys(options) as (engine, table):
        click.echo(add_key(engine, table, name, read_only))


@keys.command("list")
@with_database_options
def keys_list(**options: Any) -> None:
    """Print the name, the first characters, the rights and the age of each key."""
    from students_service.access.keys import all_keys  # noqa: PLC0415

    with _keys(options) as (engine, table):
        for key in all_keys(engine, table):
            rights = "read-only" if key.read_only else "read and write"
            click.echo(f"{key.name}  {key.start}…  {rights}  created {key.created:%Y-%m-%d %H:%M} UTC")


@keys.command("revoke")
@click.argument("name")
@with_database_options
def keys_revoke(name: str, **options: Any) -> None:
    """Delete a key. A service that runs accepts it for a few more seconds."""
    from students_service.access.keys import revoke_key  # noqa: PLC0415

    with _keys(options) as (engine, table):
        revoke_key(engine, table, name)


@contextmanager
def _keys(options: dict[str, Any]) -> Iterator[tuple[sa.Engine, sa.Table]]:
    """The database of the options, and its table of keys, which is made if there is none."""
    from students_service.access.keys import key_table  # noqa: PLC0415
    from students_service.database import upgrades  # noqa: PLC0415

    metadata = sa.MetaData()
    table = key_table(metadata)
    with _connected(_settings(options)) as engine:
        upgrades.apply(engine, metadata)
        yield engine, table


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
    given = {name: value for name, value in options.items() if value not in (None, ())}
    return dataclasses.replace(from_environment(os.environ), **given)


@contextmanager
def _connected(settings: Settings) -> Iterator[sa.Engine]:
    with ended_by_signals(lambda number: 128 + number), database_url(settings) as url:
        engine = connect(url)
        try:
            check_reachable(engine)
            yield engine
        finally:
            engine.dispose()
