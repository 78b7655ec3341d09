"""A run in this process, with its progress."""

import resource
import sys
from dataclasses import dataclass

import click
import gevent
from gevent.event import Event
from locust.env import Environment
from locust.event import Events
from locust.runners import Runner

from load.errors import LoadError
from load.judgement.capacity import Search
from load.judgement.outcomes import outcomes
from load.measurements.results_file import RunRecord
from load.quantities import quantity
from load.run.events import carry
from load.run.load import Load
from load.run.protocol import STOP_TIMEOUT_S
from load.run.read_back import read_back
from load.run.recording import objectives_of, record_run, record_trial
from load.run.signals import on_signals
from load.run.users import ContractUser

PROGRESS_S, QUIET_PROGRESS_S = 1.0, 10.0
# A run that still waits so long (s) after its end says what it waits for.
PATIENCE_S = 1.0


@dataclass(frozen=True)
class Ended:
    """A run that has ended, and whether somebody interrupted it, or what followed it."""

    record: RunRecord
    interrupted: bool


class LocalRun:
    """Runs a load in this process, against a URL, until its time is over, it is interrupted or hopeless."""

    def __init__(self, load: Load, url: str) -> None:
        self._load = load
        self._begun, self._interrupted, self._hopeless = Event(), Event(), Event()
        _allow_connections()
        self.environment = Environment(user_classes=[ContractUser], events=Events(), host=url)
        self.runner = self.environment.create_local_runner()
        carry(self.environment, load)
        # After the load's own listener, which looks for the service; Locust does not wait for that one.
        self.environment.events.test_start.add_listener(lambda **_: self._begun.set())
        load.on_early_end(lambda _reason: self._hopeless.set())

    def interrupt(self, *_: object) -> None:
        """Somebody interrupts the run, or what follows it."""
        self._load.hurry()
        self._interrupted.set()

    @property
    def is_interrupted(self) -> bool:
        """Whether somebody has interrupted it."""
        return self._interrupted.is_set()

    @property
    def is_over(self) -> bool:
        """Whether another run would show nothing more."""
        return self._interrupted.is_set() or self._hopeless.is_set()

    def start(self, users: int | None, spawn_rate: float) -> None:
        """Start so many users at a rate (users/s), or those of the stages of a scenario."""
        self._begun.clear()
        if users is None:
            self.runner.start_shape()
        else:
            self.runner.start(users, spawn_rate)

    def go_on(self, seconds: float) -> None:
        """Once the run has begun, let its users go on for a time (s), unless it is over before.

        Raises LoadError when there is no service.
        """
        load = self._load
        gevent.wait((self._begun, self._interrupted), count=1)
        if load.ending.early:
            raise LoadError(f"the run did not begin: {load.ending.early[0]}")
        gevent.wait((self._interrupted, self._hopeless), timeout=seconds, count=1)
        load.session.results.clock.end()
        if self.is_interrupted:
            # Whoever interrupts does not want to wait.
            self.environment.stop_timeout = STOP_TIMEOUT_S
        waits = gevent.spawn_later(PATIENCE_S, _show_waiting, load, self.environment.stop_timeout)
        self.runner.stop()
        waits.kill()
        load.add_watched()


def run_users(load: Load, url: str, users: int, spawn_rate: float, run_time: float) -> Ended:
    """Run users, started at a rate (users/s), for a time (s) after the warm-up, and read back what they
    wrote, which an interruption cuts short.

    Raises LoadError when the service is gone before they begin.
    """
    options = load.prepared.options
    is_open = options.workload.is_open
    run = LocalRun(load, url)
    with on_signals(run.interrupt):
        progress = gevent.spawn(_show_progress, run.runner, load)
        # With an arrival rate, one user makes all arrivals.
        run.start(None if options.scenario.has_user_stages else 1 if is_open else users, spawn_rate)
        # The stages of a scenario include the warm-up.
        after_s = 0 if options.scenario.stages else options.workload.warm_up
        run.go_on(after_s + run_time)
        progress.kill()
        if run.is_interrupted:
            load.ending.interrupt_after(load.session.results.clock.length - after_s, run_time)
        load.settle()
        read_back(load.session, load.ending, url, _show)
    click.echo("", nl=sys.stdout.isatty())
    return Ended(load.record(url, users), run.is_interrupted)


def search_capacity(load: Load, url: str, search: Search, step_time: int) -> Ended:
    """Try rates, each for a time (s) after the warm-up. The record is that of the best rate, or of the last
    when none held; what held the service back is looked for where it did not keep up.

    Raises LoadError when the service is gone.
    """
    run = LocalRun(load, url)
    kept, explanation = load.session, None
    with on_signals(run.interrupt):
        while (rate := search.next_rate) is not None and not run.is_over:
            load.set_rate(rate)
            progress = gevent.spawn(_show_progress, run.runner, load)
            run.start(1, 1)
            run.go_on(load.prepared.options.workload.warm_up + step_time)
            progress.kill()
            if run.is_interrupted:
                break
            trial = record_trial(load.session)
            search.add(trial)
            if trial.holds or search.best is None:
                kept = load.session
            if trial is search.worst or explanation is None:
                explanation = load.explain()
            click.echo(f"\r{trial}\x1b[K" if sys.stdout.isatty() else str(trial))
    if run.is_interrupted:
        load.ending.interrupt(f"interrupted after {quantity(len(search.trials), 'rate')}")
    elif search.best is None:
        load.ending.fail(search.answer)
    record = record_run(kept, load.ending, url, 0, explanation, search.record())
    return Ended(record, run.is_interrupted)


def _show_waiting(load: Load, most_s: float) -> None:
    """Show what a run that has ended still waits for, and for how long (s) at most."""
    waiting = load.session.waiting
    if waiting:
        answers = f"{waiting} answer{'s' if waiting > 1 else ''}"
        _show(f"waiting for {answers}, up to {min(load.prepared.options.timeout, most_s):g} s")


def _show(line: str) -> None:
    """Show the progress of a run: in place on a terminal, line by line elsewhere."""
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
        session = load.session
        total, elapsed = session.results.total, session.results.elapsed
        warming = "  warming up" if elapsed < session.results.clock.warm_up else ""
        users = "" if session.prepared.options.workload.is_open else f"{runner.user_count} users  "
        _show(
            f"{elapsed:4.0f} s  {users}{(total.requests - before) / pause:.0f} req/s  "
            f"{total.failures} failures  p95 {total.percentile_ms(95):.0f} ms{warming}{_broken(load)}"
        )
        before = total.requests


def _broken(load: Load) -> str:
    """How many objectives do not hold now, for a line of progress."""
    results = load.session.results
    stated = outcomes(objectives_of(load.prepared, results), results)
    broken = [str(outcome) for outcome in stated if outcome.is_broken]
    return f"  {len(broken)} of {len(stated)} objectives do not hold: {broken[0]}" if broken else ""
