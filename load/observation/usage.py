"""How much CPU and memory processes use, and how much CPU the machine uses."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Usage:
    """What some processes used over a time.

    `cores` is used by all of them and `busiest` by the busiest; `wanted` is what one would have used if it
    had never waited for a CPU. `memory` is in bytes.
    """

    cores: float
    busiest: float
    wanted: float
    memory: int


class ProcessMeter:
    """Measures the CPU time of processes from one measurement to the next."""

    def __init__(self) -> None:
        self._cpu_times: dict[int, tuple[float, float]] = {}
        self._measured = 0.0

    def usage(self, processes: Iterable[psutil.Process]) -> Usage:
        """What the processes used since the last measurement. Those that have begun or ended since then do
        not count.
        """
        cpu_times: dict[int, tuple[float, float]] = {}
        memory = 0
        for process in processes:
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    memory += process.memory_info().rss
            except psutil.Error:
                continue
            used = times.user + times.system
            cpu_times[process.pid] = used, used + _waited(process.pid)
        now = time.monotonic()
        length = now - self._measured
        both = [
            [
                (after - before) / length
                for after, before in zip(cpu_times[pid], self._cpu_times[pid], strict=True)
            ]
            for pid in cpu_times.keys() & self._cpu_times.keys()
        ]
        self._cpu_times, self._measured = cpu_times, now
        used_cores = [used for used, _ in both]
        most_wanted = max((wanted for _, wanted in both), default=0.0)
        return Usage(sum(used_cores), max(used_cores, default=0.0), most_wanted, memory)


class MachineMeter:
    """Measures what all programs of this machine use, from one measurement to the next.

    `psutil.cpu_percent` remembers the last measurement of each thread separately, and measurements are made
    from several threads.
    """

    def __init__(self) -> None:
        self._busy, self._total = _machine_times()

    def cores(self) -> float:
        """How many cores were used since the last measurement."""
        busy_before, total_before = self._busy, self._total
        self._busy, self._total = _machine_times()
        length = self._total - total_before
        return (self._busy - busy_before) / length * (psutil.cpu_count() or 1) if length > 0 else 0.0


def _machine_times() -> tuple[float, float]:
    """How long all CPUs together have been busy, and how long they have been there (s)."""
    times = psutil.cpu_times()._asdict()
    # The time of guests is included in that of users.
    total = sum(seconds for name, seconds in times.items() if not name.startswith("guest"))
    return total - times["idle"] - times.get("iowait", 0.0), total


def _waited(pid: int) -> float:
    """How long (s) the threads of a process have been ready to run while others ran; 0 except on Linux."""
    waited = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        # A thread may end at any time.
        with suppress(OSError, ValueError, IndexError):
            waited += int(path.read_text().split()[1])
    return waited / _NS_PER_S
