"""Compares the figures of the load with those of wrk, of arithmetic, and of plain Locust.

python -m contract_tests.benchmarks.accuracy wrk        the same server at the same concurrency, in turns
python -m contract_tests.benchmarks.accuracy stalls     a server that freezes for 1 s every 10 s
python -m contract_tests.benchmarks.accuracy capacity   servers with a fixed number of handlers
"""

import argparse
import csv
import json
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from contract_tests.support.processes import BIN, running_service

FIXED = "/fixed"
CONNECTIONS = 16
DELAY_MS = 25.0
LIMITS = ((3, 100), (20, 100), (40, 100), (1, 20))
FREEZE_S, EVERY_S, RATE = 1.0, 10.0, 200
NAMES = ("rate", "median_ms", "p95_ms", "p99_ms")
SCRIPT = Path(__file__).with_name("percentiles.lua")
PLAIN = f"""
from locust import FastHttpUser, constant_throughput, task

class Fixed(FastHttpUser):
    wait_time = constant_throughput(1)

    @task
    def get(self):
        self.client.get("{FIXED}")
"""

Figures = Mapping[str, float]


def ours(url: str, seconds: int, *options: str) -> Figures:
    """The figures of contract-load for a server."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = (
            "--host",
            url,
            "--include",
            f"GET {FIXED}",
            "--run-time",
            f"{seconds}s",
            "--output",
            folder,
        )
        command = [str(BIN / "contract-load"), "run", f"{url}/openapi.json", *arguments, *options]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        total: Figures = json.loads((Path(folder) / "results.json").read_text())["total"]
        return total


def wrk(url: str, seconds: int) -> Figures:
    """The figures of wrk for a server."""
    arguments = ("-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(SCRIPT))
    done = subprocess.run(["wrk", *arguments, url + FIXED], capture_output=True, text=True, check=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def plain_locust(url: str, seconds: int) -> Figures:
    """What Locust says of a server that a user a call per second is meant to ask, as many as there are calls
    per second.
    """
    with tempfile.TemporaryDirectory() as folder:
        file, prefix = Path(folder) / "locustfile.py", Path(folder) / "plain"
        file.write_text(PLAIN)
        arguments = ("--headless", "--only-summary", "--host", url, "-u", str(RATE), "-r", str(RATE))
        command = [
            str(BIN / "locust"),
            "-f",
            str(file),
            *arguments,
            "-t",
            f"{seconds}s",
            "--csv",
            str(prefix),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rows = [*csv.DictReader(Path(f"{prefix}_stats.csv").read_text().splitlines())]
    row = next(row for row in rows if row["Name"] == "Aggregated")
    names = {"rate": "Requests/s", "median_ms": "50%", "p95_ms": "95%", "p99_ms": "99%"}
    named = {name: float(row[column]) for name, column in names.items()}
    return {**named, "max_ms": float(row["Max Response Time"])}


def compare_with_wrk(rounds: int, seconds: int) -> None:
    """Print the figures of both, and their ratios."""
    measured: dict[str, list[Figures]] = {"wrk": [], "contract-load": []}
    with running_service("adjustable_service", "--delay-ms", str(DELAY_MS)) as url:
        for _ in range(rounds):
            measured["wrk"].append(wrk(url, seconds))
            measured["contract-load"].append(ours(url, seconds, "--users", str(CONNECTIONS)))
    click.echo(f"{CONNECTIONS} connections, a server that takes {DELAY_MS:g} ms, medians of {rounds} rounds")
    medians = {name: _medians(figures, NAMES) for name, figures in measured.items()}
    _table(medians, NAMES)
    ratios = {
        name: statistics.median(
            one[name] / other[name]
            for one, other in zip(measured["contract-load"], measured["wrk"], strict=True)
        )
        for name in NAMES
    }
    click.echo(f"{'ratio':<15}" + "".join(f"{ratios[name]:>12.3f}" for name in NAMES))


def compare_with_truth(_rounds: int, _seconds: int) -> None:
    """Print our figures, the true ones, and those of plain Locust."""
    seconds = int(3 * EVERY_S)
    share = FREEZE_S / EVERY_S
    # Of all calls, a tenth is due in the freeze, and waits for what is left of it.
    truth = {
        "rate": float(RATE),
        "p95_ms": FREEZE_S * 1000 * (1 - 0.05 / share),
        "p99_ms": FREEZE_S * 1000 * (1 - 0.01 / share),
        "max_ms": FREEZE_S * 1000,
    }
    freeze = ("--freeze", str(FREEZE_S), "--every", str(EVERY_S))
    with running_service("adjustable_service", *freeze) as url:
        own = ours(url, seconds, "--rate", str(RATE), "--warm-up", "0s")
    with running_service("adjustable_service", *freeze) as url:
        plain = plain_locust(url, seconds)
    click.echo(
        f"{RATE} calls/s for {seconds} s, a server that freezes for {FREEZE_S:g} s every {EVERY_S:g} s"
    )
    _table({"truth": truth, "contract-load": own, "plain Locust": plain}, tuple(truth))


def compare_with_limits(_rounds: int, seconds: int) -> None:
    """Print the capacity of services, by arithmetic and as measured."""
    click.echo(f"{'handlers':>8}{'ms each':>10}{'truth':>10}{'found':>10}{'ratio':>8}")
    for handlers, each_ms in LIMITS:
        truth = handlers / each_ms * 1000
        with running_service(
            "adjustable_service", "--pool", str(handlers), "--delay-ms", str(each_ms)
        ) as url:
            measured = capacity(url, seconds)
        click.echo(f"{handlers:>8}{each_ms:>10}{truth:>10.1f}{measured:>10.1f}{measured / truth:>8.3f}")


def capacity(url: str, seconds: int) -> float:
    """The capacity (calls/s) that contract-load finds."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = (
            "--host",
            url,
            "--step-time",
            f"{seconds}s",
            "--output",
            folder,
            "--objective",
            "p95 < 500ms",
        )
        command = [str(BIN / "contract-load"), "capacity", f"{url}/openapi.json", *arguments]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rate: float = json.loads((Path(folder) / "results.json").read_text())["capacity"]["rate"]
        return rate


def _medians(figures: Sequence[Figures], names: Sequence[str]) -> Figures:
    return {name: statistics.median(figure[name] for figure in figures) for name in names}


def _table(rows: Mapping[str, Figures], names: Sequence[str]) -> None:
    click.echo(" " * 15 + "".join(f"{name:>12}" for name in names))
    for title, figures in rows.items():
        click.echo(f"{title:<15}" + "".join(f"{figures[name]:>12.1f}" for name in names))


def main() -> None:
    """Run one of the comparisons."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = {"wrk": compare_with_wrk, "stalls": compare_with_truth, "capacity": compare_with_limits}
    parser.add_argument("command", choices=commands)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8)
    given = parser.parse_args()
    commands[given.command](given.rounds, given.seconds)


if __name__ == "__main__":
    main()
