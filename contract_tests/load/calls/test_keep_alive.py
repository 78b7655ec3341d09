"""Idle connections that a service closes are no failure; other closed connections are reported."""

import json
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.support.documents import contract
from contract_tests.support.processes import run
from load.calls import response_checks
from load.calls.connection import Connection, NetworkError, Reply
from load.calls.keep_alive import KeepAlive
from load.measurements.findings import Fault
from openapi.operation_reader import read_operations

Connect = Callable[..., Connection]
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
FINE = {"responses": {"201": {"description": "made"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "ClosingServer"},
    "paths": {"/a": {"post": FINE}, "/b": {"get": FINE}},
}


class ClosingServer(socketserver.ThreadingTCPServer):
    """Closes connections that were idle for `idle_s`. It also closes the connection instead of answering
    every `fails_every`-th POST, and every call to /second that is not the first on its connection. Requests
    are counted by method.
    """

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, idle_s: float = 100.0, fails_every: int = 0) -> None:
        self.idle_s, self.fails_every = idle_s, fails_every
        self.got: Counter[str] = Counter()
        self.ended = threading.Semaphore(0)
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    server: ClosingServer

    def handle(self) -> None:
        with suppress(OSError):
            self._answer_all()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.shutdown_request(self.request)
        self.server.ended.release()

    def _answer_all(self) -> None:
        here = 0
        self.request.settimeout(self.server.idle_s)
        while line := self.rfile.readline():
            method, path, _ = line.decode().split(" ")
            length = 0
            while (field := self.rfile.readline().strip()) != b"":
                name, _, value = field.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            self.rfile.read(length)
            here += 1
            self.server.got[method] += 1
            if path == "/second" and here > 1:
                return
            if (
                method == "POST"
                and self.server.fails_every
                and self.server.got["POST"] % self.server.fails_every == 0
            ):
                return
            self.wfile.write(CREATED)
            if path == "/leaves":
                return


@contextmanager
def closing_server(**how: Any) -> Iterator[ClosingServer]:
    with ClosingServer(**how) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def service() -> Iterator[ClosingServer]:
    with closing_server() as server:
        yield server


@pytest.fixture
def connection(service: ClosingServer) -> Iterator[Connection]:
    made = Connection(service.url, 10.0)
    yield made
    made.close()


def test_an_idle_connection_that_was_closed_is_replaced_before_a_call(
    service: ClosingServer, connection: Connection
) -> None:
    while service.ended.acquire(blocking=False):
        pass
    before = service.got["POST"]
    connection.send("post", "/leaves", {}, b"")
    assert service.ended.acquire(timeout=10)
    assert connection.send("post", "/a", {}, b"") == Reply(201, {"content-length": "0"}, b"")
    assert service.got["POST"] == before + 2


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_idempotent_calls_are_repeated_on_a_closed_connection(connection: Connection, method: str) -> None:
    assert not connection.send(method, "/second", {}, b"").repeated
    assert connection.send(method, "/second", {}, b"").repeated


@pytest.mark.parametrize("method", ["post", "patch"])
def test_other_calls_are_not_repeated_on_a_closed_connection(
    service: ClosingServer, connection: Connection, method: str
) -> None:
    before = service.got[method.upper()]
    connection.send(method, "/second", {}, b"{}")
    with pytest.raises(NetworkError) as ended:
        connection.send(method, "/second", {}, b"{}")
    assert ended.value.outcome_unknown
    assert service.got[method.upper()] == before + 2
    # From now on every call opens a connection of its own.
    for _ in range(3):
        assert connection.send(method, "/second", {}, b"{}").status == 201


def test_a_failure_on_a_new_connection_is_certain() -> None:
    with (
        closing_server(fails_every=1) as server,
        pytest.raises(NetworkError, match="closed without an answer") as ended,
    ):
        Connection(server.url).send("post", "/a", {}, b"")
    assert not ended.value.outcome_unknown
    assert not ended.value.unreachable


def test_the_idle_limit_of_the_service_is_learnt() -> None:
    keep_alive = KeepAlive()
    assert keep_alive.allows(1e6)
    keep_alive.observe_field("timeout=5, max=100")
    assert [keep_alive.allows(idle_s) for idle_s in (4.0, 4.9)] == [True, False]
    keep_alive.observe_closed(1.0)
    assert [keep_alive.allows(idle_s) for idle_s in (0.8, 0.95)] == [True, False]
    # Too soon to be an idle limit.
    keep_alive.observe_closed(0.001)
    assert keep_alive.allows(0.8)
    # A connection that is open for longer proves that it was no limit.
    keep_alive.allows(3.0)
    assert keep_alive.allows(2.0)


def test_doubts_last_longer_every_time_up_to_a_limit() -> None:
    keep_alive = KeepAlive()
    lengths = []
    for _ in range(8):
        keep_alive.observe_closed_during_call(0.001)
        lengths.append(next(number for number in range(10_000) if keep_alive.allows(0.001)))
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (100, 5_000)
    assert keep_alive.limit_s == inf


def test_a_refusal_of_a_repeated_call_is_no_finding() -> None:
    (delete,) = read_operations(contract({"/a": {"delete": FINE}}))
    twice = Reply(404, {}, b"", repeated=True)
    assert response_checks.check_response(delete, twice) == []
    assert response_checks.check_response(delete, Reply(404, {}, b""))
    failed = Reply(500, {}, b"", repeated=True)
    assert response_checks.check_response(delete, failed)[0].fault is Fault.SERVER_ERROR


def results_of(service: ClosingServer, place: Path, *arguments: str) -> dict[str, Any]:
    (place / "closing.yaml").write_text(yaml.safe_dump(DOCUMENT))
    done = run(
        "contract-load",
        "run",
        str(place / "closing.yaml"),
        "--host",
        service.url,
        "-o",
        str(place),
        *arguments,
    )
    assert "Traceback" not in done.output
    return {**json.loads((place / "results.json").read_text()), "output": done.output}


@pytest.mark.process
def test_users_who_pause_for_the_idle_limit_see_no_failures(tmp_path: Path) -> None:
    profile = tmp_path / "thinks.yaml"
    profile.write_text("wait: 0.3\nweights: {read: 1, create: 1}\n")
    with closing_server(idle_s=0.3) as server:
        arguments = ("-u", "20", "-r", "100", "-t", "4s", "--warm-up", "0s", "--profile", str(profile))
        results = results_of(server, tmp_path, *arguments)
        assert results["total"]["failures"] == 0, results["output"]
        assert results["passed"], results["output"]
        assert server.got["POST"] <= results["operations"]["POST /a"]["requests"]


@pytest.mark.process
def test_occasional_crashes_are_not_mistaken_for_closed_idle_connections(
    tmp_path: Path,
) -> None:
    with closing_server(fails_every=50) as server:
        results = results_of(
            server, tmp_path, "-u", "4", "-r", "100", "-t", "4s", "--warm-up", "0s", "--include", "/a"
        )
        assert not results["passed"]
        (finding,) = results["operations"]["POST /a"]["findings"]
        assert finding["told"] == "network: the connection was closed without an answer"
        unknown = results["closed"]["not repeated, as nobody knows whether they were carried out"]
        assert f"the service closed their idle connection: {unknown} not repeated" in results["output"]
        assert finding["count"] + unknown == server.got["POST"] // 50
        assert finding["count"] > unknown
        assert server.got["POST"] == results["operations"]["POST /a"]["requests"]
