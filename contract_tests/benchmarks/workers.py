"""Harms a worker of a distributed run, and checks that the run ends and does not pass.

    python -m contract_tests.benchmarks.workers [--runs 20] [--seconds 6] [--of killed]

A worker is killed, stopped for good, or stopped and continued at a random moment of the run, or killed near
its end. It prints a line per run, and a total. The exit code is 1 if a run did not end in time, did not name
the worker, or wrongly passed: a run that is already over may pass if it has all calls that the service has
answered.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import click
import httpx2 as httpx
import psutil

from contract_tests.support.processes import BIN, ROOT, free_port, running_service

WORKERS = 2
RATE = 60
POLL_S = 0.02
START_S = 60
# Users are given 10 s to end, reading back 30 s, and Locust needs a few for its own ends.
ENDING_S = 55
# A worker that is back so soon has missed nothing that matters, apart from its own times.
AWAY_S = (3.2, 8.0)


@dataclass(frozen=True)
class Ended:
    """How a run ended: its verdict, exit code, message about its workers, time (s) since the first call,
    whether it has all calls that the service has answered, and whether it may have been over when a worker
    was harmed. `verdict` is empty if it did not end in time.
    """

    verdict: str
    code: int | None
    message: str
    seconds: float
    is_whole: bool = False
    is_over: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the run ended as it should. One with calls missing must not pass, and must name the worker;
        one with nothing missing may have any verdict, and its exit code must agree.
        """
        if self.is_over and self.is_whole:
            return bool(self.verdict) and (self.verdict == "PASSED") is (self.code == 0)
        return self.verdict not in ("", "PASSED") and bool(self.code) and "worker " in self.message


Harm = Callable[[psutil.Process, Random], None]


def killed(worker: psutil.Process, _random: Random) -> None:
    """Kill the worker (SIGKILL)."""
    worker.kill()


def stopped(worker: psutil.Process, _random: Random) -> None:
    """Stop the worker for good (SIGSTOP)."""
    worker.suspend()


def returning(worker: psutil.Process, random: Random) -> None:
    """Stop the worker, and let it continue later."""
    worker.suspend()
    time.sleep(random.uniform(*AWAY_S))
    if worker.is_running():
        worker.resume()


def killed_late(worker: psutil.Process, _random: Random) -> None:
    """Kill the worker near the end of the run."""
    worker.kill()


HARMS: dict[str, Harm] = {harm.__name__: harm for harm in (killed, stopped, returning, killed_late)}


def harmed(harm: Harm, after: float, seconds: int, random: Random) -> Ended:
    """A run of `seconds`, one of whose workers is harmed `after` s after its first call."""
    with (
        running_service("adjustable_service", "--delay-ms", "5") as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        port = str(free_port())
        arguments = [
            "--headless",
            "--host",
            url,
            "--rate",
            str(RATE),
            "-t",
            f"{seconds}s",
            "--output",
            folder,
        ]
        many = ["--processes", str(WORKERS), "--master-bind-port", port, "--master-port", port]
        locust = [str(BIN / "locust"), "-f", "load/locustfile.py", "--document", f"{url}/openapi.json"]
        with (Path(folder) / "log").open("w") as output:
            master = subprocess.Popen([*locust, *arguments, *many], cwd=ROOT, stdout=output, stderr=output)
        workers: list[psutil.Process] = []
        try:
            _await_calls(url, master)
            began = time.monotonic()
            workers = psutil.Process(master.pid).children()
            time.sleep(after)
            if workers and master.poll() is None:
                # If the run is already over, there may be no worker to harm.
                with suppress(psutil.NoSuchProcess):
                    harm(random.choice(workers), random)
            return _ended(master, url, Path(folder), began, seconds)
        finally:
            master.kill()
            master.wait()
            for worker in workers:
                with suppress(psutil.NoSuchProcess):
                    worker.kill()


def _await_calls(url: str, master: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while not httpx.get(f"{url}/count").json():
        if master.poll() is not None or time.monotonic() > deadline:
            sys.exit("the run does not begin")
        time.sleep(POLL_S)


def _ended(master: "subprocess.Popen[bytes]", url: str, folder: Path, began: float, seconds: int) -> Ended:
    try:
        code = master.wait(began + seconds + ENDING_S - time.monotonic())
    except subprocess.TimeoutExpired:
        return Ended("", None, "it hangs", time.monotonic() - began)
    took = time.monotonic() - began
    file, log = folder / "results.json", (folder / "log").read_text()
    if not file.exists():
        return Ended("", code, log[-500:], took)
    run = json.loads(file.read_text())
    extra_calls = (
        run["beside"].get(f"to {purpose}", 0)
        for purpose in ("read back what was written", "see where the API is")
    )
    made = run["total"]["requests"] + sum(extra_calls)
    message = "; ".join((*run["invalid"], *run["reasons"]))
    if "Traceback" in log:
        message = f"a traceback in its log: {log}"
    is_whole = made == httpx.get(f"{url}/count").json()
    return Ended(run["verdict"], code, re.sub(r"worker \S+", "worker", message), took, is_whole)


def moment(name: str, seconds: int, random: Random) -> float:
    """When to harm a worker: seconds after the first call of a run of `seconds`."""
    return (
        random.uniform(seconds - 1, seconds + 1) if name == "killed_late" else random.uniform(0, seconds - 1)
    )


def main() -> None:
    """Harm workers, and print how the runs ended."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--of", choices=HARMS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wrong = 0
    for name in given.of or HARMS:
        random = Random(f"{name} {given.seed}")
        runs = []
        for number in range(1, given.runs + 1):
            after = moment(name, given.seconds, random)
            run = harmed(HARMS[name], after, given.seconds, random)
            run = replace(run, is_over=after > given.seconds - 1)
            runs.append(run)
            click.echo(
                f"{name} {number:2}, at {after:.1f} s: {run.verdict or 'NO END'}, exit code {run.code}, "
                f"{run.seconds:.1f} s: {run.message}"
            )
        right = sum(run.is_right for run in runs)
        wrong += len(runs) - right
        slowest = max(run.seconds for run in runs)
        click.echo(f"{name}: {right} of {len(runs)} right, the longest took {slowest:.1f} s")
    sys.exit(int(bool(wrong)))


if __name__ == "__main__":
    main()
