"""What the service, its PostgreSQL and the load itself use of this machine."""

from dataclasses import dataclass

import psutil

from load.observation.processes import is_here, listening_on, load_processes, names, port_of, postgres_server
from load.observation.usage import MachineMeter, ProcessMeter, Usage


@dataclass(frozen=True)
class LocalUsage:
    """What was used since the last measurement; None for what does not run on this machine."""

    service: Usage | None
    postgres: Usage | None
    load: Usage
    machine_cores: float


class LocalMeter:
    """Measures the processes of the service, of its PostgreSQL and of the load that run on this machine."""

    def __init__(self, host: str) -> None:
        self._port = port_of(host) if is_here(host) else None
        self._service: list[psutil.Process] = []
        self._postgres: list[psutil.Process] = []
        self._service_meter, self._postgres_meter, self._load_meter = (ProcessMeter() for _ in range(3))
        self._machine_meter = MachineMeter()

    def search(self, postgres_pid: int | None) -> tuple[str, ...]:
        """Look for the processes of the service, and of the PostgreSQL that has a backend with this pid.

        Returns the names of the service's processes.
        """
        self._service = listening_on(self._port) if self._port is not None else []
        self._postgres = postgres_server(postgres_pid) if postgres_pid is not None else []
        return tuple(sorted(names(self._service)))

    def measure(self) -> LocalUsage:
        """What has been used since the last call. The first call measures nothing but memory."""
        machine_cores = self._machine_meter.cores()
        service = self._service_meter.usage(self._service)
        postgres = self._postgres_meter.usage(self._postgres)
        return LocalUsage(
            service if self._service else None,
            postgres if self._postgres else None,
            self._load_meter.usage(load_processes()),
            machine_cores,
        )
