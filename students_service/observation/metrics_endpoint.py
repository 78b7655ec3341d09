"""Serves metrics to Prometheus, on a port of their own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from students_service.errors import ServiceError
from students_service.settings import Settings

# Where the processes of a service share their metrics; the client library reads it when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def metrics_served(settings: Settings, registry: CollectorRegistry) -> Iterator[None]:
    """Serve a registry at /metrics. Raises ServiceError if its port is taken."""
    try:
        server, thread = start_http_server(settings.metrics_port, settings.host, registry)
    except OSError as error:
        raise ServiceError(
            f"cannot serve metrics on {settings.host}:{settings.metrics_port}: {error.strerror or error}; "
            "choose another port with --metrics-port"
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def shared_metrics_served(settings: Settings) -> Iterator[None]:
    """Serve the sums of the processes that start within the context. Raises ServiceError."""
    with TemporaryDirectory(prefix="students-service-metrics-") as folder:
        os.environ[FOLDER] = folder
        registry = CollectorRegistry()
        registry.register(_LiveProcesses(folder))
        try:
            with metrics_served(settings, registry):
                yield
        finally:
            del os.environ[FOLDER]


class _LiveProcesses(MultiProcessCollector):
    """Forgets what processes that have ended had open. What they counted stays."""

    def __init__(self, folder: str) -> None:
        super().__init__(None, path=folder)  # type: ignore[no-untyped-call] # as in the library
        self._folder = folder

    def collect(self):  # type: ignore[no-untyped-def] # as in the library
        """The metrics of all processes."""
        for file in Path(self._folder).glob("gauge_live*_*.db"):
            number = int(file.stem.rpartition("_")[2])
            if not psutil.pid_exists(number):
                mark_process_dead(number, self._folder)
        return super().collect()  # type: ignore[no-untyped-call]
