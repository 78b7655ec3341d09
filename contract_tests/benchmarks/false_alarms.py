"""Counts the faults that the load reports of services without any: the students service and a FastAPI one.
It runs for minutes, so it is run before a release and not for every change.

    python -m contract_tests.benchmarks.false_alarms [--run-time 3m] [--of fastapi]

Both are called by users who do not pause, by users who pause for 5 s (the time after which uvicorn closes an
idle connection), and at 100 calls/s; the students service also with the profile of steps. A line is printed
per run; the exit code is 1 if a run did not pass.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import yaml

from contract_tests.support.processes import Service, run, running_service
from load.options.scenario import DEFAULT_SCENARIO
from load.options.scenario_file import load_scenario
from openapi.contract import students_document

PAUSE_S = 5
RATE = 100
# Users who pause for so long call so seldom that many of them are needed.
PAUSING_USERS = 50
MOST_S = 600


@contextmanager
def students() -> Iterator[tuple[str, str]]:
    """The document and the URL of the students service, on an embedded database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service("--data-dir", folder)
        try:
            yield str(students_document()), service.url
        finally:
            service.end()


@contextmanager
def fastapi() -> Iterator[tuple[str, str]]:
    """The document and the URL of a FastAPI service."""
    with running_service("notes_service") as url:
        yield f"{url}/openapi.json", url


SERVICES = {service.__name__: service for service in (students, fastapi)}


def loads(folder: Path, run_time: str) -> dict[str, list[str]]:
    """The options of every load, by its name."""
    pausing = folder / "pausing.yaml"
    weights = load_scenario(DEFAULT_SCENARIO).weights
    pausing.write_text(yaml.safe_dump({"weights": weights, "wait": PAUSE_S}))
    users = str(PAUSING_USERS)
    timed = ["--run-time", run_time]
    return {
        "users who do not pause": [*timed, "--users", "2"],
        f"users who pause for {PAUSE_S} s": [
            *timed,
            *("--users", users, "--spawn-rate", users, "--profile", str(pausing)),
        ],
        f"{RATE} calls per s": [*timed, "--rate", str(RATE)],
    }


def passes(name: str, document: str, url: str, options: list[str], output: Path) -> bool:
    """Load a service, print the outcome in a line, and return whether it passed without a failure."""
    command = ("contract-load", "run", document, "--host", url, "--output", str(output), *options)
    done = run(*command, timeout=MOST_S)
    file = output / "results.json"
    if not file.exists():
        click.echo(f"{name}: no results\n{done.output}")
        return False
    results = json.loads(file.read_text())
    total, ledger = results["total"], results["ledger"]
    is_clean = results["passed"] and not total["failures"] and not ledger["lost"]
    click.echo(
        f"{name}: {results['verdict']}, {total['requests']} calls, {total['failures']} failures, p99 "
        f"{total['p99_ms']:.0f} ms; {ledger['read']} of {ledger['followed']} entities read back, "
        f"{ledger['lost']} lost"
    )
    if not is_clean:
        click.echo(done.output)
    return is_clean


def main() -> None:
    """Run every load on both services."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run-time", default="3m")
    parser.add_argument("--of", choices=SERVICES, action="append")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    clean = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in given.of or SERVICES:
            ways = loads(folder, given.run_time)
            if name == students.__name__:
                ways["the profile of steps"] = ["--profile", "steps"]
            with SERVICES[name]() as (document, url):
                for number, (way, options) in enumerate(ways.items()):
                    output = folder / f"{name}-{number}"
                    clean.append(passes(f"{name}, {way}", document, url, options, output))
    sys.exit(int(not all(clean)))


if __name__ == "__main__":
    main()
