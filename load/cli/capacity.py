"""contract-load capacity."""

import sys
from pathlib import Path
from typing import Any

import click

from load.cli.parameters import WARM_UP_S, Timespan, common, with_options
from load.errors import LoadError
from load.judgement.capacity import Search
from load.options.options import read_options
from load.options.profile import load_profile
from openapi.contract import load_contract, students_document
from openapi.security import security_schemes


@click.command()
@common
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
@with_options("--rate")
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
    from load.cli.loading import finish, loaded  # noqa: PLC0415 - it brings what makes calls

    search = Search(lowest, highest)
    with loaded(document, host, contract, told, output) as (load, url):
        from load.run.alone import search_capacity  # noqa: PLC0415 - it brings Locust, which takes a second

        warm_up = told.workload.warm_up
        click.echo(f"loading {load.mask(url)} at rates from {lowest:g}/s, {warm_up} + {step_time} s each")
        interrupted = search_capacity(load, url, search, step_time)
    if interrupted:
        load.cut_short = f"interrupted after {len(search.trials)} rates"
    elif search.best is None:
        load.incomplete = (search.answer,)
    ended = load.recorded(url, 0, search.recorded())
    finish(ended, output)
    sys.exit(130 if interrupted else int(not ended.passed))
