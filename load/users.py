"""Locust's users of a contract: choose, send, check, record."""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from random import Random

import orjson
from locust import LoadTestShape, User, task
from locust.env import Environment
from locust.user.task import LOCUST_STATE_STOPPING

from load import checks
from load.connection import Connection, NetworkError, Reply
from load.journeys import Existing, Journeys, Step
from load.objectives import Verdict, judge
from load.orders import Orders
from load.results import Results
from load.traffic import Profile
from openapi.contract import Contract, Json
from openapi.expressions import Exchange
from openapi.operations import readable_operations
from openapi.payloads import Payloads
from openapi.security import security_schemes

logger = logging.getLogger(__name__)


class Load:
    """One process's part in a run: the compiled contract, its users' journeys, and their results.

    `alone` says that nobody else uses the service; `incomplete` why results are missing.
    Raises ContractError and LoadError when there is nothing to call.
    """

    def __init__(self, contract: Contract, orders: Orders, alone: bool = False) -> None:
        self.alone = alone
        self.incomplete: tuple[str, ...] = ()
        self.take(contract, orders)

    def take(self, contract: Contract, orders: Orders) -> None:
        """Compile a document and what to do with it."""
        self.contract = contract
        self.orders = orders
        found, self.faulty = readable_operations(contract)
        self.operations = {each.label: each for each in found}
        self.begin(())

    def begin(self, existing: Iterable[Existing]) -> None:
        """Forget what an earlier run left, and know what exists."""
        self.journeys = Journeys(
            [*self.operations.values()], self.orders, Payloads(), Random(), security_schemes(self.contract)
        )
        self.results = Results.of(self.operations)
        self.incomplete = ()
        for resource, values in existing:
            self.journeys.know(resource, values)

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

    def verdict(self) -> Verdict:
        """The judgement of what has been recorded."""
        return judge(self.operations, self.results, self.incomplete)


class ContractUser(User):
    """Makes one call after another, each valid, and checks each answer."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.load = load_of(environment)
        self.connection = Connection(self.host or "")

    def wait_time(self) -> float:
        """How long the user thinks between calls (s)."""
        return self.load.orders.profile.wait

    @task
    def call(self) -> None:
        """One call of the journey."""
        step = self.load.journeys.next()
        operation = step.call.operation
        began = time.perf_counter()
        reply, reason = _sent(self.connection, step)
        response_time_ms = (time.perf_counter() - began) * 1000
        found = self._findings(step, reply) if reply else [checks.network(reason)]
        journeys = self.load.journeys
        if reply is not None and checks.is_gone(step.target, reply):
            journeys.forget(step)
        if reply is not None and reply.status == HTTPStatus.CONFLICT:
            journeys.conflicted(step)
        succeeded = reply is not None and reply.status < 300
        learns = succeeded and journeys.reads(operation.label)
        journeys.done(step, exchange_of(step, reply) if reply and learns else None, succeeded)
        if found:
            found = self._with_samples(step, reply, found)
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
