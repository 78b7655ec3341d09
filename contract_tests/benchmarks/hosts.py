"""Checks that a master with two workers on other hosts counts the same calls as the service.

    sudo python -m contract_tests.benchmarks.hosts

Every worker runs in a network namespace of its own, which iproute2 creates as root.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import httpx2 as httpx

from contract_tests.support.processes import BIN, ROOT, free_port, running_service

HERE = "10.77.0.1"
WORKERS = 2
RATE, SECONDS = 200, 10


def ip(*words: str, check: bool = True) -> None:
    """Run iproute2."""
    subprocess.run(["ip", *words], check=check, stderr=None if check else subprocess.DEVNULL)


@contextmanager
def host(index: int) -> Iterator[tuple[str, ...]]:
    """The command prefix that runs a command in a network namespace, from which this host can be reached."""
    name, near, far = f"load-{index}", f"10.77.{index}.1", f"10.77.{index}.2"
    ip("netns", "add", name)
    try:
        ip("link", "add", f"{name}-a", "type", "veth", "peer", "name", f"{name}-b", "netns", name)
        ip("address", "add", f"{near}/24", "dev", f"{name}-a")
        ip("link", "set", f"{name}-a", "up")
        ip("-n", name, "address", "add", f"{far}/24", "dev", f"{name}-b")
        ip("-n", name, "link", "set", f"{name}-b", "up")
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "route", "add", "default", "via", near)
        yield ("ip", "netns", "exec", name)
    finally:
        ip("netns", "delete", name)


@contextmanager
def address() -> Iterator[None]:
    """Add an address of this host that all namespaces can reach."""
    ip("address", "add", f"{HERE}/32", "dev", "lo")
    try:
        yield
    finally:
        ip("address", "delete", f"{HERE}/32", "dev", "lo")


def main() -> None:
    """Run the load, and print both counts."""
    with ExitStack() as stack:
        stack.enter_context(address())
        hosts = [stack.enter_context(host(index)) for index in range(1, WORKERS + 1)]
        url = stack.enter_context(
            running_service("adjustable_service", "--host", "0.0.0.0", "--delay-ms", "2")
        )
        url = url.replace("127.0.0.1", HERE)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        locust = [str(BIN / "locust"), "-f", "load/locustfile.py", "--document", f"{url}/openapi.json"]
        port = str(free_port())
        arguments = [
            "--headless",
            "--host",
            url,
            "--rate",
            str(RATE),
            "-t",
            f"{SECONDS}s",
            "--output",
            folder,
        ]
        one = ["--worker", "--master-host", HERE, "--master-port", port]
        workers = [stack.enter_context(subprocess.Popen([*on, *locust, *one], cwd=ROOT)) for on in hosts]
        many = ["--master", "--master-bind-port", port, "--expect-workers", str(WORKERS)]
        subprocess.run([*locust, *arguments, *many], cwd=ROOT, check=False)
        for worker in workers:
            worker.wait(60)
        run = json.loads((Path(folder) / "results.json").read_text())
        answered = httpx.get(f"{url}/count").json()
    calls, read = run["total"]["requests"], run["ledger"]["read"]
    generators = ", ".join(run["generators"])
    click.echo(f"{WORKERS} workers ({generators}): {calls} calls and {read} reads of the ledger")
    click.echo(f"the service answered {answered}, {run['total']['failures']} failures, {run['verdict']}")
    sys.exit(int(calls + read != answered))


if __name__ == "__main__":
    main()
