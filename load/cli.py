"""The commands of contract-load."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from load.calls.base_url import first_server
from load.calls.connection import check_reachable
from load.errors import LoadError
from load.judgement.capacity import Search
from load.judgement.objectives import ALL, stated
from load.judgement.rejudging import judged_again
from load.measurements.masks import Mask
from load.measurements.results_file import RunRecord, read
from load.options.options import OPTIONS, SHOW_PLAN, Options, read_options
from load.options.profile import DEFAULT_PROFILE, load_profile, profile_names
from load.options.workload import seconds
from load.printable import printable
from load.reports import run_folder
from load.reports.page import COMPARISON_PAGE, write_page
from load.reports.summary import summary
from load.run.own_service import Served, throwaway_service
from load.run.signals import leave, on_signals, signals_deferred
from openapi.contract import Contract, ContractError, load_contract, students_document
from openapi.security import security_schemes

if TYPE_CHECKING:
    from load.run.load import Load

ROWS = 1_300
WARM_UP_S = 2
WRONG_USAGE = 2
# What the stages of a profile say.
_BY_STAGES = ("users", "spawn_rate", "run_time")


class Timespan(click.ParamType[int]):
    """Seconds, or Locust's 30s, 5m, 1h30m."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """In s."""
        try:
            return seconds(str(value))
        except LoadError as error:
            self.fail(str(error), param, ctx)


class Line(click.ParamType[str]):
    """A text of one line; a variable of the environment may hold several."""

    name = "text"
    envvar_list_splitter = "\n"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(package_name="students-contract", message="%(prog)s %(version)s")
def cli() -> None:
    """Load a service from its OpenAPI document."""


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """What every command that loads a service is told: the service, the mix of traffic, the folder."""
    for decorate in (
        click.option(
            "-o",
            "--output",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("results"),
            help="Where results and report are written.",
        ),
        click.option(
            "--profile",
            default=DEFAULT_PROFILE,
            help=f"Mix of traffic: {', '.join(profile_names())}, or a path.",
        ),
        click.option(
            "-H",
            "--host",
            help="URL of the service. Without host and document, the project's own service is "
            f"started with {ROWS} rows in a database of its own, and stopped afterwards.",
        ),
        click.argument("document", required=False),
    ):
        command = decorate(command)
    return command


