"""Locust's users of a contract: choose, send, check, record. The only room that knows Locust."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from random import Random
from typing import Any

import gevent
import orjson
from locust import LoadTestShape, User, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.event import Events
from locust.rpc import Message
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from load import checks
from load.connection import Connection, NetworkError, Reply
from load.errors import LoadError
from load.journeys import Journeys, Step
from load.objectives import Verdict, judge
from load.report import summary
from load.results import Results
from load.traffic import Profile, load_profile, profile_names
from openapi.contract import Contract, ContractError, Json, load_contract, students_document
from openapi.expressions import Exchange
from openapi.operations import operations
from openapi.payloads import Payloads

STOP_TIMEOUT_S = 10.0
EXISTING = "existing things"
FINISH = "finish"
RESULTS = "contract results"
DEFAULT_PROFILE = "mixed"
WORKER_POLL_S = 0.05

logger = logging.getLogger(__name__)


class Load:
    """One process's part in a run: the compiled contract, its users' journeys, and their results."""

    def __init__(self, contract: Contract, profile: Profile) -> None:
        self.contract = contract
        self.profile = profile
        self.operations = {each.label: each for each in operations(contract)}
        self.results = Results.of(self.operations)
        self.journeys = self._journeys()

    def begin(self, existing: Iterable[tuple[str, Mapping[str, Json]]]) -> None:
        """Forget what an earlier run left, and know what exists, as path and values."""
        self.journeys = self._journeys()
        self.results = Results.of(self.operations)
        for path, values in existing:
            self.journeys.know(path, values)

    def _journeys(self) -> Journeys:
        return Journeys(list(self.operations.values()), self.profile, Payloads(), Random())

    def verdict(self) -> Verdict:
        """The judgement of what has been recorded."""
        return judge(self.operations, self.results)


class ContractUser(User):
    """Makes one call after another, each valid, and checks each answer."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.load = load_of(environment)
        self.connection = Connection(self.host or "")

    def wait_time(self) -> float:
        """How long the user thinks between calls (s)."""
        return self.load.profile.wait

    @task
    def call(self) -> None:
        """One call of the journey."""
        step = self.load.journeys.next()
        operation = step.call.operation
        began = time.perf_counter()
        reply, reason = _sent(self.connection, step)
        response_time_ms = (time.perf_counter() - began) * 1000
        found = checks.findings(operation, step.entity, reply) if reply else [checks.network(reason)]
        self._learn(step, reply, succeeded=not found)
        self.load.results.record(operation.label, response_time_ms, reply.status if reply else 0, found)
        self.environment.events.request.fire(
            request_type=operation.method.upper(),
            name=operation.path,
            response_time=response_time_ms,
            response_length=len(reply.body) if reply else 0,
            exception=ContractFailure(str(found[0])) if found else None,
            context={},
        )

    def on_stop(self) -> None:
        """Locust calls this when the user leaves."""
        self.connection.close()

    def _learn(self, step: Step, reply: Reply | None, succeeded: bool) -> None:
        if reply is not None and checks.is_gone(step.entity, reply):
            self.load.journeys.forget(step)
        exchange = _exchange(step, reply) if reply is not None and succeeded else None
        self.load.journeys.done(step, exchange, succeeded)


class ContractFailure(Exception):
    """A failed call, as Locust counts them: by its message."""


class StagedShape(LoadTestShape):
    """The stages of a profile."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # half typed, like get_run_time below
        self._profile = profile

    def tick(self) -> tuple[int, float] | None:
        """Users and spawn rate (users/s) of the stage that the time falls into; None at the end."""
        now: float = self.get_run_time()  # type: ignore[no-untyped-call]
        end = 0.0
        for stage in self._profile.stages:
            end += stage.seconds
            if now < end:
                return stage.users, stage.spawn_rate
        return None


def register(events: Events) -> None:
    """Make Locust's environments carry a Load, on one process or on many."""
    events.init_command_line_parser.add_listener(_add_options)
    events.init.add_listener(_init)


def load_of(environment: Environment) -> Load:
    """The Load that an environment carries."""
    carried: Load = environment.contract_load  # type: ignore[attr-defined] # put there by _init
    return carried


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


def first_server(contract: Contract) -> str | None:
    """The URL of the first server that a document names, when it is a whole one."""
    servers = contract.document.get("servers") or [{}]
    url = str(servers[0].get("url", ""))
    return url if url.startswith("http") and "{" not in url else None


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


def existing_things(load: Load, host: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """What the lists of a service show, each thing as its templated path and values.

    Raises NetworkError when the service does not answer.
    """
    connection = Connection(host)
    try:
        for step in load.journeys.exploration():
            call = step.call
            reply = connection.send(call.operation.method, call.target, call.headers, call.body)
            if reply.status < 300:
                yield from load.journeys.explored(step, _exchange(step, reply))
    finally:
        connection.close()


def _sent(connection: Connection, step: Step) -> tuple[Reply | None, str]:
    call = step.call
    try:
        return connection.send(call.operation.method, call.target, call.headers, call.body), ""
    except NetworkError as error:
        return None, str(error)


def _exchange(step: Step, reply: Reply) -> Exchange:
    call = step.call
    return Exchange(
        method=call.operation.method.upper(),
        url=call.target,
        path=call.path,
        query=call.query,
        request_headers={name.lower(): value for name, value in call.headers.items()},
        request_body=call.payload,
        status=reply.status,
        response_headers=reply.headers,
        response_body=_json(reply) if step.call.operation.links(reply.status) else None,
    )


def _json(reply: Reply) -> Json:
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
