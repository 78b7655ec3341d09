"""Sends spans of requests by OpenTelemetry, if its SDK is installed and environment variables ask for it."""

import logging
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.metadata import entry_points
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from students_service import trace_context

# How long the last spans may take to be sent (s).
FLUSH_S = 5.0
_SERVER_ERROR = 500
_CONFIGURED_BY = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

logger = logging.getLogger(__name__)


def tracer(environ: Mapping[str, str], lifetime: ExitStack) -> Any | None:
    """A tracer as the OTEL_ variables say (OpenTelemetry, Environment Variable Specification), or None if
    they say nothing of it. Its last spans are sent at the end of the lifetime.
    """
    name = environ.get("OTEL_TRACES_EXPORTER", "otlp")
    is_off = name == "none" or environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if is_off or not any(environ.get(variable) for variable in _CONFIGURED_BY):
        return None
    try:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        exporter = _exporter(name, environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"))
    except (ImportError, LookupError) as error:
        logger.warning("no traces are sent: %s; install students-contract[tracing]", error)
        return None
    named = {} if environ.get("OTEL_SERVICE_NAME") else {"service.name": "students-service"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    lifetime.callback(_end, provider)
    return provider.get_tracer("students_service")


def _exporter(name: str, protocol: str) -> Any:
    full = {"otlp": f"otlp_proto_{protocol.partition('/')[0]}"}.get(name, name)
    for entry in entry_points(group="opentelemetry_traces_exporter", name=full):
        return entry.load()()
    raise LookupError(f"there is no exporter {full!r}")


def _end(provider: Any) -> None:
    """Send what is left, but do not wait for one that does not answer."""
    ending = threading.Thread(target=provider.shutdown, daemon=True)
    ending.start()
    ending.join(FLUSH_S)


class Traced:
    """An ASGI middleware that makes a span of each request, within the trace that its client began."""

    def __init__(self, app: ASGIApp, tracer: Any) -> None:
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        self.app = app
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()
        self._kind, self._error = SpanKind.SERVER, StatusCode.ERROR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its span, whose traceparent stands for that of the client."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        context = self._propagator.extract(fields)
        with self._tracer.start_as_current_span(scope["method"], context, self._kind) as span:
            carrier: dict[str, str] = {}
            self._propagator.inject(carrier)
            trace_context.traceparent.set(carrier["traceparent"])

            async def send_on(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= _SERVER_ERROR:
                        span.set_status(self._error)
                await send(message)

            span.set_attributes({"http.request.method": scope["method"], "url.path": scope["path"]})
            await self.app(scope, receive, send_on)
            operation = scope.get("extensions", {}).get(ROUTING_CONTEXT, {}).get("operation_id")
            if operation:
                span.update_name(operation)
