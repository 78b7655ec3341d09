"""What would wait too long is refused before it begins, by a service that goes on with its connections."""

import asyncio
import http.client
import json
from contextlib import closing

import pytest
from starlette.types import Receive, Scope, Send

from contract_tests.support.bounded_server import PATIENCE_S, bounded_server
from contract_tests.support.documents import operation
from openapi.routes import Routes
from students_service.http import shedding
from students_service.http.shedding import SHEDDING, Shedding
from students_service.turns import Lanes

PARAMETER = {"name": "x", "in": "query", "schema": {"type": "string"}}
LIMIT_S = 8.0
# With 1 ms for each, they take longer than half of the limit.
CROWD = 5_000


class Crowd:
    """An application in which many requests wait for a turn, from /crowd to /go."""

    def __init__(self, lanes: Lanes) -> None:
        self._turns = lanes.small
        self._waiting: list[asyncio.Future[None]] = []

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/crowd":
            while self._turns.take():
                pass
            self._waiting.extend(asyncio.ensure_future(self._turns.wait()) for _ in range(CROWD))
        elif scope["path"] == "/go":
            for each in self._waiting:
                each.cancel()
            await asyncio.sleep(0)
            self._turns.give_back()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


def status(client: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> int:
    client.request(method, path, body, {"X-Request-Id": "mine"})
    with client.getresponse() as answer:
        text = answer.read()
        if answer.status == 503:
            assert answer.headers["retry-after"] == "1"
            assert answer.headers["x-request-id"] == "mine"
            assert "connection" not in answer.headers
            assert method == "HEAD" or json.loads(text)["request_id"] == "mine"
        return answer.status


def test_what_would_wait_too_long_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shedding, "GATHERED_S", 0)
    lanes = Lanes(LIMIT_S)
    rows = [
        operation("/rows", method, operationId=method, parameters=[PARAMETER]) for method in ("get", "post")
    ]
    entry = Shedding(lanes, Routes([operation(operationId="about"), *rows]), "/base")
    with bounded_server(Crowd(lanes), {SHEDDING: entry}) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        with closing(client):
            assert status(client, "GET", "/base/rows") == 200
            assert status(client, "GET", "/crowd") == 200
            assert status(client, "GET", "/base/rows?x=1") == 503
            connection = client.sock
            assert status(client, "POST", "/base/rows", bytes(100_000)) == 503
            assert status(client, "HEAD", "/base/rows") == 503
            for light in ("/base/things", "/base/nowhere", "/rows"):
                assert status(client, "GET", light) == 200
            assert client.sock is connection
            assert status(client, "GET", "/go") == 200
            assert status(client, "GET", "/base/rows") == 200
    refused = [record for record in caplog.records if record.message.startswith("refused at once")]
    assert [name for record in refused for name in vars(record)["request_ids"]] == ["mine"] * 3
