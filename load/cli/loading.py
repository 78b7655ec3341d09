"""From a document and a host to a load that is ready to begin, and to the run that it leaves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from load.calls.base_url import first_server
from load.calls.connection import check_reachable
from load.cli.parameters import ROWS
from load.errors import LoadError
from load.measurements.results_file import RunRecord
from load.options.options import Options
from load.reports import run_folder
from load.reports.summary import summary
from load.run.own_service import Served, throwaway_service
from load.run.signals import leave, on_signals, signals_deferred
from openapi.contract import Contract

if TYPE_CHECKING:
    from load.run.load import Load


@contextmanager
def loaded(
    document: str | None, host: str | None, contract: Contract, told: Options, output: Path
) -> Iterator[tuple["Load", str]]:
    """A load, ready to begin, and the URL of the service that answers; signals end both in order."""
    run_folder.prepare(output)
    with on_signals(leave), _service(document, host, contract) as ready:
        # While the service starts, Locust is imported, which takes a second, and the contract compiled.
        # What a signal raises amid imports may be swallowed by them.
        with signals_deferred():
            from load.run import alone  # noqa: F401, PLC0415 - as above
            from load.run.load import Load  # noqa: PLC0415 - as above

        load = Load(contract, told, alone=host is None and document is None)
        named = first_server(contract) if document and host is None else None
        if named:
            load.stay_at(named)
        for note in load.notes():
            click.echo(load.mask(note), err=True)
        served = ready()
        load.database_url = told.database_url or served.database_url
        check_reachable(served.url)
        yield load, load.located(served.url)[0]


def finish(ended: RunRecord, output: Path) -> None:
    """Show a run, and write it down."""
    click.echo(summary(ended))
    click.echo(f"\nreport: {run_folder.write(output, ended)}")


@contextmanager
def _service(document: str | None, host: str | None, contract: Contract) -> Iterator[Callable[[], Served]]:
    """What tells where the service is, once there is one."""
    if host is None and document is None:
        click.echo(f"starting the service, with {ROWS} rows in a database of its own")
        with throwaway_service(contract.source, ROWS) as ready:
            yield ready
        return
    url = host or first_server(contract) or ""
    if not url:
        raise LoadError(f"{contract.source} names no server; say which one with --host")
    yield lambda: Served(url)
