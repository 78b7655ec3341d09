"""Checks every request before a handler gets it, and every response before a client gets it."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware
from connexion.operations import AbstractOperation
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openapi.operations import Operation
from openapi.requests import Request, RequestCheck
from openapi.responses import response_violations
from students_service import problems
from students_service.access.operation_access import OPEN, Access
from students_service.access.security import FindKey
from students_service.http.bridge import Disconnected
from students_service.http.shedding import BUSY
from students_service.logs import REQUEST_ID_HEADER, request_id
from students_service.problems import MEDIA_TYPE_OF_PROBLEMS, Problem
from students_service.rows.storage_errors import (
    Duplicate,
    KeyReused,
    ReadOnly,
    Refused,
    Unavailable,
    Unfit,
    Unknown,
    Used,
)
from students_service.turns import Lanes, Overloaded

# A client that is still sending cannot read an answer, so this much of a refused body is read and discarded.
DISCARDED_BYTES = 16 * 1024 * 1024
# How long the body of a request may take to arrive (s).
BODY_S = 10.0
_OF_BODIES = {b"content-length", b"transfer-encoding"}
# The key of a request's values in the extensions of the ASGI scope.
ARGUMENTS = "contract_arguments"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enforcement:
    """The operations to enforce, the largest body to read (bytes), the turns in which requests work, and who
    is let through to operations that do not let everybody through.
    """

    operations: Mapping[str, Operation]
    max_body_bytes: int
    lanes: Lanes
    access: Mapping[str, Access]
    find_key: FindKey


@dataclass(frozen=True)
class Answer:
    """A complete response, which is not sent before it has been checked."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    async def send(self, send: Send) -> None:
        """Send the response."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def _join(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as text; fields that are repeated become one list (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


class ContractOperation:
    """Checks the requests and responses of one operation around the rest of the application."""

    def __init__(self, operation: Operation, enforcement: Enforcement, next_app: ASGIApp) -> None:
        self.operation = operation
        self.enforcement = enforcement
        self.next_app = next_app
        self.request_check = RequestCheck(operation)
        self.lane = enforcement.lanes.of(operation)
        self.access = enforcement.access.get(operation.operation_id, OPEN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: with the handler's response, or with a problem."""
        try:
            if self.access is not OPEN:
                await self.access.check(scope, self.enforcement.find_key)
            body = await _read_in_time(scope, receive, self.enforcement.max_body_bytes)
            scope["extensions"][ARGUMENTS] = self._read(scope, body)
            turns = self.lane.turns
            if not turns.take():
                await turns.wait()
        except Exception as error:
            answer = self._checked(scope, as_answer(as_problem(error)))
        else:
            # Until the answer has been checked: that is the larger part of the work on large ones.
            try:
                answer = self._checked(scope, await self._answer(scope, body))
            finally:
                turns.give_back()
            self.lane.add_answer(len(answer.body))
        answer.headers.extend(self.access.headers)
        is_head = scope["method"] == "HEAD"
        await (Answer(answer.status, answer.headers, b"") if is_head else answer).send(send)

    def _checked(self, scope: Scope, answer: Answer) -> Answer:
        """An answer, or a problem in its place if it breaks the contract."""
        is_head = scope["method"] == "HEAD"
        headers = _join(answer.headers)
        headers[REQUEST_ID_HEADER.lower()] = request_id.get()
        body = None if is_head else answer.body
        violations = response_violations(self.operation, answer.status, headers, body)
        if violations:
            logger.error(
                "a response of %s breaks the contract: %s",
                self.operation.operation_id,
                "; ".join(str(violation) for violation in violations),
                extra={"status": answer.status, "operation": self.operation.operation_id},
            )
            return as_answer(problems.internal_error())
        return answer

    async def _answer(self, scope: Scope, body: bytes) -> Answer:
        try:
            return await _capture(self.next_app, scope, body)
        except Exception as error:
            return as_answer(as_problem(error))

    def _read(self, scope: Scope, body: bytes) -> Mapping[str, Any]:
        request = Request(
            path=scope["path_params"],
            query=scope["query_string"].decode("latin-1"),
            headers=_join(scope["headers"]),
            body=body,
        )
        arguments = self.request_check.read(request)
        if arguments.violations:
            raise problems.invalid(arguments.violations)
        return arguments.values


