"""Watches, while a load runs, what can be seen of the service besides its answers: its processes, its
PostgreSQL, and how long a call for next to nothing takes.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar, cast

import gevent
import psutil
import psycopg2

from load.calls.connection import Connection, NetworkError
from load.errors import LoadError
from load.observation.postgres import READS, WRITES, Backend, Counters, Database
from load.observation.processes import (
    Machine,
    Processes,
    Usage,
    forks,
    is_here,
    names,
    port_of,
    serving,
    siblings,
)

SAMPLE_S = 0.5
# Processes and backends come and go; looking for them takes longer than looking at them.
_SAMPLES_BETWEEN_SEARCHES = 10
_PROBES = 5
_PROBING_MS = 1_000
_PROBE_TARGET = "/"

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Sample:
    """A moment of a run, `at` (s since the start): cores used by the service and by its busiest process,
    those that one would have used had it had its processor to itself, cores used by PostgreSQL and by the
    whole machine, memory of the service (bytes), the time (ms) of a call for next to
    nothing, the service's sessions: all, busy ones, and those that wait for a lock, and the cores used by the
    load's own processes here. None is unknown.
    """

    at: float
    service_cores: float | None = None
    busiest_cores: float | None = None
    wanted_cores: float | None = None
    service_memory: int | None = None
    postgres_cores: float | None = None
    machine_cores: float = 0.0
    probe_ms: float | None = None
    sessions: int | None = None
    busy: int | None = None
    locked: int | None = None
    load_cores: float | None = None


@dataclass
class Observation:
    """What was seen in a run. `busy` counts sessions in use by kind of statement and what they waited for,
    `statements` those of each kind by text; `blocked` tells who held what others waited for; `probes` counts
    the calls for next to nothing.
    """

    processes: tuple[str, ...] = ()
    cores: int = 1
    idle_probe_ms: float | None = None
    samples: list[Sample] = field(default_factory=list)
    busy: dict[str, Counter[str]] = field(default_factory=lambda: {READS: Counter(), WRITES: Counter()})
    statements: dict[str, Counter[str]] = field(default_factory=lambda: {READS: Counter(), WRITES: Counter()})
    blocked: Counter[str] = field(default_factory=Counter)
    counted: Counters | None = None
    probes: int = 0

    @property
    def others_cores(self) -> float | None:
        """The cores used by programs that are neither the service, its database, nor this load, as far as
        those are known.
        """
        known = [
            each.machine_cores - each.service_cores - (each.postgres_cores or 0.0) - each.load_cores
            for each in self.samples
            if each.service_cores is not None and each.load_cores is not None
        ]
        return max(statistics.fmean(known), 0.0) if known else None

    def mean(self, name: str) -> float | None:
        """The mean of a figure of the samples, where it is known."""
        known = [value for each in self.samples if (value := getattr(each, name)) is not None]
        return statistics.fmean(known) if known else None

    def median(self, name: str) -> float | None:
        """The median of a figure of the samples, where it is known."""
        known = [value for each in self.samples if (value := getattr(each, name)) is not None]
        return statistics.median(known) if known else None

    def add(self, backends: list[Backend]) -> None:
        """Take the service's sessions of a moment into account."""
        busy = {each.pid: each for each in backends if each.is_busy}
        for each in busy.values():
            if each.kind in self.busy:
                self.busy[each.kind][each.waits_for] += 1
                self.statements[each.kind][each.statement] += 1
            for blocker in (busy[pid] for pid in each.blocked_by if pid in busy):
                if not blocker.blocked_by:
                    holder = f"a session that is {blocker.state}: {blocker.statement}"
                    self.blocked[f"{each.kind} by {holder}"] += 1


