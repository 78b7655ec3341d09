"""The project's own service as separate processes, for a load that is given no host."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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
def throwaway_service(document: str, rows: int) -> Iterator[Callable[[], Served]]:
    """A service of a document on a free port, with so many rows in an embedded database of its own, while
    it starts; what is given waits for it and tells where it is, or raises LoadError when it does not start.
    All is gone afterwards.
    """
    data = Path(tempfile.mkdtemp(prefix="contract-load-"))
    # Said in full: what the environment says of a database is not meant for this one.
    database = ("--database-url", "", "--data-dir", str(data / "postgresql"), "--contract", str(document))
    served, seeded = data / "service.log", data / "seed.log"
    serve = [*COMMAND, "serve", *SERVE, *database]
    seed = [*COMMAND, "seed", "--count", str(rows), *database]
    try:
        with _running(serve, served) as service, _running(seed, seeded) as seeding:

            def ready() -> Served:
                found = _served(service, served)
                if seeding.wait():
                    raise LoadError(_last_line(seeded.read_bytes()) or "the service could not be seeded")
                return found

            yield ready
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own: a Ctrl-C is meant for the load, which then stops it. A signal
    that came between its start and our knowing of it would leave it behind, so signals wait for that.
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
        if found := re.match(rb"database: .*?(postgresql://\S+)", line):
            database = found[1].decode()
        if found := re.match(rb"listening on (http://\S+?),", line):
            return Served(found[1].decode(), database)
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
