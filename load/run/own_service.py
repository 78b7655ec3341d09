"""The project's own service as separate processes, for a load that is given no host."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from load.errors import LoadError
from load.run.signals import signals_deferred

COMMAND = (sys.executable, "-m", "students_service")
SERVE = ("--host", "127.0.0.1", "--port", "0", "--log-level", "warning")
STOP_TIMEOUT_S = 60


@dataclass(frozen=True)
class Served:
    """The URLs of a service and of its database, where that is known."""

    url: str
    database_url: str = ""


@contextmanager
def throwaway_service(document: str, overlays: Iterable[str], rows: int) -> Iterator[Callable[[], Served]]:
    """Start a service of a document with overlays on a free port, with so many rows in an embedded database
    of its own. Yields a function that waits until the service is ready and returns its URLs; it raises
    LoadError when the service does not start. Service and database are removed afterwards.
    """
    data = Path(tempfile.mkdtemp(prefix="contract-load-"))
    # All options are given: variables of the environment are not meant for this database.
    database = ["--database-url", "", "--data-dir", str(data / "postgresql"), "--contract", str(document)]
    database += [word for overlay in overlays for word in ("--overlay", overlay)]
    served, seeded = data / "service.log", data / "seed.log"
    serve = [*COMMAND, "serve", *SERVE, *database]
    seed = [*COMMAND, "seed", "--count", str(rows), *database]
    try:
        with _running(serve, served) as service, _running(seed, seeded) as seeding:

            def ready() -> Served:
                urls = _served(service, served)
                if seeding.wait():
                    raise LoadError(_last_line(seeded.read_bytes()) or "the service could not be seeded")
                return urls

            yield ready
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own: a Ctrl-C is meant for the load, which then stops the process.
    Signals wait until the process is registered here, or else it could be left behind.
    """
    with ExitStack() as stack:
        with signals_deferred(), log.open("wb") as errors:
            service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
            stack.callback(_stop, service)
        yield service


def _served(service: subprocess.Popen[bytes], log: Path) -> Served:
    assert service.stdout is not None
    database = ""
    for line in service.stdout:
        if match := re.match(rb"database: .*?(postgresql://\S+)", line):
            database = match[1].decode()
        if match := re.match(rb"listening on (http://\S+?),", line):
            return Served(match[1].decode(), database)
    raise LoadError(_last_line(log.read_bytes()) or "the service did not start")


def _stop(service: subprocess.Popen[bytes]) -> None:
    service.terminate()
    try:
        service.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        service.kill()
        service.wait()


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
