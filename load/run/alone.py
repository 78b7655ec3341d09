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
from load.judgement.capacity import Search
from load.judgement.objectives import outcomes
from load.run.events import carry
from load.run.load import Load
from load.run.protocol import STOP_TIMEOUT_S
from load.run.read_back import read_back
from load.run.signals import on_signals
from load.run.users import ContractUser

PROGRESS_S = 1.0
# A run that has ended and still waits after so long says what for.
PATIENCE_S = 1.0
QUIET_PROGRESS_S = 10.0
# That a run has begun, was interrupted, and is hopeless.
Course = tuple[Event, Event, Event]


def run_users(load: Load, url: str, users: int, spawn_rate: float, run_time: int) -> bool:
    """Run users, started at a rate (users/s), for a time (s) after the warm-up; gives whether somebody has
    interrupted them, or what follows: then what was written is not all read back.

    Raises LoadError when the service is gone before they begin.
    """
    stages = bool(load.options.profile.stages)
    events = _, interrupted, _ = Event(), Event(), Event()
    runner = _runner(load, url, events)

    def interrupt(*_: object) -> None:
        load.is_hurried = load.results.ended is not None
        interrupted.set()

    with on_signals(interrupt):
        progress = gevent.spawn(_show_progress, runner, load)
        if stages:
            runner.start_shape()
        else:
            # Without them, one user makes all arrivals.
            runner.start(users if load.options.workload.rate is None else 1, spawn_rate)
        seconds = run_time if stages else load.options.workload.warm_up + run_time
        _go_on(runner, load, events, seconds)
        progress.kill()
        if interrupted.is_set():
            load.interrupted(load.results.length - (seconds - run_time), run_time)
        load.settle()
        read_back(load, url, _tell)
    click.echo("", nl=sys.stdout.isatty())
    return interrupted.is_set()


def search_capacity(load: Load, url: str, search: Search, step_time: int) -> bool:
    """Try rates, each for a time (s) after the warm-up; gives whether that was interrupted. The load holds
    the results of the best rate, or of the last when none held.

    What kept the service from going faster is looked for where it did not hold.

    Raises LoadError when the service is gone.
    """
    events = begun, interrupted, hopeless = Event(), Event(), Event()
    runner = _runner(load, url, events)
    kept = load.results
    with on_signals(lambda *_: interrupted.set()):
        while (rate := search.next_rate) is not None and not (interrupted.is_set() or hopeless.is_set()):
            load.ask(rate)
            begun.clear()
            progress = gevent.spawn(_show_progress, runner, load)
            runner.start(1, 1)
            _go_on(runner, load, events, load.options.workload.warm_up + step_time)
            progress.kill()
            if not interrupted.is_set():
                trial = load.trial()
                search.learn(trial)
                if trial.holds or search.best is None:
                    kept = load.results
                if trial is search.worst or load.explanation is None:
                    load.explanation = load.explained()
                click.echo(f"\r{trial}\x1b[K" if sys.stdout.isatty() else str(trial))
    load.results = kept
    if tried := search.best or search.worst:
        load.ask(tried.rate)
    return interrupted.is_set()


def _runner(load: Load, url: str, events: Course) -> Runner:
    """What runs a load against a URL, and tells by the events how it goes on."""
    begun, _, hopeless = events
    _allow_connections()
    environment = Environment(user_classes=[ContractUser], events=Events(), host=url)
    runner = environment.create_local_runner()
    carry(environment, load)
    # After the load's own listener, which finds out whether there is a service; Locust does not wait for it.
    environment.events.test_start.add_listener(lambda **_: begun.set())
    load.leave = lambda _reason: hopeless.set()
    return runner


def _go_on(runner: Runner, load: Load, events: Course, seconds: float) -> None:
    """Once the load has begun, let its users go on for a time (s), unless it is interrupted or going on is
    hopeless, and leave.

    Raises LoadError when there is no service.
    """
    begun, interrupted, hopeless = events
    gevent.wait((begun, interrupted), count=1)
    if load.incomplete:
        raise LoadError(f"the run did not begin: {load.incomplete[0]}")
    gevent.wait((interrupted, hopeless), timeout=seconds, count=1)
    load.results.end()
    if interrupted.is_set():
        # Whoever interrupts does not want to wait.
        runner.environment.stop_timeout = STOP_TIMEOUT_S
    waits = gevent.spawn_later(PATIENCE_S, _tell_waiting, load, runner.environment.stop_timeout)
    runner.stop()
    waits.kill()
    load.look()


def _tell_waiting(load: Load, most_s: float) -> None:
    """A line that says what a run still waits for (s)."""
    if load.waiting:
        answers = f"{load.waiting} answer{'s' if load.waiting > 1 else ''}"
        _tell(f"waiting for {answers}, up to {min(load.options.timeout, most_s):g} s")


def _tell(line: str) -> None:
    """Show how a run goes on: in place on a terminal, line by line elsewhere."""
    terminal = sys.stdout.isatty()
    click.echo(f"\r{line}\x1b[K" if terminal else line, nl=not terminal)
    sys.stdout.flush()


def _allow_connections() -> None:
    """Every call that waits has a connection of its own."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _show_progress(runner: Runner, load: Load) -> None:
    before = 0
    pause = PROGRESS_S if sys.stdout.isatty() else QUIET_PROGRESS_S
    while True:
        gevent.sleep(pause)
        total = load.results.total
        warming = "  warming up" if load.results.elapsed < load.results.warm_up else ""
        asked = "" if load.options.workload.rate else f"{runner.user_count} users  "
        stated = outcomes(load.objectives, load.results)
        broken = [str(each) for each in stated if each.is_broken]
        told = f"  {len(broken)} of {len(stated)} objectives do not hold: {broken[0]}" if broken else ""
        line = (
            f"{load.results.elapsed:4.0f} s  {asked}{(total.requests - before) / pause:.0f} req/s  "
            f"{total.failures} failures  p95 {total.percentile_ms(95):.0f} ms{warming}{told}"
        )
        before = total.requests
        _tell(line)
