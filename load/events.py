"""What moves a Load in Locust: the events of one process, or of a master and its workers."""

import logging
import sys
import time
from functools import partial
from typing import Any

import gevent
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.event import Events
from locust.rpc import Message
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from load.connection import NetworkError
from load.errors import LoadError
from load.report import summary
from load.results import Results
from load.traffic import load_profile, profile_names
from load.users import Load, StagedShape, existing_things, first_server, load_of
from openapi.contract import ContractError, load_contract, students_document

DEFAULT_PROFILE = "mixed"
STOP_TIMEOUT_S = 10.0
WORKER_POLL_S = 0.05
EXISTING = "existing things"
FINISH = "finish"
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
    if load.profile.stages:
        environment.shape_class = StagedShape(load.profile)
        environment.shape_class.runner = environment.runner
    if isinstance(environment.runner, WorkerRunner):
        environment.runner.register_message(EXISTING, _begin_with)
        environment.runner.register_message(FINISH, _finish, concurrent=True)
        environment.events.report_to_master.add_listener(partial(_report, load))
        environment.events.test_stop.add_listener(_report_finally)
        return
    environment.events.test_start.add_listener(_begin)
    if isinstance(environment.runner, MasterRunner):
        environment.events.worker_report.add_listener(partial(_merge, load))
        workers = _Workers(environment.runner, load)
        environment.events.test_stopping.add_listener(workers.finish)
        environment.events.test_stop.add_listener(workers.wait)


def _add_options(parser: LocustArgumentParser) -> None:
    parser.add_argument(
        "--document",
        default=str(students_document()),
        env_var="CONTRACT_DOCUMENT",
        include_in_web_ui=False,
        help="Path or URL of the OpenAPI document of the service. --profile names the mix of traffic: "
        f"{', '.join(profile_names())}, or the path of another; {DEFAULT_PROFILE} by default.",
    )


def _init(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None
    try:
        load = Load(load_contract(options.document), load_profile(options.profile or DEFAULT_PROFILE))
    except (ContractError, LoadError) as error:
        sys.exit(f"locustfile: {error}")
    if environment.host is None:
        environment.host = first_server(load.contract)
    carry(environment, load)
    if not isinstance(environment.runner, WorkerRunner):
        environment.events.test_stop.add_listener(_tell)
        environment.events.quitting.add_listener(_stop)
        for operation_id, reason in load.journeys.uncovered.items():
            logger.warning("%s is not loaded: %s", operation_id, reason)


def _begin(environment: Environment, **_: Any) -> None:
    """Before users start: forget the last run, and find out what exists, once for all processes."""
    load = load_of(environment)
    runner = environment.runner
    assert runner is not None
    try:
        existing = list(existing_things(load, environment.host or ""))
    except (LoadError, NetworkError) as error:
        logger.error("cannot reach %s: %s; is the service running?", environment.host, error)
        environment.process_exit_code = 1
        gevent.spawn_later(0, runner.stop if environment.web_ui else runner.quit)
        existing = []
    load.begin(existing)
    if isinstance(runner, MasterRunner):
        runner.send_message(EXISTING, {"things": existing})


def _begin_with(environment: Environment, msg: Message, **_: Any) -> None:
    load_of(environment).begin(msg.data["things"])


def _report(load: Load, data: dict[str, Any], **_: Any) -> None:
    data[RESULTS] = load.results.message()
    load.results = Results.of(load.operations)


def _merge(load: Load, data: dict[str, Any], **_: Any) -> None:
    load.results.merge(data.get(RESULTS, {}))


def _finish(environment: Environment, **_: Any) -> None:
    if environment.runner is not None:
        environment.runner.stop()


def _report_finally(environment: Environment, **_: Any) -> None:
    """A worker whose users have all gone tells what it has not told yet."""
    load = load_of(environment)
    if environment.runner is not None:
        environment.runner.send_message(RESULTS, load.results.message())
    load.results = Results.of(load.operations)


class _Workers:
    """The ends of workers, awaited: Locust gives their last reports half a second, then leaves."""

    def __init__(self, runner: MasterRunner, load: Load) -> None:
        self._runner = runner
        self._load = load
        self._awaited: set[str] = set()
        runner.register_message(RESULTS, self._merge)

    def finish(self, **_: Any) -> None:
        """Have each worker end its users and tell its results."""
        self._awaited = set(self._present())
        self._runner.send_message(FINISH)

    def wait(self, **_: Any) -> None:
        """Until each worker has told, or is gone."""
        deadline = time.monotonic() + self._runner.environment.stop_timeout + STOP_TIMEOUT_S
        while self._awaited & set(self._present()) and time.monotonic() < deadline:
            gevent.sleep(WORKER_POLL_S)
        for worker in sorted(self._awaited):
            logger.error("worker %s ended without telling its last results", worker)

    def _present(self) -> list[str]:
        return [each.id for each in self._runner.clients.all if each.state != STATE_MISSING]

    def _merge(self, msg: Message, **_: Any) -> None:
        self._load.results.merge(msg.data)
        self._awaited.discard(msg.node_id)


def _tell(environment: Environment, **_: Any) -> None:
    """At the end of a run: the verdict, in words and as the exit code."""
    load = load_of(environment)
    verdict = load.verdict()
    print(summary(load.results, verdict))  # noqa: T201 - the user's terminal
    if not verdict.passed:
        environment.process_exit_code = 1


def _stop(environment: Environment, **_: Any) -> None:
    """Ctrl-C and SIGTERM come here first: end the run in order, so that its verdict is complete."""
    if environment.runner is not None:
        environment.runner.stop()
