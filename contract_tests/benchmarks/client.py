"""Requests per second of CPU time: our users, who build payloads and check every response, compared with
Locust's FastHttpUser, which sends one fixed GET and checks nothing. Both run in turns against the same
service, which answers at once on a core of its own.

    python -m contract_tests.benchmarks.client [--rounds 5] [--seconds 10] [--document openapi/students.yaml]
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import psutil

from contract_tests.benchmarks.canned import COUNT
from contract_tests.support.processes import BIN, ROOT
from openapi.contract import students_document

FIXED = """
from locust import FastHttpUser, task

class Fixed(FastHttpUser):
    @task
    def get(self):
        self.client.get("/students/1")
"""
USERS = "10"
WARM_REQUESTS = 2_000
POLL_S = 0.1


@contextmanager
def canned(document: str, core: int) -> Iterator[str]:
    """The URL of the service that answers at once."""
    command = [sys.executable, "-m", "contract_tests.benchmarks.canned", document]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        os.sched_setaffinity(service.pid, {core})
        assert service.stdout is not None
        yield f"http://127.0.0.1:{int(service.stdout.readline())}"
    finally:
        service.terminate()
        service.wait()


def rate(locustfile: str, host: str, seconds: int, core: int, *more: str) -> float:
    """Requests per second of CPU time, once users have started. Time of other processes does not count, so
    that the figure is that of the client alone.
    """
    options = ("--headless", "--only-summary", "-u", USERS, "-r", USERS, "--host", host)
    command = [str(BIN / "locust"), "-f", locustfile, *options, *more]
    client = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, text=True)
    try:
        os.sched_setaffinity(client.pid, {core})
        before = answered(host)
        while answered(host) < before + WARM_REQUESTS:
            time.sleep(POLL_S)
        process = psutil.Process(client.pid)
        began, used = answered(host), _cpu_s(process)
        time.sleep(seconds)
        return (answered(host) - began) / (_cpu_s(process) - used)
    finally:
        client.send_signal(signal.SIGINT)
        _, errors = client.communicate()
        if re.search(r"Aggregated +\d+ +[1-9]\d*\(", errors):
            raise RuntimeError(errors)


def answered(host: str) -> int:
    """The number of requests that the service has answered."""
    return int(httpx.get(host + COUNT.decode()).text)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def main() -> None:
    """Run the rounds and print medians, spreads and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--document", default=str(students_document()))
    options = parser.parse_args()
    *_, service_core, client_core = sorted(os.sched_getaffinity(0))
    rates: dict[str, list[float]] = {"FastHttpUser, fixed GET, unchecked": [], "ours, built and checked": []}
    fixed, ours = rates.values()
    with canned(options.document, service_core) as host, tempfile.TemporaryDirectory() as place:
        plain = Path(place) / "fixed.py"
        plain.write_text(FIXED)
        document = ("--document", options.document)
        for number in range(options.rounds):
            fixed.append(rate(str(plain), host, options.seconds, client_core))
            ours.append(rate("load/locustfile.py", host, options.seconds, client_core, *document))
            sys.stdout.write(f"round {number + 1}: {fixed[-1]:.0f} and {ours[-1]:.0f} req/s\n")
            sys.stdout.flush()
    for name, measured in rates.items():
        spread = f"{min(measured):.0f} to {max(measured):.0f}"
        sys.stdout.write(f"{name}: median {statistics.median(measured):.0f} req/s, {spread}\n")
    ratios = [one / other for one, other in zip(ours, fixed, strict=True)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    sys.stdout.write(f"ratio: median {statistics.median(ratios):.2f}, {spread}\n")


if __name__ == "__main__":
    main()
