"""The embedded PostgreSQL: a cluster in a folder, which the processes that use it share.

The first of them starts it, the last one stops it. Locks of the operating system say who uses it, so a
process that was killed is no longer counted. A cluster that somebody else has started is used, and left
running.
"""

import fcntl
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from students_service.database.cluster_files import SUPERUSER, create_files
from students_service.database.postgres_programs import PostgresPrograms
from students_service.database.postmaster import Postmaster, recorded_postmaster
from students_service.errors import ServiceError

# A start is tried again for so long (s), each time after a pause: what was killed together with its cluster
# may need a moment to end.
START_S = 30.0
PAUSE_S = 0.5
# How long one attempt, and an orderly stop, may take (s).
ATTEMPT_S = 60
STOP_S = 10
# The path of a socket is limited (108 bytes on Linux, 104 on macOS), and this is the longest of its names.
_LONGEST_SOCKET_FOLDER = 104 - len("/.s.PGSQL.5432.lock")
_SOCKET_FOLDERS = "students-service-"


class EmbeddedCluster:
    """The cluster in a folder. Only this process's own threads share an object."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._programs = PostgresPrograms()
        self._users: IO[bytes] | None = None
        # Where the socket is. It stays there when the cluster is started again, as its URL does.
        self._socket_folder: Path | None = None

    @property
    def url(self) -> str:
        """The URL of its database. Raises ServiceError when it does not run."""
        postmaster = self._postmaster()
        if postmaster is None:
            raise _failure(self.data, "it has ended")
        return f"postgresql://{SUPERUSER}:@/{SUPERUSER}?host={quote(postmaster.socket_folder, safe='/')}"

    def is_running(self) -> bool:
        """Whether it runs."""
        return self._postmaster() is not None

    def acquire(self) -> None:
        """Use the cluster: start it if it does not run. Raises ServiceError."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._ensure_running()
                postmaster = self._postmaster()
                self._socket_folder = Path(postmaster.socket_folder) if postmaster else None
                self._users = (self.data / ".users").open("ab")
                fcntl.flock(self._users, fcntl.LOCK_SH)
        except OSError as error:
            raise _failure(self.data, error.strerror or str(error)) from None

    def restart(self) -> bool:
        """Start the cluster again if it has ended. Returns whether it had. Raises ServiceError."""
        if self.is_running():
            return False
        with self._locked():
            if self.is_running():
                return False
            self._ensure_running()
        return True

    def release(self) -> None:
        """Use the cluster no more, and stop it if nobody else does."""
        users, self._users = self._users, None
        if users is None:
            return
        with users, suppress(FileNotFoundError), self._locked():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else starts or stops the cluster meanwhile."""
        with (self.data / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _ensure_running(self) -> None:
        if self.is_running():
            return
        if failed := create_files(self.data, self._programs):
            raise _failure(self.data, failed)
        deadline = time.monotonic() + START_S
        while (reason := self._start()) and time.monotonic() < deadline:
            time.sleep(PAUSE_S)
        if reason:
            raise _failure(self.data, reason)

    def _start(self) -> str:
        """Start the cluster. Returns why that failed, or nothing."""
        stale = recorded_postmaster(self.data)
        if stale is not None:
            if stale.is_alive:
                return ""
            # PostgreSQL would take any process with this number for its own.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._programs.own(self.data)
        folder = self._private_folder()
        options = f"-c listen_addresses='' -c unix_socket_permissions=0700 -k {shlex.quote(str(folder))}"
        log = ("-l", str(self.data / "log"))
        failed = self._programs.run(
            "pg_ctl", "-D", str(self.data), "-w", "-t", str(ATTEMPT_S), *log, "-o", options, "start"
        )
        postmaster = self._postmaster()
        if failed or postmaster is None:
            return failed or "it ended at once; the file 'log' there may say why"
        (self.data / ".started").write_text(f"{postmaster.pid} {postmaster.started}")
        return ""

    def _stop(self) -> None:
        """Stop the cluster if it was started here, whatever hangs."""
        postmaster = self._postmaster()
        started = self.data / ".started"
        if postmaster is None or not started.exists():
            return
        if started.read_text() != f"{postmaster.pid} {postmaster.started}":
            return
        stop = ("-m", "fast", "-w", "-t", str(STOP_S), "stop")
        if self._programs.run("pg_ctl", "-D", str(self.data), *stop) and postmaster.is_alive:
            postmaster.kill()
        started.unlink(missing_ok=True)
        _remove_socket_folder(postmaster.socket_folder)

    def _postmaster(self) -> Postmaster | None:
        recorded = recorded_postmaster(self.data)
        return recorded if recorded is not None and recorded.is_alive else None

    def _private_folder(self) -> Path:
        """A folder for the socket that nobody else can enter."""
        if len(os.fsencode(self.data)) <= _LONGEST_SOCKET_FOLDER:
            return self.data
        if self._socket_folder is None or not self._socket_folder.is_dir():
            self._socket_folder = Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDERS))
            self._programs.own(self._socket_folder)
        return self._socket_folder


def _remove_socket_folder(name: str) -> None:
    folder = Path(name)
    if folder.name.startswith(_SOCKET_FOLDERS) and folder.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(folder, ignore_errors=True)


def _failure(data: Path, reason: str) -> ServiceError:
    return ServiceError(
        f"the embedded PostgreSQL in {data} does not start: {reason}; choose another folder with --data-dir"
    )
