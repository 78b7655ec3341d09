"""A load in this process, with its progress."""

import sys
import time

import click
import gevent
from gevent.event import Event
from locust.env import Environment
from locust.event import Events
from locust.runners import Runner

from load.events import carry
from load.signals import on_signals
from load.users import ContractUser, Load

PROGRESS_S = 1.0
QUIET_PROGRESS_S = 10.0


def run_users(load: Load, url: str, users: int, spawn_rate: float, run_time: int) -> bool:
    """Run users, started at a rate (users/s), for a time (s); gives whether they were interrupted."""
    environment = Environment(user_classes=[ContractUser], events=Events(), host=url)
    runner = environment.create_local_runner()
    carry(environment, load)
    interrupted = Event()
    with on_signals(lambda *_: interrupted.set()):
        progress = gevent.spawn(_show_progress, runner, load)
        if load.orders.profile.stages:
            runner.start_shape()
        else:
            runner.start(users, spawn_rate)
        interrupted.wait(run_time)
        runner.stop()
        progress.kill()
    click.echo("", nl=sys.stdout.isatty())
    return interrupted.is_set()


def _show_progress(runner: Runner, load: Load) -> None:
    terminal = sys.stdout.isatty()
    began = time.monotonic()
    before = 0
    pause = PROGRESS_S if terminal else QUIET_PROGRESS_S
    while True:
        gevent.sleep(pause)
        total = load.results.total
        line = (
            f"{time.monotonic() - began:4.0f} s  {runner.user_count} users  "
            f"{(total.requests - before) / pause:.0f} req/s  {total.failures} failures  "
            f"p95 {total.percentile_ms(95):.0f} ms"
        )
        before = total.requests
        click.echo(f"\r{line}\x1b[K" if terminal else line, nl=not terminal)
        sys.stdout.flush()
