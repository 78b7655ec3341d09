"""The parameters of the commands that load a service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from load.errors import LoadError
from load.options.options import OPTIONS
from load.options.scenario import DEFAULT_SCENARIO
from load.options.scenario_file import scenario_names
from load.options.workload import seconds

# How many rows the service has that is started for a run.
ROWS = 1_300
WARM_UP_S = 2


class Timespan(click.ParamType[int]):
    """A time in seconds, or as Locust takes it: 30s, 5m, 1h30m."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The time in s."""
        try:
            return seconds(str(value))
        except LoadError as error:
            self.fail(str(error), param, ctx)


class Line(click.ParamType[str]):
    """A text of one line; an environment variable may have several lines."""

    name = "text"
    envvar_list_splitter = "\n"


def with_common_parameters(command: Callable[..., None]) -> Callable[..., None]:
    """Add the document, the service, the mix of traffic and the folder to a command."""
    for decorate in (
        click.option(
            "-o",
            "--output",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("results"),
            help="Folder for the results and the report.",
        ),
        click.option(
            "--scenario",
            help=f"What to call how often, and more: {', '.join(scenario_names())}, or the path of a YAML "
            f"file, which 'contract-load scenario' begins for you.  [default: {DEFAULT_SCENARIO}]",
        ),
        click.option("--profile", hidden=True),
        click.option(
            "-H",
            "--host",
            help="URL of the service. Without a host and a document, the project's own service is started "
            f"with {ROWS} rows in a database of its own, and stopped after the run.",
        ),
        click.argument("document", required=False),
    ):
        command = decorate(command)
    return command


def with_options(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the options that Locust's command line has, too, except those that are left out."""
    return with_only(*(option.name for option in OPTIONS if option.name not in left_out))


def with_only(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add those of these options that have one of these names."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(OPTIONS):
            if option.name not in names:
                continue
            decorate = click.option(
                option.name,
                is_flag=option.is_flag,
                multiple=option.multiple,
                type=None if option.is_flag else Line(),
                help=option.help,
                envvar=option.variable,
                show_default=False,
            )
            command = decorate(command)
        return command

    return decorated
