"""The commands of this project as processes, started and ended by the tests that need them."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import TypeVar

import psutil

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
# Users as fast as they can be would take all processors from the tests beside them.
UNHURRIED = ("--profile", "contract_tests/support/unhurried.yaml")
UNHURRIED_CREATIONS = ("--profile", "contract_tests/support/unhurried-creations.yaml")
UNHURRIED_WRITES = ("--profile", "contract_tests/support/unhurried-writes.yaml")
START_TIMEOUT_S = 60
ENDING_S = 5


class Command:
    """A running command of this environment, whose lines of output can be waited for."""

    def __init__(self, name: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [str(BIN / name), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._queue: Queue[str | None] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def wait_for(self, pattern: str, timeout: float = START_TIMEOUT_S) -> re.Match[str]:
        """The match of the first new line that matches; fails if the command ends or is too slow."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self._queue.get(timeout=max(deadline - time.monotonic(), 0))
            except Empty:
                raise AssertionError(f"no {pattern!r} within {timeout} s:\n{self.output}") from None
            if line is None:
                raise AssertionError(f"ended without {pattern!r}:\n{self.output}")
            self.lines.append(line)
            if match := re.search(pattern, line):
                return match

    def end(self, number: int = signal.SIGTERM, timeout: float = 60) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait(timeout)

    def wait(self, timeout: float = 120) -> int:
        """Wait for the end and return the exit code; `output` is complete then."""
        code = self.process.wait(timeout)
        while (line := self._queue.get(timeout=timeout)) is not None:
            self.lines.append(line)
        self._queue.put(None)
        return code

    @property
    def output(self) -> str:
        """All lines so far."""
        return "\n".join(self.lines)


class Service(Command):
    """`students-service serve` on a free port."""

    def __init__(self, *options: str, environment: dict[str, str] | None = None) -> None:
        super().__init__("students-service", "serve", "--port", "0", *options, environment=environment)
        self.url = self.wait_for(r"listening on (http://\S+?),")[1]
        self.port = int(self.url.rpartition(":")[2])


Start = Callable[..., Command]
Serve = Callable[..., Service]
StartService = Callable[..., str]
Started = TypeVar("Started", bound=Command)


@contextmanager
def starter(kind: Callable[..., Started]) -> Iterator[Callable[..., Started]]:
    """A function that starts commands of a kind; those that still run are ended afterwards."""
    started: list[Started] = []

    def start(*arguments: str, environment: dict[str, str] | None = None) -> Started:
        started.append(kind(*arguments, environment=environment))
        return started[-1]

    yield start
    for command in started:
        command.end()


@contextmanager
def running_service(module: str, *options: str) -> Iterator[str]:
    """The URL of a service that is a module of this package and prints its port; it runs as a process."""
    command = [sys.executable, "-m", f"contract_tests.support.{module}", *options]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert service.stdout is not None
        yield f"http://127.0.0.1:{int(service.stdout.readline())}"
    finally:
        service.kill()
        service.communicate()


def processes_with(word: str) -> list[psutil.Process]:
    """The processes with a word in their command line."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word in part for part in process.info["cmdline"] or ())
    ]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """The processes that have not ended."""
    return [
        process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


def survivors(processes: list[psutil.Process]) -> list[psutil.Process]:
    """The processes that outlive their parent. Some notice its end a moment later, by a closed pipe."""
    _, remaining = psutil.wait_procs(processes, timeout=ENDING_S)
    return alive(remaining)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    """Wait until somebody listens on a port."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens on {port}"
        else:
            return


def run(*arguments: str, environment: dict[str, str] | None = None, timeout: float = 240) -> Command:
    """Run a command until it ends."""
    command = Command(*arguments, environment=environment)
    command.wait(timeout)
    return command
