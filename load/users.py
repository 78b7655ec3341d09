"""Locust's users of a contract: choose, send, check, record."""

import gc
import logging
import resource
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from random import Random
from typing import Any

import gevent
import orjson
from gevent.pool import Group
from locust import LoadTestShape, User, task
from locust.env import Environment
from locust.runners import MasterRunner
from locust.user.task import LOCUST_STATE_STOPPING

from load import checks
from load.archive import Run, archived
from load.arrivals import Share, arrivals
from load.bottleneck import bottlenecks, explained
from load.capacity import Trial, trial_of
from load.connection import Connection, NetworkError, Reply
from load.generator import Watch
from load.journeys import Existing, Journeys, Step
from load.ledger import Account, Ledger, Record
from load.objectives import Objective, promised, stated
from load.observer import Observation, Observer
from load.orders import Orders
from load.results import Results
from load.traffic import Profile
from load.verdict import judge
from openapi.contract import Contract, Json
from openapi.expressions import Exchange
from openapi.operations import readable_operations
from openapi.payloads import Payloads
from openapi.security import security_schemes

READ_BACK_S = 30.0
READERS = 10
RETRY_S = 0.2
IN_FLIGHT_AT_MOST = 5_000
OTHER_FILES = 64

logger = logging.getLogger(__name__)


