"""What a service's processes use, when they run on this machine."""

import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

_NS_PER_S = 1_000_000_000
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Usage:
    """Of some processes over a time: cores used by all and by the busiest, those that one would have used had
    it never waited for a processor, and memory (bytes).
    """

    cores: float
    busiest: float
    wanted: float
    memory: int


class Processes:
    """Processes whose CPU time is measured from one look to the next."""

    def __init__(self) -> None:
        self._spent: dict[int, tuple[float, float]] = {}
        self._looked = 0.0

    def usage(self, processes: Iterable[psutil.Process]) -> Usage:
        """What they have used since the last look. Those that are new, or have gone, count for nothing."""
        spent: dict[int, tuple[float, float]] = {}
        memory = 0
        for each in processes:
            try:
                with each.oneshot():
                    times = each.cpu_times()
                    memory += each.memory_info().rss
            except psutil.Error:
                continue
            used = times.user + times.system
            spent[each.pid] = used, used + _waited(each.pid)
        now = time.monotonic()
        length = now - self._looked
        both = [
            [(after - before) / length for after, before in zip(spent[pid], self._spent[pid], strict=True)]
            for pid in spent.keys() & self._spent.keys()
        ]
        self._spent, self._looked = spent, now
        used_cores = [used for used, _ in both]
        most_wanted = max((wanted for _, wanted in both), default=0.0)
        return Usage(sum(used_cores), max(used_cores, default=0.0), most_wanted, memory)


class Machine:
    """What all programs of this machine use, from one look to the next. `psutil.cpu_percent` keeps the last
    look of each thread apart, and looks are made from several.
    """

    def __init__(self) -> None:
        self._busy, self._total = _spent_in_all()

    def cores(self) -> float:
        """How many cores were used since the last look."""
        before = self._busy, self._total
        self._busy, self._total = _spent_in_all()
        length = self._total - before[1]
        return (self._busy - before[0]) / length * (psutil.cpu_count() or 1) if length > 0 else 0.0


def _spent_in_all() -> tuple[float, float]:
    """How long all processors together have worked, and how long they have been there (s)."""
    times = psutil.cpu_times()._asdict()
    # What guests used is in the times of users already.
    total = sum(each for name, each in times.items() if not name.startswith("guest"))
    return total - times["idle"] - times.get("iowait", 0.0), total


def _waited(pid: int) -> float:
    """How long (s) the threads of a process have been ready to run, and others ran: Linux tells."""
    waited = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        # A thread may end meanwhile.
        with suppress(OSError, ValueError, IndexError):
            waited += int(each.read_text().split()[1])
    return waited / _NS_PER_S


def port_of(host: str) -> int:
    """The port of a URL."""
    url = urlsplit(host if "://" in host else f"http://{host}")
    return url.port or _PORTS.get(url.scheme, 0)


def is_here(host: str) -> bool:
    """Whether a URL points to this machine."""
    hostname = urlsplit(host if "://" in host else f"http://{host}").hostname
    try:
        found = {str(address[4][0]) for address in socket.getaddrinfo(hostname, None)}
    except OSError:
        return False
    own = {each.address for addresses in psutil.net_if_addrs().values() for each in addresses}
    return bool(found & own)


def serving(port: int) -> list[psutil.Process]:
    """The processes of this machine that listen on a port, and their children, as far as they may be seen."""
    try:
        listening = {
            each.pid
            for each in psutil.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid
        }
        family = {
            process.pid: process
            for pid in listening
            for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
        }
    except psutil.Error:
        return []
    # A database that the service has started has figures of its own.
    return [each for each in family.values() if not is_postgres(each)]


def forks() -> list[psutil.Process]:
    """This process and those that it has made of itself, as Locust makes its workers."""
    me = psutil.Process()
    try:
        command = me.cmdline()
        return [me, *(each for each in me.children() if each.cmdline() == command)]
    except psutil.Error:
        return [me]


def is_postgres(process: psutil.Process) -> bool:
    """Whether a process is one of PostgreSQL's."""
    try:
        return bool(process.name().startswith("postgres"))
    except psutil.Error:
        return False


def siblings(pid: int) -> list[psutil.Process]:
    """A server process of PostgreSQL with all of its kind, when it runs on this machine; else none."""
    try:
        process = psutil.Process(pid)
        parent = process.parent()
        if parent is None or not is_postgres(process) or not is_postgres(parent):
            return []
        return [parent, *parent.children()]
    except psutil.Error:
        return []


def names(processes: Iterable[psutil.Process]) -> Mapping[int, str]:
    """What processes are called, by pid."""
    found = {}
    for each in processes:
        try:
            name = each.name()
            # Linux keeps fifteen letters; the command may have the rest.
            whole = (part.rpartition("/")[2] for part in each.cmdline())
            found[each.pid] = next((part for part in whole if part.startswith(name)), name)
        except psutil.Error:
            continue
    return found
