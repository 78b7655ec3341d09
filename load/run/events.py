"""The events of Locust that move a Load, in one process or in a master and its workers."""

import logging
import signal
import sys
from argparse import Namespace
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import gevent
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.event import Events
from locust.runners import STATE_RUNNING, STATE_SPAWNING, MasterRunner, WorkerRunner

from load.calls.connection import check_reachable
from load.calls.document_servers import first_server
from load.errors import LoadError
from load.options.numbers import numbers, unused
from load.options.options import OPTIONS, SHOW_PLAN, Options, read_options
from load.options.scenario import DEFAULT_SCENARIO
from load.options.scenario_file import chosen, load_scenario, scenario_names
from load.printable import printable
from load.reports import run_folder
from load.reports.summary import summary
from load.run.load import Load
from load.run.master import Master
from load.run.protocol import STOP_TIMEOUT_S
from load.run.read_back import existing_entities, read_back
from load.run.shapes import OpenShape, StagedShape
from load.run.users import load_of
from load.run.web_ui import add_tabs, check_port
from load.run.worker import Worker
from openapi.contract import ContractError, load_contract, students_document
from openapi.security import security_schemes

logger = logging.getLogger(__name__)

INTERRUPTED = 130
# Locust's names for the values of options that a scenario may set.
_NUMBERS = {"users": "num_users", "spawn_rate": "spawn_rate", "run_time": "run_time"}
_PRESSED_AT_MOST = 2
_RUNNING = (STATE_SPAWNING, STATE_RUNNING)


def register(events: Events) -> None:
    """Make Locust's environments carry a Load, on one process or on many."""
    events.init_command_line_parser.add_listener(_add_options)
    events.init.add_listener(_init)


def carry(environment: Environment, load: Load) -> None:
    """Give an environment a Load and the events that move it."""
    environment.contract_load = load  # type: ignore[attr-defined] # Locust leaves room for such
    if not environment.stop_timeout:
        # A call cut off has an outcome that nobody knows: users finish theirs before they leave.
        environment.stop_timeout = load.prepared.options.timeout + STOP_TIMEOUT_S
    scenario = load.prepared.options.scenario
    if scenario.has_user_stages:
        environment.shape_class = StagedShape(scenario)
    elif load.prepared.options.workload.is_open and environment.parsed_options is not None:
        environment.shape_class = OpenShape(scenario.length_s or environment.parsed_options.run_time)
    if environment.shape_class:
        environment.shape_class.runner = environment.runner
    if isinstance(environment.runner, WorkerRunner):
        Worker(environment.runner, load)
        return
    master = Master(environment.runner, load) if isinstance(environment.runner, MasterRunner) else None
    environment.events.test_start.add_listener(partial(_begin, master))
    environment.events.test_stopping.add_listener(partial(_end, load))
    load.on_early_end(partial(_leave, environment))


def _add_options(parser: LocustArgumentParser) -> None:
    parser.add_argument(
        "--document",
        default=str(students_document()),
        env_var="CONTRACT_DOCUMENT",
        include_in_web_ui=False,
        help="Path or URL of the OpenAPI document of the service.",
    )
    parser.add_argument(
        "--scenario",
        include_in_web_ui=False,
        help=f"What to call how often, and more: {', '.join(scenario_names())}, or the path of a YAML file; "
        f"{DEFAULT_SCENARIO} by default. Locust's --profile does the same here.",
    )
    for option in OPTIONS:
        action = "store_true" if option.is_flag else "append" if option.multiple else "store"
        secret = {} if option.variable is None else {"env_var": option.variable, "is_secret": True}
        parser.add_argument(option.name, action=action, help=option.help, include_in_web_ui=False, **secret)
    parser.add_argument(
        "--output",
        default="results",
        include_in_web_ui=False,
        help="Folder where results and report are written; results by default.",
    )
    parser.add_argument(
        "--show-plan",
        action="store_true",
        help=SHOW_PLAN,
        include_in_web_ui=False,
    )


