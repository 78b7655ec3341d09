"""Finds the processes of the service, of PostgreSQL and of the load on this machine."""

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import psutil

_PORTS = {"http": 80, "https": 443}


def port_of(host: str) -> int:
    """The port of a URL."""
    url = urlsplit(host if "://" in host else f"http://{host}")
    return url.port or _PORTS.get(url.scheme, 0)


def is_here(host: str) -> bool:
    """Whether a URL points to this machine."""
    hostname = urlsplit(host if "://" in host else f"http://{host}").hostname
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(hostname, None)}
    except OSError:
        return False
    own = {address.address for interface in psutil.net_if_addrs().values() for address in interface}
    return bool(addresses & own)


def listening_on(port: int) -> list[psutil.Process]:
    """The processes of this machine that listen on a port, with their children, except PostgreSQL's.

    Empty when the system does not allow us to see them.
    """
    try:
        listening = {
            connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
            and connection.pid
        }
        family = {
            process.pid: process
            for pid in listening
            for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
        }
    except psutil.Error:
        return []
    # A database that the service has started is measured separately.
    return [process for process in family.values() if not is_postgres(process)]


def load_processes() -> list[psutil.Process]:
    """This process and the forks of it that Locust starts as workers."""
    this = psutil.Process()
    try:
        command = this.cmdline()
        return [this, *(child for child in this.children() if child.cmdline() == command)]
    except psutil.Error:
        return [this]


def is_postgres(process: psutil.Process) -> bool:
    """Whether a process is one of PostgreSQL's."""
    try:
        return bool(process.name().startswith("postgres"))
    except psutil.Error:
        return False


def postgres_server(pid: int) -> list[psutil.Process]:
    """All processes of the PostgreSQL server that has a backend with this pid.

    Empty when that backend does not run on this machine.
    """
    try:
        process = psutil.Process(pid)
        parent = process.parent()
        if parent is None or not is_postgres(process) or not is_postgres(parent):
            return []
        return [parent, *parent.children()]
    except psutil.Error:
        return []


def names(processes: Iterable[psutil.Process]) -> set[str]:
    """The names of processes."""
    return {name for process in processes if (name := _name(process))}


def _name(process: psutil.Process) -> str:
    try:
        name = str(process.name())
        # Linux keeps fifteen characters of a name; the command line may have all of it.
        words = (word.rpartition("/")[2] for word in process.cmdline())
        return next((word for word in words if word.startswith(name)), name)
    except psutil.Error:
        return ""
