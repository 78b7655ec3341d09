"""contract-load run."""

import sys
from pathlib import Path
from typing import Any

import click

from load.cli.parameters import WARM_UP_S, Timespan, common, is_given, with_options
from load.options.options import SHOW_PLAN, Options, read_options
from load.options.profile import load_profile
from load.printable import printable
from openapi.contract import load_contract, students_document
from openapi.security import security_schemes

# What the stages of a profile say.
_BY_STAGES = ("users", "spawn_rate", "run_time")


@click.command()
@common
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
    """Run a load, check every answer against the DOCUMENT, and end in a verdict.

    Exits with 0 only when every objective of the document holds and nothing broke the contract.
    """
    contract = load_contract(document or students_document())
    told = read_options(load_profile(profile), given, security_schemes(contract), WARM_UP_S)
    if show_plan:
        from load.journeys.compiled_operations import compile_contract  # noqa: PLC0415 - what makes payloads takes a second

        click.echo("\n".join(printable(each) for each in compile_contract(contract, told).lines()))
        return
    from load.cli.loading import finish, loaded  # noqa: PLC0415 - it brings what makes calls

    stages = told.profile.stages
    if stages:
        users = max(stage.users for stage in stages)
        run_time = round(told.profile.length_s or 0)
        if set_beside := [f"--{each.replace('_', '-')}" for each in _BY_STAGES if is_given(each)]:
            click.echo(
                f"{' and '.join(set_beside)}: of no effect, for profile {told.profile.name} sets users and "
                "time by its stages",
                err=True,
            )
    with loaded(document, host, contract, told, output) as (load, url):
        from load.run.alone import run_users  # noqa: PLC0415 - as above

        click.echo(
            f"loading {load.mask(url)} with {_asked(told, users)} for {run_time} s, "
            f"profile {told.profile.name}"
        )
        if told.workload.warm_up:
            warm_up = told.workload.warm_up
            click.echo(f"after a warm-up of {warm_up} s, checked and counted, but not in rates and times")
        if told.workload.rate is not None and is_given("users"):
            click.echo(
                "--users says nothing beside --rate: there are as many connections as it takes", err=True
            )
        interrupted = run_users(load, url, users, spawn_rate, run_time)
    ended = load.recorded(url, users)
    finish(ended, output)
    sys.exit(130 if interrupted else int(not ended.passed))


def _asked(told: Options, users: int) -> str:
    """How much the service is asked for, for people."""
    if told.workload.rate is not None:
        return f"{told.workload.rate:g} {told.workload.arrivals} arrivals/s"
    return f"{'up to ' if told.profile.stages else ''}{users} user{'s' if users != 1 else ''}"
