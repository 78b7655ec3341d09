"""One moment of a run, as it is observed."""

import msgspec


class Sample(msgspec.Struct, frozen=True):
    """What was measured at a moment; None is unknown.

    Larger than usual: it has one field per column of the results file.

    `at` is in seconds since the start of the run, `service_memory` in bytes. `service_cores` is used by all
    processes of the service, `busiest_cores` by the busiest of them, and `wanted_cores` is what a process
    would have used if it had never waited for a CPU. `load_cores` is used by the load's own processes on this
    machine. `probe_ms` is the response time of a GET /. `sessions` are the service's database sessions, of
    which `busy` are in use and `locked` wait for a lock.
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
