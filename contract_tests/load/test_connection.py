"""One connection: how long its calls may take."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract_tests.load.strange import PAUSE_S, strange_service
from contract_tests.processes import run
from load.connection import Connection, NetworkError

Connect = Callable[..., Connection]


def described(*paths: str, **responses: Any) -> str:
    """A document in which paths can be got, with these responses."""
    got = {"get": {"responses": responses or {"200": {"description": "fine"}}}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "It"}, "paths": dict.fromkeys(paths, got)})


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with strange_service() as url:
        yield url


@pytest.fixture
def connect(service: str) -> Iterator[Connect]:
    """Makes connections to the service, which end with the test."""
    made: list[Connection] = []

    def connect(*arguments: float) -> Connection:
        made.append(Connection(service, *arguments))
        return made[-1]

    yield connect
    for each in made:
        each.close()


def test_each_call_has_all_of_its_time(connect: Connect) -> None:
    connection = connect(4 * PAUSE_S)
    began = time.monotonic()
    while time.monotonic() - began < 8 * PAUSE_S:
        assert connection.send("get", "/late", {}, b"").status == 200


def test_connecting_is_part_of_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as never_accepts:
        connection = Connection(f"https://127.0.0.1:{never_accepts.getsockname()[1]}", PAUSE_S)
        with pytest.raises(NetworkError, match=rf"^no whole answer within {PAUSE_S:g} s$") as ended:
            connection.send("get", "/", {}, b"")
        assert ended.value.unreachable


@pytest.mark.parametrize("path", ["/silent", "/trickling"])
def test_a_call_as_a_whole_ends_in_time(connect: Connect, path: str) -> None:
    connection = connect(2 * PAUSE_S)
    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(NetworkError, match=rf"^no whole answer within {2 * PAUSE_S:g} s$"):
            connection.send("get", path, {}, b"")
    assert 4 * PAUSE_S <= time.monotonic() - began < 8 * PAUSE_S
    assert connection.send("get", "/fine", {}, b"").status == 200


def test_a_run_that_is_busy_for_longer_than_one_call_may_take(service: str, tmp_path: Path) -> None:
    document = tmp_path / "late.json"
    document.write_text(described("/late"))
    told = ("-u", "2", "-t", "3s", "--warm-up", "0s", "--timeout", "1s", "-o", str(tmp_path))
    done = run("contract-load", "run", str(document), "--host", service, *told)
    assert done.process.returncode == 0, done.output
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["total"]["requests"] > 20
    assert results["total"]["failures"] == 0
