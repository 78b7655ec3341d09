"""The trace of a request is in the log, in the SQL and, if OpenTelemetry is set up, in spans."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2 as httpx
import psycopg2
import pytest
from connexion.middleware.abstract import ROUTING_CONTEXT
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from starlette.types import Receive, Scope, Send

from contract_tests.support.asgi_client import AsgiClient, in_loop, scope
from contract_tests.support.processes import Serve
from students_service import trace_context
from students_service.observation.tracing import Traced, tracer

PATIENCE_S = 30
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ([PARENT], PARENT),
        ([PARENT.replace("00-", "cc-", 1) + "-more"], PARENT.replace("00-", "cc-", 1)),
        ([], ""),
        ([PARENT, PARENT], ""),
        ([PARENT + "-more"], ""),
        ([PARENT.upper()], ""),
        ([PARENT.replace("00-", "ff-", 1)], ""),
        ([f"00-{'0' * 32}-b7ad6b7169203331-01"], ""),
        ([f"00-{TRACE}-{'0' * 16}-01"], ""),
        ([PARENT + "'*/; DROP TABLE students"], ""),
    ],
)
def test_a_traceparent_is_read_if_it_is_well_formed(values: list[str], read: str) -> None:
    assert trace_context.read([(b"traceparent", value.encode()) for value in values]) == read


def test_the_log_and_postgresql_have_the_trace(database: str, serve: Serve) -> None:
    service = serve("--database-url", database)
    # From now on, the connection has the statement prepared.
    httpx.get(f"{service.url}/students/1")
    lock, watch = psycopg2.connect(database), psycopg2.connect(database)
    lock.cursor().execute("LOCK TABLE students")
    watch.autocommit = True
    with ThreadPoolExecutor(1) as pool, watch.cursor() as cursor:
        url, fields = f"{service.url}/students/1", {"traceparent": PARENT}
        waiting = pool.submit(httpx.get, url, headers=fields, timeout=PATIENCE_S)
        found: list[tuple[str]] = []
        while not found:
            cursor.execute("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            found = cursor.fetchall()
        lock.rollback()
        assert waiting.result().status_code == 404
    assert found[0][0].endswith(f"/*traceparent='{PARENT}'*/")
    assert "trace_id" not in service.wait_for("GET /students/1").string
    assert json.loads(service.wait_for("GET /students/1").string)["trace_id"] == TRACE
    lock.close()
    watch.close()


def test_nothing_is_traced_unless_it_is_asked_for() -> None:
    with ExitStack() as lifetime:
        assert tracer({}, lifetime) is None
        assert tracer({"OTEL_TRACES_EXPORTER": "none"}, lifetime) is None
        assert tracer({"OTEL_TRACES_EXPORTER": "console", "OTEL_SDK_DISABLED": "true"}, lifetime) is None


def test_what_is_missing_for_traces_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), ExitStack() as lifetime:
        assert tracer({"OTEL_TRACES_EXPORTER": "nowhere"}, lifetime) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "students-contract[tracing]" in caplog.text


@contextmanager
def collector(received: list[bytes]) -> Iterator[str]:
    """The URL of what spans are sent to; keeps the bodies of requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_request_is_a_span_of_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(trace_context.traceparent.get())
        scope["extensions"] = {ROUTING_CONTEXT: {"operation_id": "get_student"}}
        await send({"type": "http.response.start", "status": 503, "headers": []})

    async def request(traced: Traced) -> None:
        client = AsgiClient()
        await traced(scope(headers=[(b"traceparent", PARENT.encode())]), client.receive, client.send)

    received: list[bytes] = []
    with collector(received) as url, ExitStack() as lifetime:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        in_loop(request(Traced(app, tracer(os.environ, lifetime))))
        lifetime.close()
    sent = trace_service_pb2.ExportTraceServiceRequest.FromString(received[0]).resource_spans[0]
    span = sent.scope_spans[0].spans[0]
    assert (span.name, span.trace_id.hex(), span.parent_span_id.hex()) == (
        "get_student",
        TRACE,
        PARENT[36:52],
    )
    assert "http.response.status_code" in {attribute.key for attribute in span.attributes}
    assert seen == [f"00-{TRACE}-{span.span_id.hex()}-01"]
