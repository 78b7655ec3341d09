"""Calls on one connection: their timeouts, and the answers that they get."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.support.documents import operation
from contract_tests.support.processes import run
from contract_tests.support.strange_service import PAUSE_S, strange_service
from load.calls import response_checks
from load.calls.connection import Connection, NetworkError, Reply

Connect = Callable[..., Connection]


def described(*paths: str, **responses: Any) -> str:
    """A document whose paths have GET, with these responses."""
    got = {"get": {"responses": responses or {"200": {"description": "fine"}}}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "It"}, "paths": dict.fromkeys(paths, got)})


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with strange_service() as url:
        yield url


@pytest.fixture
def connect(service: str) -> Iterator[Connect]:
    """Opens connections to the service, which are closed after the test."""
    made: list[Connection] = []

    def connect(timeout: float = 10.0) -> Connection:
        made.append(Connection(service, timeout))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def test_every_call_has_the_full_timeout(connect: Connect) -> None:
    connection = connect(4 * PAUSE_S)
    began = time.monotonic()
    while time.monotonic() - began < 8 * PAUSE_S:
        assert connection.send("get", "/late", {}, b"").status == 200


def test_connecting_counts_towards_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as never_accepts:
        connection = Connection(f"https://127.0.0.1:{never_accepts.getsockname()[1]}", PAUSE_S)
        with pytest.raises(NetworkError, match=rf"^no complete answer within {PAUSE_S:g} s$") as ended:
            connection.send("get", "/", {}, b"")
        assert ended.value.unreachable


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/gzip", 200, b"fine!"),
        ("/early", 200, b'{"ok": true}'),
        ("/nothing-to-say", 204, b""),
        ("/as-before", 304, b""),
        ("/switches", 101, b""),
        ("/ends-with-connection", 200, b"fine!"),
        ("/chunks", 200, b"fine!"),
        ("/few-events", 200, b"data: it\n\n"),
    ],
)
def test_answers_are_read_to_their_end(connect: Connect, path: str, status: int, body: bytes) -> None:
    connection = connect()
    for _ in range(2):
        reply = connection.send("get", path, {}, b"")
        assert (reply.status, reply.body, reply.undecodable, reply.repeated) == (status, body, "", False)
        assert connection.send("head", "/as-before", {}, b"").body == b""


def test_headers_of_one_name_are_joined_and_trailers_ignored(connect: Connect) -> None:
    headers = connect().send("get", "/chunks", {}, b"").headers
    assert headers == {"x-a": "1, ", "transfer-encoding": "chunked", "trailer": "X-Sum"}


def test_undecodable_content_is_reported(connect: Connect) -> None:
    reply = connect().send("get", "/no-gzip", {}, b"")
    assert reply.body == b"fine!"
    (finding,) = response_checks.check_response(operation(), reply)
    assert str(finding) == "broken contract: 200 content coding (content coding)"
    assert finding.detail.startswith("the content is not gzip as the answer says: ")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/events", "text/event-stream"),
        ("/lines", "application/x-ndjson"),
        ("/untold", "application/x-ndjson"),
    ],
)
def test_an_event_stream_is_closed_after_a_while(connect: Connect, path: str, media_type: str) -> None:
    connection = connect()
    reply = connection.send("get", path, {"Accept": f"application/json, {media_type}"}, b"")
    assert reply.status == 200
    assert reply.body.startswith(b"data: it\n\ndata: it\n\n")
    content = {media_type: {"schema": {"type": "string", "maxLength": 1}}}
    stream = operation(responses={"200": {"description": "events", "content": content}})
    findings = response_checks.check_response(stream, reply)
    assert [finding.place for finding in findings] == (["200 media type"] if path == "/untold" else [])
    assert connection.send("get", "/fine", {}, b"").status == 200


@pytest.mark.parametrize("status", [204, 205, 304])
def test_answers_without_content_are_not_checked_against_a_schema(status: int) -> None:
    content = {"application/json": {"schema": {"type": "object"}}}
    documented = {str(code): {"description": "none", "content": content} for code in (200, status)}
    reply = Reply(status, {"content-type": "application/json"}, b"")
    assert response_checks.check_response(operation(responses=documented), reply) == []
    head = operation(method="head", responses=documented)
    assert response_checks.check_response(head, replace(reply, status=200)) == []
    assert response_checks.check_response(operation(responses=documented), replace(reply, status=200))


def _answer_once(listening: socket.socket) -> None:
    """Answer one call, take the next one, and be gone."""
    connection, _ = listening.accept()
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 204 it\r\n\r\n")
    connection.recv(65_536)
    listening.close()
    connection.close()


def test_a_call_that_a_service_took_before_it_was_gone_may_have_had_its_effect() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=_answer_once, args=(listening,))
    serving.start()
    connection = Connection(f"http://127.0.0.1:{listening.getsockname()[1]}")
    assert connection.send("delete", "/", {}, b"").status == 204
    with pytest.raises(NetworkError, match="refused") as ended:
        connection.send("delete", "/", {}, b"")
    serving.join()
    assert not ended.value.unreachable
    with pytest.raises(NetworkError) as ended:
        connection.send("delete", "/", {}, b"")
    assert ended.value.unreachable


def test_headers_given_by_the_user_replace_the_default_ones() -> None:
    with socket.create_server(("127.0.0.1", 0)) as heard:
        connection = Connection(f"http://127.0.0.1:{heard.getsockname()[1]}/base", PAUSE_S)
        headers = {"host": "example.org", "X-A": "a\r\nX-B: ü", "User-Agent": "me", "X-C": "日本"}
        with pytest.raises(NetworkError, match="no complete answer"):
            connection.send("post", "/it", headers, b"")
        with closing(heard.accept()[0]) as accepted:
            lines = accepted.recv(10_000).split(b"\r\n")
    assert lines == [
        b"POST /base/it HTTP/1.1",
        b"Accept-Encoding: gzip, deflate, br, zstd",
        b"Content-Length: 0",
        b"host: example.org",
        "X-A: a  X-B: ü".encode(),
        b"User-Agent: me",
        "X-C: 日本".encode(),
        b"",
        b"",
    ]


@pytest.mark.parametrize("path", ["/silent", "/trickling"])
def test_a_call_ends_within_the_timeout(connect: Connect, path: str) -> None:
    connection = connect(2 * PAUSE_S)
    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(NetworkError, match=rf"^no complete answer within {2 * PAUSE_S:g} s$"):
            connection.send("get", path, {}, b"")
    assert 4 * PAUSE_S <= time.monotonic() - began < 8 * PAUSE_S
    assert connection.send("get", "/fine", {}, b"").status == 200


def test_a_run_may_last_longer_than_the_timeout_of_a_call(service: str, tmp_path: Path) -> None:
    document = tmp_path / "late.json"
    document.write_text(described("/late"))
    arguments = ("-u", "2", "-t", "3s", "--warm-up", "0s", "--timeout", "1s", "-o", str(tmp_path))
    done = run("contract-load", "run", str(document), "--host", service, *arguments)
    assert done.process.returncode == 0, done.output
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["total"]["requests"] > 20
    assert results["total"]["failures"] == 0


def test_a_run_that_is_over_says_what_it_still_waits_for(service: str, tmp_path: Path) -> None:
    document = tmp_path / "silent.json"
    document.write_text(described("/silent"))
    arguments = (
        "-u",
        "3",
        "-r",
        "100",
        "-t",
        "1s",
        "--warm-up",
        "0s",
        "--timeout",
        "4s",
        "-o",
        str(tmp_path),
    )
    began = time.monotonic()
    done = run("contract-load", "run", str(document), "--host", service, *arguments)
    assert time.monotonic() - began < 15
    before, _, after = done.output.partition("operation ")
    assert "waiting for 3 answers, up to 4 s" in before
    assert "GET /silent: network: no complete answer within 4 s, 3 times" in after
