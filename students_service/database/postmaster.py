"""The server of a PostgreSQL cluster, as the cluster's own file names it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# How long processes may take to end when they are killed (s).
_END_S = 10


@dataclass(frozen=True)
class Postmaster:
    """A server as the file `postmaster.pid` in a folder names it: the number of its process, the folder that
    it has its data in, when it was started (as text), and the folder of its socket.
    """

    pid: int
    folder: str
    started: str
    socket_folder: str
    data: Path

    @property
    def is_alive(self) -> bool:
        """Whether this process is a PostgreSQL that has its data in this folder, and no other process with
        the same number, nor one that has ended and is only waited for.
        """
        try:
            if Path(self.folder).resolve() != self.data.resolve():
                return False
            process = psutil.Process(self.pid)
            with process.oneshot():
                is_dead = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
                return not is_dead and process.name().startswith("postgres") and self._is_at_home(process)
        except (OSError, psutil.NoSuchProcess):
            return False

    def _is_at_home(self, process: psutil.Process) -> bool:
        """Whether a server works in this folder, as each does in that of its data."""
        with suppress(psutil.AccessDenied):
            return Path(process.cwd()).resolve() == self.data.resolve()
        return True

    def kill(self) -> None:
        """End the server and its own processes at once."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            everything = [process, *process.children(recursive=True)]
            for each in everything:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            psutil.wait_procs(everything, _END_S)


def recorded_postmaster(data: Path) -> Postmaster | None:
    """The server that the file in a cluster's folder names; None when there is no such file, or not a whole
    one.
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return Postmaster(int(lines[0]), lines[1].strip(), lines[2].strip(), lines[4].strip(), data)
    except (OSError, ValueError, IndexError):
        return None
