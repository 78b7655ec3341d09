"""contract-load capacity."""

import sys
from pathlib import Path
from typing import Any

import click

from load.cli.decorators import WARM_UP_S, Timespan, with_common_parameters, with_options
from load.errors import LoadError
from load.judgement.capacity import Search
from load.options.numbers import unused_by_search
from load.options.options import read_options
from load.options.scenario import Scenario
from load.options.scenario_file import chosen, load_scenario
from openapi.contract import load_contract, students_document
from openapi.security import security_schemes


@click.command(short_help="Find the highest rate that the service can take.")
@with_common_parameters
@click.option(
    "--from",
    "lowest",
    type=click.FloatRange(0, min_open=True),
    default=10,
    help="The rate to begin with, in calls per second.",
)
@click.option(
    "--to",
    "highest",
    type=click.FloatRange(0, min_open=True),
    default=10_000,
    help="The highest rate to try, in calls per second.",
)
@click.option(
    "--step-time",
    type=Timespan(),
    default="10s",
    help="How long to try each rate, after a warm-up for each.",
)
@with_options("--rate")
def capacity(
    document: str | None,
    host: str | None,
    lowest: float,
    highest: float,
    step_time: int,
    scenario: str | None,
    profile: str | None,
    output: Path,
    **given: Any,
) -> None:
    """Find the highest rate at which the service of the DOCUMENT meets its objectives and keeps up.

    Calls arrive at a rate that is doubled until an objective breaks, then narrowed down. Objectives for the
    rate are checked against the answer. Exits with 0 if some rate holds, those objectives hold, and nothing
    broke the contract.
    """
    contract = load_contract(
        document or students_document(), given.pop("allow_remote_refs"), given["overlay"]
    )
    mix = _without_stages(chosen(scenario, profile))
    options = read_options(mix, {**given, "rate": lowest}, security_schemes(contract), WARM_UP_S)
    if highest < lowest:
        raise LoadError(f"--to {highest:g} is lower than --from {lowest:g}")
    from load.cli.load_setup import finish, prepared_load  # noqa: PLC0415 - it imports what sends calls

    search = Search(lowest, highest)
    with prepared_load(document, host, contract, options, output) as (load, url):
        from load.run.single_process import search_capacity  # noqa: PLC0415 - it imports Locust, which takes a second

        warm_up = options.workload.warm_up
        shown_url = options.credentials.mask(url)
        click.echo(f"loading {shown_url} at rates from {lowest:g}/s, {warm_up} + {step_time} s each")
        ended = search_capacity(load, url, search, step_time)
    finish(ended.record, output)
    sys.exit(130 if ended.interrupted else int(not ended.record.passed))


def _without_stages(name: str) -> Scenario:
    """A scenario, which leaves the rate to the search; what of it has no effect is told."""
    scenario = load_scenario(name)
    if scenario.stages:
        what = "number of users" if scenario.has_user_stages else "rate"
        raise LoadError(f"scenario {scenario.name} sets the {what} by stages; choose one without")
    for note in unused_by_search(scenario):
        click.echo(note, err=True)
    return scenario
