"""Connections of clients that are wrong, slow or greedy: each is answered and closed, and harms no other."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2 as httpx
import pytest

from contract_tests.support.processes import Service

PATIENCE_S = 20
GET = b"GET /health HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /students HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def answer_to(port: int, *parts: bytes) -> bytes:
    """All that a connection answers with until the service closes it, with the parts sent 1 s apart."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
        for index, part in enumerate(parts):
            if index:
                threading.Event().wait(1)
            connection.sendall(part)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer


def status_of(answer: bytes) -> int:
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(match[1]) if match else 0


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (GET + b"Host: y\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (GET + b"X: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (GET + b"".join(b"X%d: a\r\n" % number for number in range(101)) + b"\r\n", 431),
        (GET + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (GET + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ],
    ids=[
        "no host",
        "two hosts",
        "nonsense",
        "smuggling",
        "chunk",
        "target",
        "head",
        "fields",
        "gzip",
        "both",
    ],
)
def test_what_is_no_proper_request_is_a_problem(service: Service, request_bytes: bytes, status: int) -> None:
    head, _, body = answer_to(service.port, request_bytes).partition(b"\r\n\r\n")
    assert status_of(head) == status
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    problem = json.loads(body)
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert problem["request_id"].encode() in head
    assert json.loads(service.wait_for(problem["request_id"]).string)["status"] == status


def test_an_old_or_absolute_request_needs_no_host(service: Service) -> None:
    assert status_of(answer_to(service.port, b"GET /health HTTP/1.0\r\n\r\n")) == 200
    absolute = b"GET http://a.example/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert status_of(answer_to(service.port, absolute)) == 200


def test_an_offer_of_another_protocol_is_declined(service: Service) -> None:
    offer = GET + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    answer = answer_to(service.port, offer)
    assert status_of(answer) == 200
    assert b"connection: close" in answer


def test_the_request_before_a_wrong_one_is_answered(service: Service) -> None:
    answer = answer_to(service.port, GET + b"\r\nGET /health HTTP/1.1\r\n\r\n")
    assert status_of(answer) == 200
    assert answer.count(b"HTTP/1.1 ") == 1


def test_nobody_waits_for_slow_clients(service: Service) -> None:
    """A client that sends one byte after the other gets no more time."""
    slow = {
        "nothing": [b""],
        "lines": [b"\r\n"] * 5,
        "head": [GET[:30], *[b"X"] * 12],
        "body": [POST + b"Content-Length: 99\r\n\r\n", *[b"{"] * 4],
    }
    with ThreadPoolExecutor(len(slow)) as clients:
        sent = {name: clients.submit(answer_to, service.port, *parts) for name, parts in slow.items()}
        ended = {}
        for name, answer in sent.items():
            with suppress(ConnectionError):
                ended[name] = status_of(answer.result())
    assert ended == {"nothing": 0, "lines": 0, "body": 408} | ({"head": 408} if "head" in ended else {})


def endless_head(count: int) -> Iterator[bytes]:
    yield GET + b"X: "
    for _ in range(count):
        yield b"a" * 65_536


def test_a_head_without_end_holds_up_nobody(service: Service, client: httpx.Client) -> None:
    """It would take the service longer with each byte, and all others wait meanwhile."""
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE_S) as connection:
        with suppress(ConnectionError):
            for part in endless_head(1_000):
                connection.sendall(part)
        assert client.get("/health", timeout=5).status_code == 200
        with suppress(ConnectionError):
            assert status_of(connection.recv(65_536)) == 431


def test_answers_do_not_say_what_serves_them(client: httpx.Client) -> None:
    assert "server" not in client.get("/health").headers
    page = client.get("/ui/")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
