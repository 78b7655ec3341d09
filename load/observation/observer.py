"""Observes, while a load runs, what its answers do not show: processes, PostgreSQL, and a light call."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

import gevent
import psutil
import psycopg2

from load.errors import LoadError
from load.measurements.sample import Sample
from load.observation.counters import Counters
from load.observation.local_usage import LocalMeter, LocalUsage
from load.observation.observation import Observation
from load.observation.postgres import Database
from load.observation.probe import Probe
from load.observation.sessions import Backend
from load.options.tls import SYSTEM_TLS, Tls

SAMPLE_S = 0.5
# Processes come and go; searching for them takes longer than measuring them.
_SAMPLES_BETWEEN_SEARCHES = 10

Result = TypeVar("Result")


class Observer:
    """Observes the service at a URL, and its PostgreSQL if a URL of that is given.

    Raises LoadError if that PostgreSQL cannot be reached.
    """

    def __init__(self, host: str, database_url: str, tls: Tls = SYSTEM_TLS) -> None:
        self._meter = LocalMeter(host)
        self._database = _in_thread(lambda: Database(database_url)) if database_url else None
        self._counters_before = self._counters()
        self._probe = Probe(host, tls)
        self._observation = Observation(cores=psutil.cpu_count() or 1, idle_probe_ms=self._probe.idle_ms())
        self._greenlet: gevent.Greenlet[..., None] | None = None

    @property
    def probes(self) -> int:
        """How many calls the observer itself has sent to the service."""
        return self._probe.count

    def begin(self, since_start: Callable[[], float]) -> None:
        """Observe from now on; `since_start` gives the time (s) of samples."""
        self._greenlet = gevent.spawn(self._observe, since_start)

    def end(self) -> Observation:
        """Stop observing, and return what was observed."""
        if self._greenlet:
            self._greenlet.kill()
        self._probe.close()
        after = self._counters()
        if self._counters_before and after:
            self._observation.counted = after.since(self._counters_before)
        if self._database:
            self._database.close()
        return self._observation

    def _observe(self, since_start: Callable[[], float]) -> None:
        turn = 0
        while True:
            if turn % _SAMPLES_BETWEEN_SEARCHES == 0:
                self._observation.processes = _in_thread(self._search)
            sample = self._sample(since_start())
            # The first measurement of a process only shows how much CPU time it has used in its life.
            if turn:
                self._observation.samples.append(sample)
            turn += 1
            gevent.sleep(SAMPLE_S)

    def _search(self) -> tuple[str, ...]:
        return self._meter.search(self._database.pid if self._database else None)

    def _sample(self, at: float) -> Sample:
        usage, backends = _in_thread(self._measured)
        if backends is not None:
            self._observation.add_backends(backends)
        service = usage.service
        return Sample(
            at=at,
            service_cores=service.cores if service else None,
            busiest_cores=service.busiest if service else None,
            wanted_cores=service.wanted if service else None,
            service_memory=service.memory if service else None,
            postgres_cores=usage.postgres.cores if usage.postgres else None,
            machine_cores=usage.machine_cores,
            probe_ms=self._probe.response_ms(),
            sessions=None if backends is None else len(backends),
            busy=None if backends is None else sum(backend.is_busy for backend in backends),
            locked=None if backends is None else sum(backend.wait_type == "Lock" for backend in backends),
            load_cores=usage.load.cores,
        )

    def _measured(self) -> tuple[LocalUsage, list[Backend] | None]:
        backends = None
        if self._database:
            # The database may come back; until then, its sessions are unknown.
            with suppress(psycopg2.Error):
                backends = self._database.backends()
        return self._meter.measure(), backends

    def _counters(self) -> Counters | None:
        if self._database is None:
            return None
        try:
            return _in_thread(self._database.counters)
        except psycopg2.Error:
            return None


def _in_thread(function: Callable[[], Result]) -> Result:
    """Call a function in another thread, so that the greenlets of the load go on meanwhile."""

    def call() -> tuple[Result | None, Exception | None]:
        # The thread pool of gevent prints what a function raises, even if it is handled.
        try:
            return function(), None
        except (LoadError, psycopg2.Error) as error:
            return None, error

    result, error = gevent.get_hub().threadpool.apply(call)
    if error:
        raise error
    return cast("Result", result)