def _init(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None
    is_worker = isinstance(environment.runner, WorkerRunner)
    try:
        load = _load(vars(options))
        if not is_worker:
            run_folder.prepare(Path(options.output))
        if environment.web_ui:
            check_port(environment.web_ui.host, environment.web_ui.port)
    except (ContractError, LoadError) as error:
        sys.exit(f"locustfile: {printable(str(error))}")
    if environment.host is None:
        environment.host = first_server(load.prepared.contract)
        if environment.host:
            load.exclude_other_hosts(environment.host)
    if environment.host is None and options.headless and not is_worker:
        sys.exit("locustfile: give the URL of the service with --host: the document names none")
    notes = _take_numbers(options, load.prepared.options)
    carry(environment, load)
    if environment.web_ui and environment.web_ui.app:
        add_tabs(environment.web_ui.app, environment.web_ui.template_args, load)
    _interrupt_in_main(environment)
    # Timers count from when the loop last looked at the clock: reading a document would use up the run time.
    gevent.get_hub().loop.update_now()
    if not is_worker:
        environment.events.test_stop.add_listener(_finish)
        environment.events.quitting.add_listener(_stop)
        for note in (*notes, *load.notes()):
            logger.warning("%s", load.prepared.options.credentials.mask(note))


def _take_numbers(parsed: Namespace, options: Options) -> list[str]:
    """Have Locust use the numbers of a scenario where the command line has none; gives what has no effect."""
    given = {name: getattr(parsed, of) for name, of in _NUMBERS.items()}
    taken = numbers(options.scenario, given)
    for name, of in _NUMBERS.items():
        # Locust would end a run of stages after its run time.
        setattr(parsed, of, None if options.scenario.stages else taken[name])
    return [*unused(given, options)]


def _load(options: Mapping[str, Any]) -> Load:
    contract = load_contract(options["document"], options["allow_remote_refs"], options["overlay"] or ())
    scenario = load_scenario(chosen(options["scenario"], options["profile"]))
    load = Load(contract, read_options(scenario, options, security_schemes(contract)))
    if options["show_plan"]:
        print("\n".join(printable(line) for line in load.session.compiled.lines()))  # noqa: T201 - the user's terminal
        sys.exit(0)
    return load


def _begin(master: "Master | None", environment: Environment, **_: Any) -> None:
    """Before users start: find out what exists, once for all processes, and begin a new run."""
    load = load_of(environment)
    runner = environment.runner
    assert runner is not None
    try:
        check_reachable(environment.host or "", load.prepared.options.tls)
        environment.host, calls = load.locate(environment.host or "")
        existing, explored = existing_entities(load.session, environment.host or "")
        observer = load.observer(environment.host or "")
    except LoadError as error:
        if environment.parsed_options is not None:
            # Without Locust's command line, whoever started the run reports it.
            logger.error("%s", load.prepared.options.credentials.mask(str(error)))
        environment.process_exit_code = 1
        gevent.spawn_later(0, runner.stop if environment.web_ui else runner.quit)
        load.begin()
        load.ending.fail(str(error))
        return
    load.begin(existing)
    load.verdict_given.clear()
    load.session.results.side_calls["to see what exists"] += explored
    load.session.results.side_calls["to see where the API is"] += calls
    load.observe(observer)
    if master:
        master.begin(existing)
    else:
        load.watch_process()


def _end(load: Load, **_: Any) -> None:
    load.end()


def _leave(environment: Environment, reason: str) -> None:
    """End the run before its time, and with it Locust where nobody can start another run."""
    runner, options = environment.runner, environment.parsed_options
    assert runner is not None
    if options is not None:
        # Without Locust's command line, whoever started the run reports it.
        logger.warning("%s: the run ends", reason)
    gevent.spawn(runner.quit if options is not None and options.headless else runner.stop)


def _interrupt_in_main(environment: Environment) -> None:
    """Have Ctrl-C reach Locust's main greenlet: raised wherever it happens to strike, it would cut off the
    call of some user, whose outcome nobody would know. A second one ends the reading back, a third one
    everything.
    """
    load, main = load_of(environment), gevent.getcurrent()
    pressed = 0

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed += 1
        load.hurry()
        if pressed == 1:
            _interrupt_run(environment)
            gevent.get_hub().loop.run_callback_threadsafe(main.throw, KeyboardInterrupt)
        elif pressed > _PRESSED_AT_MOST:
            print("interrupted three times: there is no verdict")  # noqa: T201 - the user's terminal
            gevent.get_hub().loop.run_callback_threadsafe(main.throw, SystemExit(INTERRUPTED))

    signal.signal(signal.SIGINT, interrupt)


def _finish(environment: Environment, **_: Any) -> None:
    """At the end of a run: print the verdict, and make it the exit code."""
    load = load_of(environment)
    try:
        _report_verdict(load, environment)
    finally:
        load.verdict_given.set()


def _report_verdict(load: Load, environment: Environment) -> None:
    if not isinstance(environment.runner, MasterRunner):
        load.add_watched()
        load.settle()
        read_back(load.session, load.ending, environment.host or "")
    users = environment.runner.target_user_count if environment.runner else 0
    ended = load.record(environment.host or "", users)
    print(summary(ended))  # noqa: T201 - the user's terminal
    assert environment.parsed_options is not None
    print(f"\nreport: {run_folder.write(Path(environment.parsed_options.output), ended)}\n")  # noqa: T201 - as above
    # Locust on its own counts refusals as failures, and ends with 1 for them.
    environment.process_exit_code = environment.process_exit_code or int(not ended.passed)
    if environment.parsed_options.headless and isinstance(environment.runner, MasterRunner):
        # When its last worker is gone, Locust stops the run, and would wait for ever.
        gevent.spawn(environment.runner.quit)


def _stop(environment: Environment, **_: Any) -> None:
    """Ctrl-C and SIGTERM come here first: end the run in order, so that its verdict is complete."""
    options = environment.parsed_options
    if environment.runner is not None:
        _interrupt_run(environment)
        environment.runner.stop()
        # Of a run that has just ended by itself, the verdict may still be being made.
        load_of(environment).verdict_given.wait()
    if environment.process_exit_code is None and options and options.headless:
        # Without a single worker, Locust does not begin, and counts that as a success.
        logger.error("there was no run: no worker was there to make it")
        environment.process_exit_code = 1


def _interrupt_run(environment: Environment) -> None:
    """Somebody interrupts the run, if there is one."""
    load, runner, options = load_of(environment), environment.runner, environment.parsed_options
    if runner is not None and options is not None and runner.state in _RUNNING:
        length_s = load.prepared.options.scenario.length_s or options.run_time
        load.ending.interrupt_after(load.session.results.clock.length, length_s)
        # Whoever interrupts does not want to wait.
        environment.stop_timeout = STOP_TIMEOUT_S
