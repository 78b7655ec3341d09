"""Metrics for Prometheus: right numbers from any number of processes, and labels with few values."""

import asyncio
import re
import socket
import time

import httpx2 as httpx
import pytest
from connexion.middleware.abstract import ROUTING_CONTEXT
from prometheus_client import CollectorRegistry, generate_latest
from starlette.types import Receive, Scope, Send

from contract_tests.support.asgi_client import AsgiClient, in_loop, scope
from contract_tests.support.documents import operation
from contract_tests.support.processes import Serve, free_port
from openapi.routes import Routes
from students_service.database.engine import POOL_SIZE, connect
from students_service.errors import ServiceError
from students_service.http.connections import Connections
from students_service.http.shedding import Shedding
from students_service.observation.metrics import Metrics, RequestMetrics
from students_service.observation.metrics_endpoint import metrics_served
from students_service.observation.sources import Sources
from students_service.settings import Settings
from students_service.turns import Lanes

PATIENCE_S = 30
STUDENT = 'http_requests_total{method="GET",operation="get_student",status="404"}'
TIMES = 'http_request_duration_seconds_count{method="GET",operation="get_student"}'


def values(text: str) -> dict[str, float]:
    """The samples of a page of metrics."""
    return {name: float(value) for name, value in re.findall(r"^([^#\s][^\s]*) (\S+)$", text, re.MULTILINE)}


def test_labels_have_few_values() -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/things":
            scope["extensions"] = {ROUTING_CONTEXT: {"operation_id": "it"}}
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def requests() -> None:
        client = AsgiClient()
        for method, path in (("GET", "/things"), ("GET", "/a"), ("BREW", "/b"), ("STEEP", "/c")):
            await counted(scope(method=method, path=path), client.receive, client.send)

    registry = CollectorRegistry()
    counted = RequestMetrics(app, Metrics(registry))
    in_loop(requests())
    found = values(generate_latest(registry).decode())
    assert {name: value for name, value in found.items() if name.startswith("http_requests_total")} == {
        'http_requests_total{method="GET",operation="it",status="200"}': 1,
        'http_requests_total{method="GET",operation="none",status="200"}': 1,
        'http_requests_total{method="other",operation="none",status="200"}': 2,
    }
    assert found["http_requests_in_progress"] == 0


def test_what_counts_by_itself_is_looked_at() -> None:
    registry, lanes = CollectorRegistry(), Lanes(1.0)
    shedding, connections = Shedding(lanes, Routes([operation()]), ""), Connections(1)
    sources = Sources(lanes, shedding, connections, connect("postgresql://nobody@localhost/none"))

    async def scenario() -> None:
        async with Metrics(registry).looking_at(sources):
            await asyncio.sleep(0)
            shedding.refused["it", "GET"] += 3
            lanes.small.refused += 2
            connections.open, connections.refused = 5, 1

    in_loop(scenario())
    found = values(generate_latest(registry).decode())
    assert found['http_requests_total{method="GET",operation="it",status="503"}'] == 3
    assert {
        reason: found[f'http_requests_shed_total{{reason="{reason}"}}'] for reason in ("busy", "waited")
    } == {
        "busy": 3,
        "waited": 2,
    }
    assert found['http_requests_shed_total{reason="connections"}'] == 1
    assert (found["http_connections"], found["database_connections_max"]) == (5, POOL_SIZE)
    assert found['database_connections{state="in_use"}'] == 0


def test_a_port_that_is_taken_is_one_line() -> None:
    told = "cannot serve metrics on .*choose another port with --metrics-port"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        served = metrics_served(Settings(metrics_port=taken.getsockname()[1]), CollectorRegistry())
        with pytest.raises(ServiceError, match=told), served:
            pass


@pytest.mark.parametrize("workers", [1, 2])
def test_the_numbers_of_all_processes_are_added(database: str, serve: Serve, workers: int) -> None:
    port = free_port()
    options = ("--database-url", database, "--workers", str(workers), "--metrics-port", str(port))
    service = serve(*options)
    for number in range(40):
        assert httpx.get(f"{service.url}/students/{number + 1}", timeout=PATIENCE_S).status_code == 404
    found: dict[str, float] = {}
    deadline = time.monotonic() + PATIENCE_S
    # The size of the pools is there once all processes have started.
    while found.get("database_connections_max") != workers * POOL_SIZE and time.monotonic() < deadline:
        found = values(httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S).text)
    assert (found[STUDENT], found[TIMES]) == (40, 40)
    assert found["database_connections_max"] == workers * POOL_SIZE
    assert service.end() == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
