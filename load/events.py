"""What moves a Load in Locust: the events of one process, or of a master and its workers."""

import logging
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.event import Events
from locust.rpc import Message
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from load import folder
from load.arrivals import Share
from load.connection import check_reachable
from load.errors import LoadError
from load.hosts import based, first_server
from load.journeys import Existing
from load.observer import Observer
from load.orders import OPTIONS, SHOW_PLAN, orders, orders_from
from load.part import Load
from load.printable import printable
from load.reading import READ_BACK_S, existing_things, read_back
from load.shapes import OpenShape, StagedShape
from load.summary import summary
from load.traffic import DEFAULT_PROFILE, load_profile, profile_names
from load.users import load_of
from load.web_ui import add_tabs
from openapi.contract import Contract, ContractError, load_contract, students_document
from openapi.security import security_schemes

STOP_TIMEOUT_S = 10.0
WORKER_POLL_S = 0.05
SHARING_S = 0.5
BEGIN = "begin"
FINISH = "finish"
SHARE = "share"
LEAVE = "leave"
RESULTS = "contract results"

logger = logging.getLogger(__name__)


def register(events: Events) -> None:
    """Make Locust's environments carry a Load, on one process or on many."""
    events.init_command_line_parser.add_listener(_add_options)
    events.init.add_listener(_init)


def carry(environment: Environment, load: Load) -> None:
    """Give an environment a Load and the events that move it."""
    environment.contract_load = load  # type: ignore[attr-defined] # Locust leaves room for such
    if not environment.stop_timeout:
        # A call cut off has an outcome that nobody knows: users finish theirs before they leave.
        environment.stop_timeout = STOP_TIMEOUT_S
    if load.orders.profile.stages:
        environment.shape_class = StagedShape(load.orders.profile)
    elif load.orders.workload.rate is not None and environment.parsed_options is not None:
        environment.shape_class = OpenShape(environment.parsed_options.run_time)
    if environment.shape_class:
        environment.shape_class.runner = environment.runner
    if isinstance(environment.runner, WorkerRunner):
        _Worker(environment.runner, load)
        return
    workers = _Workers(environment.runner, load) if isinstance(environment.runner, MasterRunner) else None
    environment.events.test_start.add_listener(partial(_begin, workers))
    environment.events.test_stopping.add_listener(partial(_end, load))
    load.leave = partial(_leave, environment)


