"""WSGI on ASGI, with one change of thread for an answer that says its length (PEP 3333; ASGI 3.0, HTTP)."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass
from io import BytesIO
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from starlette.types import Message, Receive, Scope, Send

# An answer up to this size (bytes) is collected and sent at once, a larger one as it comes.
WHOLE_BYTES = 16 * 1024 * 1024

Environ = dict[str, Any]
WSGIApplication = Callable[[Environ, Any], Iterable[bytes]]
Result = TypeVar("Result")

_CGI_NAMES = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


class Disconnected(Exception):
    """The client went away before its request was complete."""


class Threads:
    """Threads that do what they are given in the order in which it came. What nobody waits for any longer
    is not begun. They start with the first call, and end with the process.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Context, Callable[[], Any]]] = SimpleQueue()
        self._started = False

    def run(self, function: Callable[[], Result], context: Context) -> asyncio.Future[Result]:
        """What a function gives or raises, called by one of the threads in a context."""
        if not self._started:
            self._started = True
            for number in range(self._count):
                Thread(target=self._work, name=f"wsgi-{number}", daemon=True).start()
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._calls.put((future, context, function))
        return future

    def _work(self) -> None:
        while True:
            future, context, function = self._calls.get()
            if not future.cancelled():
                _run(future, context, function)
            del future, context, function


def _run(future: "asyncio.Future[Result]", context: Context, function: Callable[[], Result]) -> None:
    result, error = None, None
    try:
        result = context.run(function)
    except BaseException as raised:  # for who awaits the future to handle
        error = raised
    loop = future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        if isinstance(result, _Response):
            result.close()
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


@dataclass
class _Response:
    """What a WSGI application has answered, as far as it has come."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: Iterator[bytes] | None
    iterable: Iterable[bytes]

    def more(self) -> bytes | None:
        """More of the body; None at its end."""
        return next(self.rest, None) if self.rest is not None else None

    def close(self) -> None:
        """Tell the application that nothing more is read."""
        getattr(self.iterable, "close", lambda: None)()


class Bridge:
    """A WSGI application as an ASGI one. A request is read whole before the application is called. Threads
    are taken for as long as the application works, never for as long as a client is slow.
    """

    def __init__(self, app: WSGIApplication, threads: Threads) -> None:
        self.app = app
        self.threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises what the application raises, and Disconnected."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        environ = environ_of(scope, await _read(receive))
        context = copy_context()
        response = await self.threads.run(lambda: self._called(environ), context)
        start = {"type": "http.response.start", "status": response.status, "headers": response.headers}
        await send(start)
        if response.rest is None:
            await send({"type": "http.response.body", "body": response.body})
        else:
            await self._stream(response, context, receive, send)

    def _called(self, environ: Environ) -> _Response:
        answer = _Answer()
        iterable = self.app(environ, answer.start)
        rest = iter(iterable)
        response = None
        try:
            first = next(rest, None)
            response = answer.response(first, rest, iterable)
        finally:
            if response is None or response.rest is None:
                getattr(iterable, "close", lambda: None)()
        return response

    async def _stream(self, response: _Response, context: Context, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            chunk: bytes | None = response.body
            while chunk is not None and not gone.done():
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await self.threads.run(response.more, context)
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            await self.threads.run(response.close, context)


class _Answer:
    """What an application tells by `start_response` and, if it is an old one, by `write`."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._written: list[bytes] = []
        self._begun = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """PEP 3333's `start_response`. Headers are held back until there is a part of the body: so long an
        application can change its mind, and later its error is raised again.
        """
        if self._begun and exc_info is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._status is not None and exc_info is None:
            raise AssertionError("start_response was called twice, and without exc_info")
        self._status = int(status[:3])
        self._headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self._written.append

    def response(self, first: bytes | None, rest: Iterator[bytes], iterable: Iterable[bytes]) -> _Response:
        """The answer as far as it is known once there is a first part of its body, or none."""
        if self._status is None:
            raise AssertionError("start_response was not called")
        head = b"".join([*self._written, first or b""])
        if first is None:
            return _Response(self._status, self._headers, head, None, iterable)
        if self._is_short():
            return _Response(self._status, self._headers, b"".join([head, *rest]), None, iterable)
        self._begun = True
        return _Response(self._status, self._headers, head, rest, iterable)

    def _is_short(self) -> bool:
        stated = dict(self._headers).get(b"content-length", b"")
        return stated.isdigit() and int(stated) <= WHOLE_BYTES


def environ_of(scope: Scope, body: bytes) -> Environ:
    """The WSGI environment of an ASGI request; `asgi.scope` is the request itself."""
    root = scope.get("root_path", "")
    host, port = scope.get("server") or ("localhost", 80)
    environ: Environ = {
        "asgi.scope": scope,
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _latin(root),
        "PATH_INFO": _latin(scope["path"].removeprefix(root)),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"][0], str(scope["client"][1])
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        key = _CGI_NAMES.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    # A body that came in chunks did not say its length, and it is known now.
    if body or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


def _latin(text: str) -> str:
    """Text as WSGI wants it: bytes, each as the character of its number."""
    return text.encode("utf-8").decode("latin-1")


async def _read(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return bytes(message.get("body", b""))
    chunks = []
    while True:
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()


async def _disconnected(receive: Receive) -> None:
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