class Load:
    """One process's part in a run: the compiled contract, its users' journeys, and their results.

    `alone` says that nobody else uses the service; `incomplete` why results are missing.
    Raises ContractError and LoadError when there is nothing to call.
    """

    def __init__(self, contract: Contract, orders: Orders, alone: bool = False) -> None:
        self.alone = alone
        self.incomplete: tuple[str, ...] = ()
        self.share = Share()
        self.watch: Watch | None = None
        self.observation: Observation | None = None
        self.explanation: Mapping[str, Any] | None = None
        self._observer: Observer | None = None
        self.take(contract, orders)

    def take(self, contract: Contract, orders: Orders) -> None:
        """Compile a document and what to do with it."""
        self.contract = contract
        self.orders = orders
        self.database_url = orders.database_url
        found, self.faulty = readable_operations(contract)
        self.operations = {each.label: each for each in found}
        self.promised = [*promised(found)]
        self.asked = [stated(each, self.operations) for each in orders.objectives]
        self.begin(())

    def begin(self, existing: Iterable[Existing], elapsed: float | None = None) -> None:
        """Forget what an earlier run left, and know what exists. The run began a while (s) ago, or now."""
        origin = None if elapsed is None else time.perf_counter() - elapsed
        self.journeys = Journeys(
            [*self.operations.values()], self.orders, Payloads(), Random(), security_schemes(self.contract)
        )
        self.results = Results.of(self.operations, self.orders.workload.warm_up, origin)
        self.incomplete = ()
        for kind, values in existing:
            self.journeys.know(kind, values)
        readable = () if self.journeys.erases else self.journeys.readable
        self.ledger = Ledger(readable)
        self.take_share(self.share)

    def ask(self, rate: float) -> None:
        """Have another number of arrivals per second from the next beginning on."""
        self.orders = replace(self.orders, workload=replace(self.orders.workload, rate=rate))

    def trial(self) -> Trial:
        """What has been recorded, as a trial of a rate."""
        names = {label: each.operation_id or label for label, each in self.operations.items()}
        return trial_of(self.orders.workload.rate or 0.0, self.results, self.objectives, names)

    def take_share(self, share: Share) -> None:
        """Make this part of the arrivals from now on."""
        self.share = share
        asked, elapsed = self.orders.workload, self.results.elapsed
        if asked.rate is not None:
            self._arrivals = arrivals(asked.arrivals, asked.rate, share, elapsed, Random())
            self.due = next(self._arrivals)

    def next_arrival(self) -> float | None:
        """When the next arrival was due (s since the start), if it was; it is made now."""
        due = self.due
        if due > self.results.elapsed:
            return None
        self.due = next(self._arrivals)
        return due

    def listen(self) -> None:
        """Watch this process, which makes calls from now on."""
        # What is compiled stays: looking at it again would hold up calls for a tenth of a second.
        gc.collect()
        gc.freeze()
        if self.watch:
            self.watch.end()
        self.watch = Watch(max(self.results.warm_up - self.results.elapsed, 0))

    def watch_service(self, observer: Observer) -> None:
        """Have a service watched by an observer until the run ends."""
        self._observer, self.observation = observer, None
        observer.begin(lambda: self.results.elapsed)

    def leave_service(self) -> None:
        """The run has ended: keep what was seen of the service."""
        if self._observer:
            self.observation, self._observer = self._observer.end(), None

    def look(self, name: str = "") -> None:
        """Add what this process has seen of itself to the results."""
        if self.watch:
            self.results.watched(name, self.watch.taken())

    def notes(self) -> Iterator[str]:
        """What people should know before the run: a line for each shortcoming."""
        for label, reason in self.uncovered.items():
            yield f"not called: {label}: {reason}"
        for reason in dict.fromkeys(self.journeys.unauthorised.values()):
            labels = [label for label, each in self.journeys.unauthorised.items() if each == reason]
            others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
            yield f"{labels[0]}{others} {reason}"
        for reason in self.journeys.omitted:
            yield f"never sent: {reason}"

    @property
    def uncovered(self) -> dict[str, str]:
        """Why operations are not called, by label."""
        return {**self.faulty, **self.journeys.uncovered}

    def archived(self, host: str, users: int, capacity: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All that is known of the run against a host, with so many users."""
        run = Run(
            title=self.contract.document.get("info", {}).get("title", "A service"),
            document=self.contract.source,
            host=host,
            profile=self.orders.profile.name,
            users=users,
            workload=self.orders.workload,
            uncovered=self.uncovered,
        )
        verdict = judge(self.objectives, self.results, self.incomplete)
        return archived(run, self.results, verdict, capacity, self.explanation or self.explained())

    def explained(self) -> dict[str, Any] | None:
        """What kept the service from going faster, and what was seen of it, as JSON has it."""
        if self.observation is None:
            return None
        methods = {label: each.method for label, each in self.operations.items()}
        return explained(bottlenecks(self.results, methods, self.observation), self.observation)

    @property
    def objectives(self) -> list[Objective]:
        """What the service promises of the operations that have been called, and what was asked of it."""
        called = [each for each in self.promised if self.results.operations[each.label].requests]
        return [*called, *self.asked]


class ContractUser(User):
    """Makes calls, each valid, and checks each answer: one after another, or as arrivals are due."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.load = load_of(environment)
        self._most = _in_flight_at_most()
        self._idle: list[Connection] = []
        self._arrived = Group()

    def wait_time(self) -> float:
        """How long the user thinks between calls, or waits for an arrival (s)."""
        if self.load.orders.workload.rate is None:
            return self.load.orders.profile.wait
        return max(self.load.due - self.load.results.elapsed, 0)

    @task
    def call(self) -> None:
        """One call of the journey, or those that are due."""
        if self.load.orders.workload.rate is None:
            self._call(None)
            return
        while (due := self.load.next_arrival()) is not None:
            if len(self._arrived) < self._most:
                self._arrived.spawn(self._call, due)
            elif self.load.watch:
                self.load.watch.drop()

    def on_start(self) -> None:
        """Locust calls this when the user begins: what was due before is not made up for."""
        self.load.take_share(self.load.share)

    def on_stop(self) -> None:
        """Locust calls this when the user leaves; calls that have been sent are waited for."""
        self._arrived.join()
        while self._idle:
            self._idle.pop().close()

    def _call(self, due: float | None) -> None:
        """A call that was due at a time (s since the start), or whenever the user had time for it."""
        load = self.load
        step = load.journeys.next()
        operation = step.call.operation
        connection = self._idle.pop() if self._idle else Connection(self.host or "")
        sent = load.results.elapsed
        writes = load.ledger.sending(step, sent)
        reply, reason = _sent(connection, step)
        ended = load.results.elapsed
        self._idle.append(connection)
        response_s = ended - (sent if due is None else due)
        if due is not None and load.watch:
            load.watch.arrived(sent - due)
        found = self._findings(step, reply) if reply else [checks.network(reason)]
        journeys = load.journeys
        if reply is not None and checks.is_gone(step.target, reply):
            journeys.forget(step)
        if reply is not None and reply.status == HTTPStatus.CONFLICT:
            journeys.conflicted(step)
        status = reply.status if reply else 0
        succeeded = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        learns = journeys.reads(operation.label)
        is_told = learns or writes or step.entity is not None
        exchange = exchange_of(step, reply) if reply and succeeded and is_told else None
        made = journeys.done(step, exchange if learns else None, succeeded)
        body = exchange.response_body if exchange else None
        load.ledger.answered(writes, status, body, ended)
        if made:
            load.ledger.made(made, step, body, sent, ended)
        elif exchange and operation.method == "get":
            for loss in load.ledger.read(step, body, sent, ended):
                load.results.lost(loss, step.call.as_curl(self.host or ""))
        if found:
            found = self._with_samples(step, reply, found)
        load.results.record(operation.label, status, response_s, ended - sent, found)
        self.environment.events.request.fire(
            request_type=operation.method.upper(),
            name=operation.path,
            response_time=response_s * 1000,
            response_length=len(reply.body) if reply else 0,
            exception=ContractFailure(str(found[0])) if found else None,
            context={},
        )

    def stop(self, force: bool = False) -> bool:
        """Asked to leave; gives whether it has left. A worker may ask twice, for Ctrl-C reaches it by way
        of its master too, and Locust takes that for a fault.
        """
        if self._state == LOCUST_STATE_STOPPING and not force:
            return False
        return bool(super().stop(force))

    def _findings(self, step: Step, reply: Reply) -> list[checks.Finding]:
        try:
            operation, journeys = step.call.operation, self.load.journeys
            unauthorised = operation.label in journeys.unauthorised
            guessed = operation.label in journeys.plan.guessed or journeys.erases
            return checks.findings(operation, step.target, reply, self.load.alone, unauthorised, guessed)
        except Exception as error:  # a call that cannot be judged must not look like a good one
            logger.exception("an answer of %s could not be judged", step.call.operation.label)
            return [checks.internal(error)]

    def _with_samples(
        self, step: Step, reply: Reply | None, found: list[checks.Finding]
    ) -> list[checks.Finding]:
        """With the answer and a command that repeats the call, where a finding is the first of its kind."""
        known = self.load.results.operations[step.call.operation.label].findings
        if all(each in known for each in found):
            return found
        sample = step.call.as_curl(self.host or "")
        answer = checks.answer_of(reply) if reply else ""
        return [each if each in known else replace(each, sample=sample, answer=answer) for each in found]


def _in_flight_at_most() -> int:
    """How many calls may wait for answers at a time, each on a connection of its own."""
    open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(IN_FLIGHT_AT_MOST, open_files - OTHER_FILES)


class ContractFailure(Exception):
    """A failed call, as Locust counts them: by its message."""


class OpenShape(LoadTestShape):
    """One user for each process that makes arrivals, for a time (s), or until it is told to end."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._seconds = seconds

    def tick(self) -> tuple[int, float] | None:
        """As many users as processes; None at the end."""
        if self._seconds is not None and self.get_run_time() > self._seconds:  # type: ignore[no-untyped-call]
            return None
        processes = len(self.runner.clients.all) if isinstance(self.runner, MasterRunner) else 1
        return max(processes, 1), max(processes, 1)


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


def load_of(environment: Environment) -> Load:
    """The Load that an environment carries."""
    carried: Load = environment.contract_load  # type: ignore[attr-defined] # put there by load.events
    return carried


def existing_things(load: Load, host: str) -> list[Existing]:
    """What the lists of a service show; those that do not answer show nothing."""
    connection = Connection(host)
    existing = []
    try:
        for steps in load.journeys.exploration():
            for step in steps:
                reply, _ = _sent(connection, step)
                exchange = exchange_of(step, reply) if reply and reply.status < 300 else None
                existing += load.journeys.explored(step, exchange)
    finally:
        connection.close()
    return existing


def read_back(load: Load, host: str) -> None:
    """Hold what a service has now against what it has acknowledged: all of it, or as much as there is time
    for.
    """
    account = load.results.account
    records = load.ledger.records
    Random().shuffle(records)
    account.followed += len(records)
    account.passed_over += load.ledger.passed_over
    deadline = load.results.elapsed + READ_BACK_S
    pending = iter(records)

    def read(connection: Connection) -> None:
        for record in pending:
            _read_one(load, connection, record, host, deadline)
            if load.results.elapsed > deadline:
                return

    connections = [Connection(host) for _ in range(READERS)]
    gevent.joinall([gevent.spawn(read, each) for each in connections], raise_error=True)
    for each in connections:
        each.close()
    _count(load, load.ledger.altered(), "")


def _read_one(load: Load, connection: Connection, record: Record, host: str, deadline: float) -> None:
    """Read a thing back; a service that is just starting again is waited for."""
    account = load.results.account
    step = load.journeys.reading(record.entity)
    while True:
        sent = load.results.elapsed
        reply, _ = _sent(connection, step)
        if reply is not None and reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            break
        if load.results.elapsed > deadline:
            account.unread += 1
            return
        gevent.sleep(RETRY_S)
    is_gone = reply.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
    if not is_gone and not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        account.note(f"{step.call.operation.label} was answered {reply.status} when read back", 1)
        return
    told = load.ledger.read_back(record, step, reply.status, _json(reply), (sent, load.results.elapsed))
    account.read += told.read
    _count(load, told, step.call.as_curl(host))


def _count(load: Load, told: Account, sample: str) -> None:
    for note, count in told.notes.items():
        load.results.account.note(note, count)
    for loss in told.losses:
        load.results.lost(loss, sample)


def _sent(connection: Connection, step: Step) -> tuple[Reply | None, str]:
    call = step.call
    try:
        return connection.send(call.operation.method, call.sent_target, call.sent_headers, call.body), ""
    except NetworkError as error:
        return None, str(error)


def exchange_of(step: Step, reply: Reply) -> Exchange:
    """A call and its answer, as runtime expressions speak of them."""
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
        response_body=_json(reply),
    )


def _json(reply: Reply) -> Json:
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
