"""Connections take no more descriptors than there are: those that wait for their clients make room."""

import asyncio
import socket
import threading

import pytest
from starlette.types import Receive, Scope, Send

from contract_tests.support.bounded_server import PATIENCE_S, bounded_server
from students_service.http import protocol
from students_service.http.connections import CONNECTIONS, FEWEST, Closable, Connections, most_connections

MOST = 4
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"


async def answer(send: Send, body: bytes = b"") -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 204 if not body else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def prompt(_scope: Scope, receive: Receive, send: Send) -> None:
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] != "http.disconnect":
        await answer(send)


def connected(port: int, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
    connection.sendall(sent)
    return connection


def status(connection: socket.socket) -> int:
    """The status of the next answer; 0 if the connection is closed without one."""
    try:
        received = connection.recv(65_536)
    except ConnectionResetError:
        return 0
    return int(received[9:12] or 0)


@pytest.mark.parametrize("sent", [b"", GET, GET[:7], POST], ids=["nothing", "answered", "head", "body"])
def test_the_connection_that_waits_longest_makes_room(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with bounded_server(prompt, {CONNECTIONS: Connections(MOST)}) as port:
        waiting = []
        for _ in range(MOST):
            waiting.append(connected(port, sent))
            if sent == GET:
                assert status(waiting[-1]) == 204
        newer = [connected(port, GET) for _ in range(2)]
        assert [status(connection) for connection in newer] == [204, 204]
        assert [status(connection) for connection in waiting[:2]] == [0, 0]
        waiting[2].sendall(
            GET[len(sent) :] if sent in (b"", GET[:7]) else GET if sent == GET else b"12345678"
        )
        assert status(waiting[2]) == 204
        for connection in (*waiting, *newer):
            connection.close()
    told = [record.message for record in caplog.records if "connections are open" in record.message]
    assert len(told) == 1
    assert told[0].startswith(
        f"{MOST} connections are open, and the limit of open files (ulimit -n) allows no more"
    )


def test_a_new_connection_is_refused_if_all_others_are_at_work() -> None:
    release = threading.Event()
    begun = threading.Semaphore(0)

    async def busy(_scope: Scope, receive: Receive, send: Send) -> None:
        begun.release()
        while not release.is_set():
            await asyncio.sleep(0)
        await answer(send)

    with bounded_server(busy, {CONNECTIONS: Connections(MOST)}) as port:
        working = [connected(port, GET) for _ in range(MOST)]
        for _ in working:
            assert begun.acquire(timeout=PATIENCE_S)
        with connected(port) as refused:
            received = refused.recv(65_536)
            assert received.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 1\r\n" in received
            assert b"\r\nconnection: close\r\n" in received
        release.set()
        assert [status(connection) for connection in working] == [204] * MOST
        for connection in working:
            connection.close()


def test_a_client_that_takes_nothing_of_its_answer_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "TAKING_S", 0.05)
    gone = threading.Event()

    class Watched(Connections):
        def leave(self, connection: Closable) -> None:
            super().leave(connection)
            gone.set()

    async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
        await answer(send, bytes(64 * 1024 * 1024))

    with bounded_server(large, {CONNECTIONS: Watched(MOST)}) as port, connected(port, GET):
        assert gone.wait(PATIENCE_S)


def test_descriptors_bound_the_connections() -> None:
    assert most_connections() >= FEWEST
