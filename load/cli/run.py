"""contract-load run."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from load.cli.decorators import WARM_UP_S, Timespan, with_common_parameters, with_options
from load.options.numbers import NUMBERS, numbers, unused
from load.options.options import SHOW_PLAN, Options, read_options
from load.options.scenario_file import chosen, load_scenario
from load.options.workload import seconds
from load.printable import printable
from load.quantities import quantity
from openapi.contract import Contract, load_contract, students_document
from openapi.security import security_schemes

_USERS, _SPAWN_RATE, _RUN_TIME = 10, 10, "30s"


@click.command(short_help="Run a load and judge the service.")
@with_common_parameters
@click.option(
    "-u", "--users", type=click.IntRange(1), help=f"Number of concurrent users.  [default: {_USERS}]"
)
@click.option(
    "-r",
    "--spawn-rate",
    type=click.FloatRange(0, min_open=True),
    help=f"Users to start per second.  [default: {_SPAWN_RATE}]",
)
@click.option(
    "-t",
    "--run-time",
    type=Timespan(),
    help=f"How long to run after the warm-up, such as 300, 5m or 1h30m.  [default: {_RUN_TIME}]",
)
@with_options()
@click.option("--show-plan", is_flag=True, show_default=False, help=SHOW_PLAN)
def run(
    document: str | None,
    host: str | None,
    scenario: str | None,
    profile: str | None,
    output: Path,
    show_plan: bool,
    **given: Any,
) -> None:
    """Run a load, check every answer against the DOCUMENT, and judge the service.

    Exits with 0 only if every objective of the document holds and nothing broke the contract.
    """
    contract = load_contract(
        document or students_document(), given.pop("allow_remote_refs"), given["overlay"]
    )
    requested = {name: given.pop(name) for name in NUMBERS}
    mix = load_scenario(chosen(scenario, profile))
    options = read_options(mix, given, security_schemes(contract), WARM_UP_S)
    if show_plan:
        _print_plan(contract, options)
        return
    for note in unused(requested, options):
        click.echo(note, err=True)
    users, spawn_rate, run_time = _numbers(options, requested)
    from load.cli.load_setup import finish, prepared_load  # noqa: PLC0415 - it imports what sends calls

    with prepared_load(document, host, contract, options, output) as (load, url):
        from load.run.single_process import run_users  # noqa: PLC0415 - it imports Locust

        _announce(options.credentials.mask(url), options, users, run_time)
        ended = run_users(load, url, users, spawn_rate, run_time)
    finish(ended.record, output)
    sys.exit(130 if ended.interrupted else int(not ended.record.passed))


def _print_plan(contract: Contract, options: Options) -> None:
    from load.journeys.compiled_operations import (  # noqa: PLC0415 - what makes payloads takes a second
        compile_contract,
    )

    click.echo("\n".join(printable(line) for line in compile_contract(contract, options).lines()))


def _numbers(options: Options, given: Mapping[str, Any]) -> tuple[int, float, float]:
    """The most users that there will be, how many start per second, and how long (s) the run takes."""
    scenario = options.scenario
    if scenario.stages:
        users = max(stage.users or 0 for stage in scenario.stages)
        return users, _SPAWN_RATE, scenario.length_s or 0
    said = numbers(scenario, given)
    return said["users"] or _USERS, said["spawn_rate"] or _SPAWN_RATE, said["run_time"] or seconds(_RUN_TIME)


def _announce(url: str, options: Options, users: int, run_time: float) -> None:
    workload = options.workload
    if workload.rate is not None:
        load = f"{workload.rate:g} {workload.arrivals} arrivals/s"
    elif workload.stages:
        load = f"{workload.arrivals} arrivals in {quantity(len(workload.stages), 'stage')} of rates"
    else:
        load = f"{'up to ' if options.scenario.stages else ''}{quantity(users, 'user')}"
    click.echo(f"loading {url} with {load} for {run_time:g} s, scenario {options.scenario.name}")
    if workload.warm_up:
        click.echo(
            f"after a warm-up of {workload.warm_up} s, which is checked and counted, but left out of rates "
            "and times"
        )
