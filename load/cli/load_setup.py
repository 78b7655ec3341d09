"""From a document and a host to a load that is ready to begin, and from its end to the files of the run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from load.calls.connection import check_reachable
from load.calls.document_servers import first_server
from load.cli.decorators import ROWS
from load.errors import LoadError
from load.measurements.results_file import RunRecord
from load.options.options import Options
from load.reports import run_folder
from load.reports.summary import summary
from load.run.own_service import Served, throwaway_service
from load.run.signals import ended_by_signals, signals_deferred
from openapi.contract import Contract

if TYPE_CHECKING:
    from load.run.load import Load


@contextmanager
def prepared_load(
    document: str | None, host: str | None, contract: Contract, options: Options, output: Path
) -> Iterator[tuple["Load", str]]:
    """A load that is ready to begin, and the URL to call. After a signal, the service is stopped, too."""
    run_folder.prepare(output)
    with ended_by_signals(), _service(document, host, contract, options.overlays) as wait_until_ready:
        # While the service starts, Locust is imported, which takes a second, and the contract is compiled.
        # An import may swallow what a signal raises within it.
        with signals_deferred():
            from load.run import single_process  # noqa: F401, PLC0415 - as above
            from load.run.load import Load  # noqa: PLC0415 - as above

        load = Load(contract, options, exclusive=host is None and document is None)
        server = first_server(contract) if document and host is None else None
        if server:
            load.exclude_other_hosts(server)
        for note in load.notes():
            click.echo(options.credentials.mask(note), err=True)
        served = wait_until_ready()
        load.observe_database(served.database_url)
        check_reachable(served.url, options.tls)
        yield load, load.locate(served.url)[0]


def finish(run: RunRecord, output: Path) -> None:
    """Print the summary of a run, and write its files."""
    click.echo(summary(run))
    click.echo(f"\nreport: {run_folder.write(output, run)}")


@contextmanager
def _service(
    document: str | None, host: str | None, contract: Contract, overlays: Sequence[str]
) -> Iterator[Callable[[], Served]]:
    """A function that waits until the service is ready, and returns where it is."""
    if host is None and document is None:
        click.echo(f"starting the service with {ROWS} rows in a database of its own")
        with throwaway_service(contract.source, overlays, ROWS) as wait_until_ready:
            yield wait_until_ready
        return
    url = host or first_server(contract) or ""
    if not url:
        raise LoadError(f"{contract.source} names no server; give one with --host")
    yield lambda: Served(url)
