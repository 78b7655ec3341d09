"""contract-load run."""

import sys
from pathlib import Path
from typing import Any

import click

from load.cli.decorators import WARM_UP_S, Timespan, is_given, with_common_parameters, with_options
from load.options.options import SHOW_PLAN, Options, read_options
from load.options.profile import Profile, load_profile
from load.printable import printable
from load.quantities import quantity
from openapi.contract import Contract, load_contract, students_document
from openapi.security import security_schemes

# The options that the stages of a profile replace.
_SET_BY_STAGES = ("users", "spawn_rate", "run_time")


@click.command(short_help="Run a load and judge the service.")
@with_common_parameters
@click.option("-u", "--users", type=click.IntRange(1), default=10, help="Number of concurrent users.")
@click.option(
    "-r",
    "--spawn-rate",
    type=click.FloatRange(0, min_open=True),
    default=10,
    help="Users to start per second.",
)
@click.option(
    "-t",
    "--run-time",
    type=Timespan(),
    default="30s",
    help="How long to run after the warm-up, such as 300, 5m or 1h30m.",
)
@with_options()
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
    """Run a load, check every answer against the DOCUMENT, and judge the service.

    Exits with 0 only if every objective of the document holds and nothing broke the contract.
    """
    contract = load_contract(document or students_document(), given.pop("allow_remote_refs"))
    options = read_options(load_profile(profile), given, security_schemes(contract), WARM_UP_S)
    if show_plan:
        _print_plan(contract, options)
        return
    if options.profile.stages:
        users, run_time = _of_stages(options.profile)
    _warn_of_unused(options)
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


def _of_stages(profile: Profile) -> tuple[int, int]:
    """The most users that the stages of a profile have, and how long they take together (s)."""
    return max(stage.users for stage in profile.stages), round(profile.length_s or 0)


def _warn_of_unused(options: Options) -> None:
    """Name the options on the command line that have no effect together with others."""
    if options.profile.stages:
        given = [f"--{name.replace('_', '-')}" for name in _SET_BY_STAGES if is_given(name)]
        if given:
            click.echo(
                f"{' and '.join(given)}: no effect, because the stages of profile {options.profile.name} "
                "set users and time",
                err=True,
            )
    if options.workload.rate is not None and is_given("users"):
        click.echo(
            "--users: no effect, because with --rate there are as many connections as are needed", err=True
        )


def _announce(url: str, options: Options, users: int, run_time: int) -> None:
    workload = options.workload
    if workload.rate is not None:
        load = f"{workload.rate:g} {workload.arrivals} arrivals/s"
    else:
        load = f"{'up to ' if options.profile.stages else ''}{quantity(users, 'user')}"
    click.echo(f"loading {url} with {load} for {run_time} s, profile {options.profile.name}")
    if workload.warm_up:
        click.echo(
            f"after a warm-up of {workload.warm_up} s, which is checked and counted, but left out of rates "
            "and times"
        )