class ContractAPI(RoutedAPI[ContractOperation]):
    """The checked operations of one document."""

    def __init__(self, *args: Any, enforcement: Enforcement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enforcement = enforcement
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> ContractOperation:
        """Compile the checks of an operation."""
        return ContractOperation(
            self.enforcement.operations[operation.operation_id], self.enforcement, self.next_app
        )


class ContractMiddleware(RoutedMiddleware[ContractAPI]):
    """Replaces Connexion's validation of requests and responses."""

    api_cls = ContractAPI

    def __init__(self, app: ASGIApp, enforcement: Enforcement) -> None:
        super().__init__(app)
        self.enforcement = enforcement

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on only requests that are routed to an operation."""
        if scope["type"] == "http" and scope["extensions"][ROUTING_CONTEXT]["operation_id"] is None:
            raise HTTPException(404)
        await super().__call__(scope, receive, send)

    def add_api(self, specification: Any, **kwargs: Any) -> ContractAPI:
        """Register the operations of a document."""
        api: ContractAPI = super().add_api(specification, enforcement=self.enforcement, **kwargs)
        return api


def as_problem(error: Exception) -> Problem:
    """The problem that an exception means to a client. Faults of the service are logged with a traceback."""
    match error:
        case Problem():
            return error
        case Unfit():
            return _of_row(error)
        case ReadOnly():
            logger.error("%s", error)
            return problems.unavailable("the database is read-only, so nothing can be written")
        case Refused():
            logger.error("%s; 'students-service upgrade --dry-run' says what the database lacks", error)
            return problems.internal_error()
        case Unavailable():
            logger.error("the database is not available: %s", error)
            return problems.unavailable("the database does not answer")
        case Disconnected():
            return Problem(400, "the client went away before its request was complete")
        case Overloaded():
            return problems.unavailable(BUSY)
        case TimeoutError():
            logger.error("the request took too long")
            return problems.unavailable("the service is too busy")
    logger.error("%s: %s", type(error).__name__, error, exc_info=error)
    return problems.internal_error()


def _of_row(error: Unfit) -> Problem:
    """The problem that a row means which cannot be stored or deleted."""
    match error:
        case Duplicate(field=field):
            return problems.duplicate(field)
        case Unknown(field=field, table=table):
            return problems.unknown(field, table)
        case Used(table=table):
            return problems.used(table)
        case KeyReused():
            return problems.key_reused()
    return problems.unstorable(str(error))


def as_answer(problem: Problem) -> Answer:
    """A problem as a response."""
    body = problem.body(request_id.get())
    headers = {
        "Content-Type": MEDIA_TYPE_OF_PROBLEMS,
        "Content-Length": str(len(body)),
        **problem.headers,
    }
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return Answer(problem.status, encoded, body)


async def _read_in_time(scope: Scope, receive: Receive, limit_bytes: int) -> bytes:
    """The body of a request. Only where it has one, there is anything to wait for."""
    if _OF_BODIES.isdisjoint(dict(scope["headers"])):
        return await _read(receive, limit_bytes)
    try:
        async with asyncio.timeout(BODY_S):
            return await _read(receive, limit_bytes)
    except TimeoutError:
        raise problems.too_slow(BODY_S) from None


async def _read(receive: Receive, limit_bytes: int) -> bytes:
    body = bytearray()
    received = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        received += len(chunk)
        if received <= limit_bytes:
            body += chunk
        elif not more or received > DISCARDED_BYTES:
            raise problems.too_large(limit_bytes)
    if received > limit_bytes:
        raise problems.too_large(limit_bytes)
    return bytes(body)


async def _capture(app: ASGIApp, scope: Scope, body: bytes) -> Answer:
    status = 0
    headers: list[tuple[bytes, bytes]] = []
    chunks: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, headers, b"".join(chunks))
