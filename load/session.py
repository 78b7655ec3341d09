"""A load in this process, with its progress."""

import resource
import sys

import click
import gevent
from gevent.event import Event
from locust.env import Environment
from locust.event import Events
from locust.runners import Runner

from load.errors import LoadError
from load.events import carry
from load.signals import on_signals
from load.users import ContractUser, Load, read_back

PROGRESS_S = 1.0
QUIET_PROGRESS_S = 10.0


def run_users(load: Load, url: str, users: int, spawn_rate: float, run_time: int) -> bool:
    """Run users, started at a rate (users/s), for a time (s); gives whether they were interrupted.

    Raises LoadError when the service is gone before they begin.
    """
    asked = load.orders.workload
    stages = bool(load.orders.profile.stages)
    _allow_connections()
    environment = Environment(user_classes=[ContractUser], events=Events(), host=url)
    runner = environment.create_local_runner()
    carry(environment, load)
    interrupted = Event()
    with on_signals(lambda *_: interrupted.set()):
        progress = gevent.spawn(_show_progress, runner, load)
        if stages:
            runner.start_shape()
        else:
            # Without them, one user makes all arrivals.
            runner.start(users if asked.rate is None else 1, spawn_rate)
        if load.incomplete:
            raise LoadError(f"the run did not begin: {load.incomplete[0]}")
        interrupted.wait(run_time if stages else asked.warm_up + run_time)
        load.results.end()
        runner.stop()
        progress.kill()
    load.look()
    read_back(load, url)
    click.echo("", nl=sys.stdout.isatty())
    return interrupted.is_set()


def _allow_connections() -> None:
    """Every call that waits has a connection of its own."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _show_progress(runner: Runner, load: Load) -> None:
    terminal = sys.stdout.isatty()
    before = 0
    pause = PROGRESS_S if terminal else QUIET_PROGRESS_S
    while True:
        gevent.sleep(pause)
        total = load.results.total
        warming = "  warming up" if load.results.elapsed < load.results.warm_up else ""
        asked = "" if load.orders.workload.rate else f"{runner.user_count} users  "
        line = (
            f"{load.results.elapsed:4.0f} s  {asked}{(total.requests - before) / pause:.0f} req/s  "
            f"{total.failures} failures  p95 {total.percentile_ms(95):.0f} ms{warming}"
        )
        before = total.requests
        click.echo(f"\r{line}\x1b[K" if terminal else line, nl=not terminal)
        sys.stdout.flush()
