"""What a process of the service counts for Prometheus."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress

import sqlalchemy as sa
from connexion.middleware.abstract import ROUTING_CONTEXT
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from students_service.database.engine import POOL_SIZE
from students_service.observation.sources import Sources

# How often what is not counted by request is looked at (s).
LOOK_S = 1.0
# Bounds of durations (s): from an answer without the database to the longest that a request may take.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
# What is no operation of the document, such as its documentation, or a path that does not exist.
NO_OPERATION = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The metrics of a process. Their labels have few values: an operation stands for its paths."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["operation", "method"]
        self.requests = Counter(
            "http_requests_total", "Requests that were answered.", [*labels, "status"], registry=registry
        )
        self.durations = Histogram(
            "http_request_duration_seconds",
            "From the head of a request to the end of its answer; without those that were refused as busy.",
            labels,
            buckets=BUCKETS,
            registry=registry,
        )
        self.in_progress = _gauge("http_requests_in_progress", "Requests that are being answered.", registry)
        self.shed = Counter(
            "http_requests_shed_total",
            "Refused as they would wait too long (busy), have waited too long, or found no connection.",
            ["reason"],
            registry=registry,
        )
        self.connections = _gauge("http_connections", "Open connections of clients.", registry)
        self.pool = Gauge(
            "database_connections",
            "Connections to PostgreSQL.",
            ["state"],
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.pool_size = _gauge("database_connections_max", "The most connections to PostgreSQL.", registry)

    def count(self, operation: str, method: str, status: int, requests: int = 1) -> None:
        """Count requests that were answered alike."""
        self.requests.labels(operation, _known(method), str(status)).inc(requests)

    @asynccontextmanager
    async def looking_at(self, sources: Sources) -> AsyncIterator[None]:
        """Look at the sources now and then, and at last."""
        looks = self._looks(sources)

        async def look() -> None:
            for _ in looks:
                await asyncio.sleep(LOOK_S)

        task = asyncio.create_task(look())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            next(looks)

    def _looks(self, sources: Sources) -> Iterator[None]:
        shed: dict[str, int] = {}
        refused: Mapping[tuple[str, str], int] = {}
        self.pool_size.set(POOL_SIZE)
        while True:
            for (operation, method), count in sources.shedding.refused.items():
                self.count(operation, method, 503, count - refused.get((operation, method), 0))
            refused = dict(sources.shedding.refused)
            now = {
                "busy": sum(refused.values()),
                "waited": sources.lanes.refused,
                "connections": sources.connections.refused,
            }
            for reason, count in now.items():
                self.shed.labels(reason).inc(count - shed.get(reason, 0))
            shed = now
            self.connections.set(sources.connections.open)
            pool = sources.engine.pool
            assert isinstance(pool, sa.QueuePool)
            self.pool.labels("in_use").set(pool.checkedout())
            self.pool.labels("idle").set(pool.checkedin())
            yield


class RequestMetrics:
    """An ASGI middleware that counts and times requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        self._metrics.in_progress.inc()
        try:
            await self.app(scope, receive, send_on)
        finally:
            self._metrics.in_progress.dec()
            routed = scope.get("extensions", {}).get(ROUTING_CONTEXT, {})
            operation, method = routed.get("operation_id") or NO_OPERATION, scope["method"]
            self._metrics.count(operation, method, status)
            self._metrics.durations.labels(operation, _known(method)).observe(time.perf_counter() - began)


def _known(method: str) -> str:
    return method if method in _METHODS else "other"


def _gauge(name: str, meaning: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(name, meaning, multiprocess_mode="livesum", registry=registry)