def _add_options(parser: LocustArgumentParser) -> None:
    parser.add_argument(
        "--document",
        default=str(students_document()),
        env_var="CONTRACT_DOCUMENT",
        include_in_web_ui=False,
        help="Path or URL of the OpenAPI document of the service. --profile names the mix of traffic: "
        f"{', '.join(profile_names())}, or the path of another; {DEFAULT_PROFILE} by default.",
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
            folder.prepare(Path(options.output))
    except (ContractError, LoadError) as error:
        sys.exit(f"locustfile: {printable(str(error))}")
    if environment.host is None:
        environment.host = first_server(load.contract)
    if environment.host is None and options.headless and not is_worker:
        sys.exit("locustfile: give the URL of the service with --host: the document names none")
    carry(environment, load)
    if environment.web_ui and environment.web_ui.app:
        add_tabs(environment.web_ui.app, environment.web_ui.template_args, load)
    _interrupt_in_main()
    # Timers count from when the loop last looked at the clock: reading a document would use up the run time.
    gevent.get_hub().loop.update_now()
    if not is_worker:
        environment.events.test_stop.add_listener(_tell)
        environment.events.quitting.add_listener(_stop)
        for note in load.notes():
            logger.warning("%s", load.mask(note))


def _load(options: Mapping[str, Any]) -> Load:
    contract = load_contract(options["document"])
    profile = load_profile(options["profile"] or DEFAULT_PROFILE)
    load = Load(contract, orders(profile, options, security_schemes(contract)))
    if options["show_plan"]:
        print("\n".join(printable(each) for each in load.journeys.lines()))  # noqa: T201 - the user's terminal
        sys.exit(0)
    return load


def _begin(workers: "_Workers | None", environment: Environment, **_: Any) -> None:
    """Before users start: forget the last run, and find out what exists, once for all processes."""
    load = load_of(environment)
    runner = environment.runner
    assert runner is not None
    try:
        check_reachable(environment.host or "")
        environment.host = based(environment.host or "", load.contract, load.operations.values())
        existing, explored = existing_things(load, environment.host or "")
        observer = Observer(environment.host or "", load.database_url)
    except LoadError as error:
        if environment.parsed_options is not None:
            # Without a command line of Locust's, whoever started the run tells.
            logger.error("%s", load.mask(str(error)))
        environment.process_exit_code = 1
        gevent.spawn_later(0, runner.stop if environment.web_ui else runner.quit)
        load.begin(())
        load.incomplete = (str(error),)
        return
    load.begin(existing)
    load.results.beside["to see what exists"] += explored
    load.watch_service(observer)
    if workers:
        workers.begin(existing)
    else:
        load.listen()


def _end(load: Load, **_: Any) -> None:
    load.results.end()
    load.leave_service()


def _leave(environment: Environment, reason: str) -> None:
    """The run is to end before its time, and with it Locust, where nobody can start another."""
    runner, options = environment.runner, environment.parsed_options
    assert runner is not None
    if options is not None:
        # Without a command line of Locust's, whoever started the run tells.
        logger.warning("%s: the run ends", reason)
    gevent.spawn(runner.quit if options is not None and options.headless else runner.stop)


def _orders(load: Load, existing: Sequence[Existing]) -> dict[str, Any]:
    """All that a worker needs to do its part, be its own options and files what they may."""
    return {
        "elapsed": load.results.elapsed,
        "source": load.contract.source,
        "document": load.contract.document,
        "version": load.contract.version,
        "orders": load.orders.message(),
        "existing": existing,
    }


class _Worker:
    """One process of many: begins and ends when the master says so, and tells it all results."""

    def __init__(self, runner: WorkerRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._stopping = BoundedSemaphore()
        runner.register_message(BEGIN, self._begin)
        runner.register_message(SHARE, self._share)
        runner.register_message(FINISH, self._finish, concurrent=True)
        events = runner.environment.events
        events.report_to_master.add_listener(self._report)
        events.test_stop.add_listener(self._report_finally)
        events.quitting.add_listener(self._finish)
        load.leave = lambda reason: runner.send_message(LEAVE, {"reason": reason})

    def _begin(self, msg: Message, **_: Any) -> None:
        message = msg.data
        contract = Contract(message["source"], message["document"], tuple(message["version"]))
        told = orders_from(message["orders"])
        if (contract, told) != (self._load.contract, self._load.orders):
            self._load.take(contract, told)
        existing = ((kind, tuple(values)) for kind, values in message["existing"])
        self._load.begin(existing, message["elapsed"])
        self._load.listen()

    def _share(self, msg: Message, **_: Any) -> None:
        self._load.take_share(Share(**msg.data))

    def _finish(self, **_: Any) -> None:
        # The master's word and a Ctrl-C may come at once: the users are stopped by one of them.
        with self._stopping:
            self._load.results.end()
            self._runner.stop()

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        data[RESULTS] = self._taken()

    def _report_finally(self, **_: Any) -> None:
        """Once the users have all gone, what has not been told yet."""
        self._load.settle()
        read_back(self._load, self._runner.environment.host or "")
        self._runner.send_message(RESULTS, self._taken())

    def _taken(self) -> dict[str, Any]:
        self._load.look(self._runner.client_id)
        message = self._load.results.message()
        self._load.results = self._load.results.rest()
        return message


class _Workers:
    """The workers of a master: each is told what to do, and its share of the arrivals, which changes as
    workers come and go; their results are merged, and their ends awaited. Locust gives their last reports
    half a second, then leaves.
    """

    def __init__(self, runner: MasterRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._awaited: set[str] = set()
        self._existing: Sequence[Existing] = ()
        self._told: list[str] = []
        self._sharing: gevent.Greenlet[[], None] | None = None
        runner.register_message(RESULTS, self._merge_last)
        runner.register_message(LEAVE, self._leave)
        events = runner.environment.events
        events.worker_report.add_listener(self._merge)
        events.test_stopping.add_listener(self._finish)
        events.test_stop.add_listener(self._wait)

    def begin(self, existing: Sequence[Existing]) -> None:
        """Tell the workers that a run begins, with what exists."""
        self._existing, self._told = existing, []
        self._share()
        self._sharing = gevent.spawn(self._keep_sharing)

    def _keep_sharing(self) -> None:
        while True:
            gevent.sleep(SHARING_S)
            self._share()

    def _share(self) -> None:
        """Split the arrivals among those who are there."""
        present = sorted(each.id for each in self._runner.clients.all if each.state != STATE_MISSING)
        if present == self._told:
            return
        for worker in present:
            if worker not in self._told:
                self._runner.send_message(BEGIN, _orders(self._load, self._existing), worker)
        for index, worker in enumerate(present):
            self._runner.send_message(SHARE, {"index": index, "count": len(present)}, worker)
        self._told = present

    def _leave(self, msg: Message, **_: Any) -> None:
        self._load.end_early(msg.data["reason"])

    def _finish(self, **_: Any) -> None:
        if self._sharing:
            self._sharing.kill()
        self._awaited |= {each.id for each in self._runner.clients.all if each.state != STATE_MISSING}
        self._runner.send_message(FINISH)

    def _wait(self, **_: Any) -> None:
        """Until each worker has told its last results, or is not to be heard of any more."""
        deadline = time.monotonic() + self._runner.environment.stop_timeout + STOP_TIMEOUT_S + READ_BACK_S
        while self._awaited and time.monotonic() < deadline:
            gevent.sleep(WORKER_POLL_S)
            missing = {each.id for each in self._runner.clients.all if each.state == STATE_MISSING}
            if self._awaited <= missing:
                break
        self._load.incomplete += tuple(
            f"worker {worker} ended without telling its last results" for worker in sorted(self._awaited)
        )
        self._awaited = set()

    def _merge(self, data: dict[str, Any], **_: Any) -> None:
        self._load.results.merge(data.get(RESULTS, {}))

    def _merge_last(self, msg: Message, **_: Any) -> None:
        self._load.results.merge(msg.data)
        self._awaited.discard(msg.node_id)


def _interrupt_in_main() -> None:
    """Have Ctrl-C reach Locust's main greenlet: raised where it happens to strike, it would cut off
    the call of some user, and nobody would know how that went.
    """
    main = gevent.getcurrent()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        gevent.get_hub().loop.run_callback_threadsafe(main.throw, KeyboardInterrupt)

    signal.signal(signal.SIGINT, interrupt)


def _tell(environment: Environment, **_: Any) -> None:
    """At the end of a run: the verdict, in words and as the exit code."""
    load = load_of(environment)
    if not isinstance(environment.runner, MasterRunner):
        load.look()
        load.settle()
        read_back(load, environment.host or "")
    users = environment.runner.target_user_count if environment.runner else 0
    ended = load.archived(environment.host or "", users)
    print(summary(ended))  # noqa: T201 - the user's terminal
    assert environment.parsed_options is not None
    print(f"\nreport: {folder.write(Path(environment.parsed_options.output), ended)}\n")  # noqa: T201 - as above
    # Locust on its own counts refusals as failures, and ends with 1 for them.
    environment.process_exit_code = environment.process_exit_code or int(not ended["passed"])


def _stop(environment: Environment, **_: Any) -> None:
    """Ctrl-C and SIGTERM come here first: end the run in order, so that its verdict is complete."""
    if environment.runner is not None:
        environment.runner.stop()
