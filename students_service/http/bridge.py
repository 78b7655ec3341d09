"""Runs a WSGI application on ASGI (PEP 3333; ASGI 3.0, HTTP).

A response that states its length takes one change of thread.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from students_service.http.threads import Threads

# A response up to this size (bytes) is collected and sent at once, a larger one in chunks as they come.
WHOLE_BYTES = 16 * 1024 * 1024

Environ = dict[str, Any]
WSGIApplication = Callable[[Environ, Any], Iterable[bytes]]

_CGI_NAMES = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


class Disconnected(Exception):
    """The client closed the connection before its request was complete."""


@dataclass
class _Response:
    """The response of a WSGI application; `rest` has what is still to come of its body, if anything."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: Iterator[bytes] | None
    iterable: Iterable[bytes]

    def more(self) -> bytes | None:
        """The next chunk of the body; None at its end."""
        return next(self.rest, None) if self.rest is not None else None

    def close(self) -> None:
        """Tell the application that nothing more will be read."""
        getattr(self.iterable, "close", lambda: None)()


class Bridge:
    """A WSGI application as an ASGI application, which has as long for an answer as a call of the threads.

    A request is read completely before the application is called. A thread is taken while the application
    works, but not while a slow client sends or receives.
    """

    def __init__(self, app: WSGIApplication, threads: Threads) -> None:
        self.app = app
        self.threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises Disconnected, TimeoutError and what the application raises."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        environ = environ_of(scope, await _read(receive))
        context = copy_context()
        began = asyncio.get_running_loop().time()
        response = await self.threads.run(lambda: self._call(environ), context, _Response.close)
        start = {"type": "http.response.start", "status": response.status, "headers": response.headers}
        await send(start)
        if response.rest is None:
            await send({"type": "http.response.body", "body": response.body})
        else:
            async with asyncio.timeout_at(began + self.threads.limit_s):
                await self._stream(response, context, receive, send)

    def _call(self, environ: Environ) -> _Response:
        start = _Start()
        iterable = self.app(environ, start.start_response)
        rest = iter(iterable)
        response = None
        try:
            first = next(rest, None)
            response = start.response(first, rest, iterable)
        finally:
            if response is None or response.rest is None:
                getattr(iterable, "close", lambda: None)()
        return response

    async def _stream(self, response: _Response, context: Context, receive: Receive, send: Send) -> None:
        disconnected = asyncio.ensure_future(_wait_until_disconnected(receive))
        try:
            chunk: bytes | None = response.body
            while chunk is not None and not disconnected.done():
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await self.threads.run(response.more, context)
            await send({"type": "http.response.body", "body": b""})
        finally:
            disconnected.cancel()
            await self.threads.run(response.close, context)


class _Start:
    """What an application passes to `start_response` and, if it is an old one, to `write`."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._written: list[bytes] = []
        self._begun = False

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """PEP 3333's `start_response`.

        Headers are not sent before the first chunk of the body. Until then, an application can replace them;
        after that, its error is raised again.
        """
        if self._begun and exc_info is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._status is not None and exc_info is None:
            raise AssertionError("start_response was called twice, and without exc_info")
        self._status = int(status[:3])
        self._headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self._written.append

    def response(self, first: bytes | None, rest: Iterator[bytes], iterable: Iterable[bytes]) -> _Response:
        """The response, once the first chunk of its body is there, or the body has turned out to be empty."""
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
        length = dict(self._headers).get(b"content-length", b"")
        return length.isdigit() and int(length) <= WHOLE_BYTES


def environ_of(scope: Scope, body: bytes) -> Environ:
    """The WSGI environment of an ASGI request, with the ASGI scope under `asgi.scope`."""
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
    # A body in chunks does not state its length, but now it is known.
    if body or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


def _latin(text: str) -> str:
    """Text as WSGI requires it: each byte as the character with its number."""
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


async def _wait_until_disconnected(receive: Receive) -> None:
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
