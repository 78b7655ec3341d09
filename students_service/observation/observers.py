"""What shows operators how the service works, as far as its settings ask for it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from students_service.observation.sources import Sources
from students_service.observation.tracing import Traced, tracer
from students_service.settings import Settings

if TYPE_CHECKING:
    from students_service.observation.metrics import Metrics


@dataclass
class Observers:
    """ASGI middlewares around all that is done for a request, and the metrics of this process, if any."""

    middlewares: list[Any] = field(default_factory=list)
    metrics: "Metrics | None" = None

    def looking_at(self, sources: Sources) -> AbstractAsyncContextManager[None]:
        """Look at the sources for as long as the context lasts."""
        return self.metrics.looking_at(sources) if self.metrics else _nothing()


def observers(settings: Settings, environ: Mapping[str, str], lifetime: ExitStack) -> Observers:
    """The observers of this process. A process that serves alone serves its metrics, too: those of several
    are served by their parent. Raises ServiceError.
    """
    found = Observers()
    if settings.metrics_port:
        from prometheus_client import CollectorRegistry, ProcessCollector  # noqa: PLC0415

        from students_service.observation.metrics import Metrics, RequestMetrics  # noqa: PLC0415
        from students_service.observation.metrics_endpoint import metrics_served  # noqa: PLC0415

        registry = CollectorRegistry()
        found.metrics = Metrics(registry)
        found.middlewares.append(partial(RequestMetrics, metrics=found.metrics))
        if settings.workers == 1:
            ProcessCollector(registry=registry)
            lifetime.enter_context(metrics_served(settings, registry))
    if (configured := tracer(environ, lifetime)) is not None:
        found.middlewares.append(partial(Traced, tracer=configured))
    return found


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield
