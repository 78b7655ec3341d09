"""A WSGI application behind the bridge behaves as WSGI (PEP 3333) and ASGI require."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextvars import ContextVar
from itertools import repeat
from typing import Any
from wsgiref.validate import validator

import pytest
from starlette.types import Message

from contract_tests.support.asgi_client import LIMIT_S, AsgiClient, answered, app_of, in_loop, request, scope
from students_service.http.bridge import WHOLE_BYTES, Bridge, Disconnected
from students_service.http.threads import Threads

name: ContextVar[str] = ContextVar("name", default="nobody")


def test_wsgi_and_asgi_are_kept() -> None:
    client = answered(validator(app_of(lambda: [b"one", b"two"], ("Content-Length", "6"))))
    assert [message["type"] for message in client.sent] == ["http.response.start", "http.response.body"]
    assert client.sent[0]["status"] == 200
    assert client.sent[0]["headers"] == [(b"content-type", b"text/plain"), (b"content-length", b"6")]
    assert client.body == b"onetwo"


def test_the_environ_describes_the_request() -> None:
    environ: dict[str, Any] = {}
    answered(
        app_of(lambda: [b""], seen=environ),
        request(b"ab", more=True),
        request(b"c"),
        method="POST",
        root_path="/ä",
        headers=[(b"host", b"it"), (b"x-two", b"1"), (b"x-two", b"2"), (b"transfer-encoding", b"chunked")],
    )
    assert environ["read"] == b"abc"
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/ä".encode().decode("latin-1"), "/b")
    assert environ["QUERY_STRING"] == "x=%C3%A4"
    assert (environ["HTTP_X_TWO"], environ["HTTP_HOST"], environ["CONTENT_LENGTH"]) == ("1,2", "it", "3")
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"], environ["REMOTE_ADDR"]) == (
        "127.0.0.1",
        "5000",
        "127.0.0.1",
    )


def test_an_answer_without_a_length_is_streamed_and_closed() -> None:
    closed = threading.Event()

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"", b"b"])

        def close(self) -> None:
            closed.set()

    client = answered(validator(app_of(Body)))
    assert [message.get("body") for message in client.sent] == [None, b"a", b"b", b""]
    assert [message.get("more_body", False) for message in client.sent[1:]] == [True, True, False]
    assert closed.is_set()


def test_a_large_answer_is_not_buffered() -> None:
    block = b"x" * (WHOLE_BYTES // 4)
    client = answered(app_of(lambda: [block] * 5, ("Content-Length", str(5 * len(block)))))
    assert len(client.sent) == 7
    assert len(client.body) == 5 * len(block)


@pytest.mark.parametrize("length", [(), (("Content-Length", "2"),)], ids=["streamed", "whole"])
@pytest.mark.parametrize("after", [0, 1])
def test_errors_of_an_application_are_raised_and_its_body_closed(after: int, length: Any) -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield from [b"a"] * after
            raise KeyError("its own")

        def close(self) -> None:
            closed.append(1)

    with pytest.raises(KeyError, match="its own"):
        answered(app_of(Body, *length))
    assert closed == [1]


def test_headers_may_be_replaced_until_the_body_starts() -> None:
    def app(_: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        start_response("500 Oh", [("X-It", "1")], (ValueError, ValueError("it"), None))
        return [b"no"]

    client = answered(app)
    assert client.sent[0] == {"type": "http.response.start", "status": 500, "headers": [(b"x-it", b"1")]}


def test_an_error_after_the_headers_were_sent_is_raised() -> None:
    def app(_: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"begun"
        error = ValueError("late")
        start_response("500 Oh", [], (ValueError, error, None))

    with pytest.raises(ValueError, match="late"):
        answered(app)


@pytest.mark.parametrize("calls", [0, 2])
def test_start_response_must_be_called_once(calls: int) -> None:
    def app(_: Any, start_response: Any) -> Iterable[bytes]:
        for _each in range(calls):
            start_response("200 OK", [])
        return [b""]

    with pytest.raises(AssertionError, match="start_response"):
        answered(app)


def test_written_data_precedes_the_body() -> None:
    def app(_: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])(b"first ")
        return [b"second"]

    assert answered(app).body == b"first second"


def test_context_variables_reach_the_application_and_its_stream() -> None:
    def app(_: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield name.get().encode()
        name.set("changed")
        yield name.get().encode()

    token = name.set("somebody")
    assert answered(app).body == b"somebodychanged"
    assert name.get() == "somebody"
    name.reset(token)


def test_a_client_that_disconnects_mid_request_does_not_call_the_application() -> None:
    called: dict[str, Any] = {}
    with pytest.raises(Disconnected):
        answered(app_of(lambda: [b""], seen=called), request(b"a", more=True), {"type": "http.disconnect"})
    assert called == {}


def bounded_run(steps: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(10):
            await steps()

    in_loop(bounded())


def test_an_endless_stream_ends_when_its_client_disconnects() -> None:
    closed = threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x"

        def close(self) -> None:
            closed.set()

    async def steps() -> None:
        client = AsgiClient(request())
        call = asyncio.create_task(
            Bridge(app_of(Endless), Threads(1, LIMIT_S))(scope(), client.receive, client.send)
        )
        while len(client.sent) < 10:
            await asyncio.sleep(0)
        client.gone.set()
        await call

    bounded_run(steps)
    assert closed.is_set()


def test_a_slow_client_occupies_no_thread() -> None:
    async def steps() -> None:
        bridge = Bridge(app_of(lambda: iter([b"a", b"b"])), Threads(1, LIMIT_S))
        slow, go_on = AsgiClient(request()), asyncio.Event()

        async def send(message: Message) -> None:
            await slow.send(message)
            await go_on.wait()

        call = asyncio.create_task(bridge(scope(), slow.receive, send))
        while not slow.sent:
            await asyncio.sleep(0)
        other = AsgiClient(request())
        await bridge(scope(), other.receive, other.send)
        assert other.body == b"ab"
        go_on.set()
        await call
        assert slow.body == b"ab"

    bounded_run(steps)


def test_a_cancelled_request_is_not_started() -> None:
    begun, go_on = [], threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        begun.append(environ["PATH_INFO"])
        go_on.wait(10)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    async def steps() -> None:
        bridge = Bridge(app, Threads(1, LIMIT_S))
        clients = [AsgiClient(request()) for _ in range(3)]
        calls = [
            asyncio.create_task(bridge(scope(path=f"/{number}"), client.receive, client.send))
            for number, client in enumerate(clients)
        ]
        while not begun:
            await asyncio.sleep(0)
        calls[1].cancel()
        await asyncio.gather(calls[1], return_exceptions=True)
        go_on.set()
        await asyncio.gather(calls[0], calls[2])

    bounded_run(steps)
    assert begun == ["/0", "/2"]


def test_an_application_has_so_much_time_for_an_answer() -> None:
    """Those that were called before and are in time keep their own limits."""
    go_on, closed = threading.Event(), threading.Event()

    class Late:
        def __iter__(self) -> Iterator[bytes]:
            go_on.wait(LIMIT_S)
            return iter([b"a", b"b"])

        def close(self) -> None:
            closed.set()

    async def steps() -> None:
        threads = Threads(2, 0.05)
        quick, late = AsgiClient(request()), AsgiClient(request())
        await Bridge(app_of(lambda: [b"now"]), threads)(scope(), quick.receive, quick.send)
        with pytest.raises(TimeoutError):
            await Bridge(app_of(Late), threads)(scope(), late.receive, late.send)
        assert (quick.body, late.sent) == (b"now", [])
        go_on.set()
        while not closed.is_set():
            await asyncio.sleep(0)

    bounded_run(steps)


def test_a_stream_has_no_more_time_than_another_answer() -> None:
    async def steps() -> None:
        client = AsgiClient(request())
        with pytest.raises(TimeoutError):
            await Bridge(app_of(lambda: repeat(b"x")), Threads(1, 0.05))(scope(), client.receive, client.send)
        assert client.body

    bounded_run(steps)


def test_websockets_are_refused() -> None:
    client = answered(app_of(lambda: [b""]), type="websocket")
    assert client.sent == [{"type": "websocket.close", "code": 1000}]