class Observer:
    """Watches a service, with the PostgreSQL of a URL where there is one.

    Raises LoadError when that leads nowhere.
    """

    def __init__(self, host: str, database_url: str) -> None:
        self._is_here, self._port = is_here(host), port_of(host)
        self._seen = Observation(cores=psutil.cpu_count() or 1)
        self._processes, self._postgres, self._load = Processes(), Processes(), Processes()
        self._machine = Machine()
        self._database = _aside(lambda: Database(database_url)) if database_url else None
        self._before = self._counted()
        self._probe = Connection(host)
        self._seen.idle_probe_ms = self._idle()
        self._greenlet: gevent.Greenlet[..., None] | None = None

    def begin(self, since_start: Callable[[], float]) -> None:
        """Watch from now on; `since_start` tells the time (s) of samples."""
        self._greenlet = gevent.spawn(self._watch, since_start)

    def end(self) -> Observation:
        """Watch no more; gives what was seen."""
        if self._greenlet:
            self._greenlet.kill()
        self._probe.close()
        after = self._counted()
        if self._before and after:
            self._seen.counted = after.since(self._before)
        if self._database:
            self._database.close()
        return self._seen

    def _watch(self, since_start: Callable[[], float]) -> None:
        service: list[psutil.Process] = []
        postgres: list[psutil.Process] = []
        turn = 0
        while True:
            if turn % _SAMPLES_BETWEEN_SEARCHES == 0:
                service, postgres = _aside(self._searched)
                self._seen.processes = tuple(sorted(set(names(service).values())))
            sample = self._sample(since_start(), service, postgres)
            # The first look at a process tells where its clock stands, not what it uses.
            if turn:
                self._seen.samples.append(sample)
            turn += 1
            gevent.sleep(SAMPLE_S)

    def _searched(self) -> tuple[list[psutil.Process], list[psutil.Process]]:
        service = serving(self._port) if self._is_here else []
        return service, siblings(self._database.pid) if self._database else []

    def _sample(self, at: float, service: list[psutil.Process], postgres: list[psutil.Process]) -> Sample:
        mine, its, own, machine, backends = _aside(lambda: self._looked_at(service, postgres))
        if backends is not None:
            self._seen.add(backends)
        return Sample(
            at=at,
            service_cores=mine.cores if service else None,
            busiest_cores=mine.busiest if service else None,
            wanted_cores=mine.wanted if service else None,
            service_memory=mine.memory if service else None,
            postgres_cores=its.cores if postgres else None,
            machine_cores=machine,
            probe_ms=self._probed(),
            sessions=None if backends is None else len(backends),
            busy=None if backends is None else sum(each.is_busy for each in backends),
            locked=None if backends is None else sum(each.wait_type == "Lock" for each in backends),
            load_cores=own.cores,
        )

    def _looked_at(
        self, service: list[psutil.Process], postgres: list[psutil.Process]
    ) -> tuple[Usage, Usage, Usage, float, list[Backend] | None]:
        machine = self._machine.cores()
        backends = None
        if self._database:
            # It may come back; until then, less is seen.
            with suppress(psycopg2.Error):
                backends = self._database.backends()
        usages = self._processes.usage(service), self._postgres.usage(postgres), self._load.usage(forks())
        return *usages, machine, backends

    def _counted(self) -> Counters | None:
        database = self._database
        if database is None:
            return None
        try:
            return _aside(database.counters)
        except psycopg2.Error:
            return None

    def _idle(self) -> float | None:
        probed: list[float] = []
        while len(probed) < _PROBES and sum(probed) < _PROBING_MS and (taken := self._probed()) is not None:
            probed.append(taken)
        return statistics.median(probed) if probed else None

    def _probed(self) -> float | None:
        began = time.perf_counter()
        self._seen.probes += 1
        try:
            self._probe.send("get", _PROBE_TARGET, {}, b"")
        except (NetworkError, LoadError):
            return None
        return (time.perf_counter() - began) * 1000


def _aside(look: Callable[[], Seen]) -> Seen:
    """Look from a thread of its own: calls go on meanwhile."""

    def looked() -> tuple[Seen | None, Exception | None]:
        # What a thread raises is printed by its pool, too.
        try:
            return look(), None
        except (LoadError, psycopg2.Error) as error:
            return None, error

    seen, error = gevent.get_hub().threadpool.apply(looked)
    if error:
        raise error
    return cast("Seen", seen)