def _with_options(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that say what to call and as whom, but for those that are left out."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(OPTIONS):
            if option.name in left_out:
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


@cli.command()
@_common
@click.option("-u", "--users", type=click.IntRange(1), default=10, help="Users at the same time.")
@click.option(
    "-r", "--spawn-rate", type=click.FloatRange(0, min_open=True), default=10, help="Users started per s."
)
@click.option(
    "-t",
    "--run-time",
    type=Timespan(),
    default="30s",
    help="How long after the warm-up, as in 300, 5m or 1h30m.",
)
@_with_options()
@click.option("--show-plan", is_flag=True, show_default=False, help=SHOW_PLAN)
def run(
    document: str | None,
    host: str | None,
    users: int,
    spawn_rate: float,
    run_time: int,
    profile: str,
    output: Path,
    show_plan: bool,
    **given: Any,
) -> None:
    """Run a load, check every answer against the DOCUMENT, and end in a verdict.

    Exits with 0 only when every objective of the document holds and nothing broke the contract.
    """
    contract = load_contract(document or students_document())
    told = read_options(load_profile(profile), given, security_schemes(contract), WARM_UP_S)
    if show_plan:
        from load.run.load import Load  # noqa: PLC0415 - what makes payloads takes a second

        click.echo("\n".join(printable(each) for each in Load(contract, told).compiled.lines()))
        return
    stages = told.profile.stages
    if stages:
        users = max(stage.users for stage in stages)
        run_time = round(told.profile.length_s or 0)
        if set_beside := [f"--{each.replace('_', '-')}" for each in _BY_STAGES if _is_given(each)]:
            click.echo(
                f"{' and '.join(set_beside)}: of no effect, for profile {told.profile.name} sets users and "
                "time by its stages",
                err=True,
            )
    with _loaded(document, host, contract, told, output) as (load, url):
        from load.run.alone import run_users  # noqa: PLC0415 - as above

        click.echo(
            f"loading {load.mask(url)} with {_asked(told, users)} for {run_time} s, "
            f"profile {told.profile.name}"
        )
        if told.workload.warm_up:
            warm_up = told.workload.warm_up
            click.echo(f"after a warm-up of {warm_up} s, checked and counted, but not in rates and times")
        if told.workload.rate is not None and _is_given("users"):
            click.echo(
                "--users says nothing beside --rate: there are as many connections as it takes", err=True
            )
        interrupted = run_users(load, url, users, spawn_rate, run_time)
    ended = load.recorded(url, users)
    _finish(ended, output)
    sys.exit(130 if interrupted else int(not ended.passed))


@cli.command()
@_common
@click.option(
    "--from",
    "lowest",
    type=click.FloatRange(0, min_open=True),
    default=10,
    help="The rate to begin with, in calls per s.",
)
@click.option(
    "--to",
    "highest",
    type=click.FloatRange(0, min_open=True),
    default=10_000,
    help="The highest rate to try.",
)
@click.option(
    "--step-time",
    type=Timespan(),
    default="10s",
    help="How long each rate is tried, after the warm-up of each.",
)
@_with_options("--rate")
def capacity(
    document: str | None,
    host: str | None,
    lowest: float,
    highest: float,
    step_time: int,
    profile: str,
    output: Path,
    **given: Any,
) -> None:
    """Find the highest rate at which the service of the DOCUMENT keeps its objectives, and keeps up.

    Calls arrive at a rate that is doubled until an objective breaks, then narrowed in on. Objectives of
    rates are held against the answer. Exits with 0 when a rate holds, they
    do, and nothing broke the contract.
    """
    contract = load_contract(document or students_document())
    mix = load_profile(profile)
    if mix.stages:
        raise LoadError(f"profile {mix.name} sets the number of users by stages; choose one without")
    told = read_options(mix, {**given, "rate": lowest}, security_schemes(contract), WARM_UP_S)
    if highest < lowest:
        raise LoadError(f"--to {highest:g} is lower than --from {lowest:g}")
    search = Search(lowest, highest)
    with _loaded(document, host, contract, told, output) as (load, url):
        from load.run.alone import search_capacity  # noqa: PLC0415 - it brings Locust, which takes a second

        warm_up = told.workload.warm_up
        click.echo(f"loading {load.mask(url)} at rates from {lowest:g}/s, {warm_up} + {step_time} s each")
        interrupted = search_capacity(load, url, search, step_time)
    if interrupted:
        load.cut_short = f"interrupted after {len(search.trials)} rates"
    elif search.best is None:
        load.incomplete = (search.answer,)
    ended = load.recorded(url, 0, search.recorded())
    _finish(ended, output)
    sys.exit(130 if interrupted else int(not ended.passed))


@contextmanager
def _loaded(
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


def _finish(ended: RunRecord, output: Path) -> None:
    """Show a run, and write it down."""
    click.echo(summary(ended))
    click.echo(f"\nreport: {run_folder.write(output, ended)}")


@cli.command()
@click.argument("results", type=click.Path(path_type=Path), default=Path("results"))
def report(results: Path) -> None:
    """Make the page of a run again, from its RESULTS, a file or its folder; it is written beside them."""
    place = results if results.is_dir() else results.parent
    click.echo(f"report: {run_folder.write(place, read(results))}")


@cli.command("judge")
@click.argument("results", type=click.Path(path_type=Path), default=Path("results"))
@click.option(
    "--objective", "objectives", multiple=True, help="What is to hold, as in 'p95 < 50ms'; may be repeated."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the results with this verdict, and their report, are written; nowhere by default.",
)
def judge_again(results: Path, objectives: tuple[str, ...], output: Path | None) -> None:
    """Judge a run again, from its RESULTS, a file or its folder, by other objectives.

    What its document promises counts as before; objectives that were asked for then do not. Exits as the run
    would have.
    """
    run = read(results)
    names = {label: each.operation_id for label, each in run.operations.items()}
    ended = judged_again(run, [stated(each, names) for each in objectives])
    click.echo(summary(ended))
    if output is not None:
        run_folder.prepare(output)
        click.echo(f"\nreport: {run_folder.write(output, ended)}")
    sys.exit(int(not ended.passed))


@cli.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--tolerance", type=click.FloatRange(0), default=5, help="Changes up to so many % do not count."
)
def compare(before: Path, after: Path, tolerance: float) -> None:
    """Compare two runs, by their results: files, or their folders.

    Exits with 1 when something got worse. The page is written beside the results of AFTER.
    """
    # Numbers by the million are slow without it, and it is slow to import.
    from load.judgement.comparison import ALIKE, compared  # noqa: PLC0415

    run = read(after)
    found = compared(read(before), run, tolerance / 100)
    for difference in found.differences:
        if difference.verdict != ALIKE or difference.operation == ALL:
            click.echo(printable(str(difference)))
    for line in found.left_out:
        click.echo(f"not compared: {line}")
    alike = sum(each.verdict == ALIKE for each in found.differences)
    click.echo(
        f"{alike} of {len(found.differences)} measures show no difference, {len(found.worse)} got worse"
    )
    place = after if after.is_dir() else after.parent
    page = write_page(place / COMPARISON_PAGE, run, found, str(before))
    click.echo(f"\nreport: {page}")
    sys.exit(int(bool(found.worse)))


def _is_given(parameter: str) -> bool:
    """Whether the command line says something of a parameter."""
    return click.get_current_context().get_parameter_source(parameter) is ParameterSource.COMMANDLINE


def _asked(told: Options, users: int) -> str:
    """How much the service is asked for, for people."""
    if told.workload.rate is not None:
        return f"{told.workload.rate:g} {told.workload.arrivals} arrivals/s"
    return f"{'up to ' if told.profile.stages else ''}{users} users"


def main() -> None:
    """Run the command line; what goes wrong is one line and a non-zero exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(WRONG_USAGE)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "contract-load"
        _fail(f"{error.format_message().rstrip('.')}. See '{command} --help'.", WRONG_USAGE)
    except (LoadError, ContractError, click.ClickException) as error:
        _fail(str(error), 1)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def _fail(message: str, code: int) -> None:
    click.echo(f"contract-load: {Mask()(message)}", err=True)
    sys.exit(code)


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
