"""The server's side of an ASGI connection, to test the bridge."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from starlette.types import Message

from students_service.http.bridge import Bridge
from students_service.http.threads import Threads

Result = TypeVar("Result")
# How long an application may take (s).
LIMIT_S = 10.0


class AsgiClient:
    """Gives an ASGI application the messages of a request, and keeps the messages that it sends."""

    def __init__(self, *received: Message) -> None:
        self.received = list(received)
        self.sent: list[Message] = []
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        if self.received:
            return self.received.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def scope(**more: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/ä/b",
        "root_path": "",
        "query_string": b"x=%C3%A4",
        "headers": [(b"host", b"it"), (b"x-two", b"1"), (b"x-two", b"2")],
        "server": ("127.0.0.1", 5000),
        "client": ("127.0.0.1", 40000),
        **more,
    }


def request(body: bytes = b"", more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def answered(app: Any, *received: Message, threads: int = 2, **more: Any) -> AsgiClient:
    async def call() -> AsgiClient:
        client = AsgiClient(*(received or (request(),)))
        await Bridge(app, Threads(threads, LIMIT_S))(scope(**more), client.receive, client.send)
        return client

    return in_loop(call())


def in_loop(steps: Coroutine[Any, Any, Result]) -> Result:
    """Run in a new thread: the browser of other tests has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, asyncio.run, steps).result()


def app_of(
    body: Callable[[], Iterable[bytes]], *headers: tuple[str, str], seen: dict[str, Any] | None = None
) -> Any:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if seen is not None:
            seen.update(environ, read=environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "text/plain"), *headers])
        return body()

    return app
