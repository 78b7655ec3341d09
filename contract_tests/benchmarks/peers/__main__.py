"""Our service and its peers, measured in turns, by `python -m contract_tests.benchmarks.peers COMMAND`:

compare    requests per second of every operation, ours and the peers round by round
growth     ours on 1,000, 100,000 and 1,000,000 students
memory     a worker of ours after its start and after 200,000 requests
start      from `contract-load run` to its first request, embedded PostgreSQL included
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from contract_tests.benchmarks.peers.servers import (
    OURS,
    PEERS,
    Running,
    Server,
    command,
    database,
    new_database,
    resident_bytes,
    running,
    tool,
)
from contract_tests.benchmarks.peers.timing import CONNECTIONS, GROWING, WORKS, Students, Work, ceiling, rate
from load.errors import LoadError
from load.measurements.results_file import FILE
from openapi.contract import load_contract, students_document

STUDENTS = 2_000
SIZES = (1_000, 100_000, 1_000_000)
REQUESTS = 200_000

Figures = dict[str, dict[str, list[float]]]


def main() -> None:
    """Run a command; an error is one line and a non-zero exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m contract_tests.benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["compare", "growth", "memory", "start"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of every measurement")
    parser.add_argument(
        "--peers",
        nargs="+",
        metavar="PEER",
        choices=[server.name for server in PEERS],
        default=[server.name for server in PEERS],
        help="those to compare with: %(choices)s",
    )
    parser.add_argument("--output", type=Path, default=Path("results"), help="where the figures go, as JSON")
    given = parser.parse_args()
    peers = [server for server in PEERS if server.name in given.peers]
    commands: dict[str, Callable[[int, int], Any]] = {
        "compare": partial(_compare, peers),
        "growth": _growth,
        "memory": _memory,
        "start": _start,
    }
    try:
        figures = commands[given.command](given.rounds, given.seconds)
    except LoadError as error:
        sys.exit(f"contract_tests.benchmarks.peers: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    given.output.mkdir(parents=True, exist_ok=True)
    file = given.output / f"peers-{given.command}.json"
    file.write_text(json.dumps(figures, indent=2) + "\n")
    click.echo(f"figures: {file}")


def _compare(peers: Sequence[Server], rounds: int, seconds: int) -> Any:
    document = students_document()
    with database() as postgres, ExitStack() as stack:
        url: str = postgres.get_uri()
        _seed(url, STUDENTS)
        students = stack.enter_context(closing(Students(url)))
        plain = _plain(document, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        servers = [stack.enter_context(running(OURS, url, document))]
        servers += [stack.enter_context(running(server, url, plain)) for server in peers]
        for server in servers[1:]:
            _check_contract(server, plain)
        students.as_before()
        figures = _measured(WORKS, [(server, students) for server in servers], rounds, seconds)
        limits = ceiling(tool(postgres, "pgbench"), url, students, seconds)
    click.echo(
        f"requests per second, {CONNECTIONS} connections (4 for 1,300 students), "
        f"medians of {rounds} rounds (least to most)"
    )
    _table(figures, [server.name for server in servers], "ours / {}", limits)
    return {"requests_per_s": figures, "pgbench_per_s": limits}


def _growth(rounds: int, seconds: int) -> Any:
    document = students_document()
    with database() as postgres, ExitStack() as stack:
        measured = []
        for size in SIZES:
            url = new_database(postgres.get_uri(), f"students_{size}")
            began = time.monotonic()
            _seed(url, size)
            click.echo(f"{size:,} students seeded in {time.monotonic() - began:.1f} s")
            server = stack.enter_context(running(OURS, url, document))
            students = stack.enter_context(closing(Students(url)))
            students.describe(server)
            measured.append((replace(server, name=f"{size:,}"), students))
        figures = _measured(GROWING, measured, rounds, seconds)
    click.echo(f"requests per second, {CONNECTIONS} connections, medians of {rounds} rounds (least to most)")
    _table(figures, [server.name for server, _ in measured], f"{SIZES[0]:,} / {{}}", {})
    return {"requests_per_s": figures}


def _measured(
    works: Sequence[Work], servers: Sequence[tuple[Running, Students]], rounds: int, seconds: int
) -> Figures:
    figures: Figures = {work.name: {server.name: [] for server, _ in servers} for work in works}
    for round_number in range(rounds):
        for number, work in enumerate(works):
            # Who comes first changes from round to round.
            turn = round_number % len(servers)
            for place, (server, students) in enumerate([*servers[turn:], *servers[:turn]]):
                tag = f"{round_number}-{number}-{place}"
                figures[work.name][server.name].append(rate(server, work, students, seconds, tag))
        click.echo(f"round {round_number + 1} of {rounds} done")
    return figures


def _table(figures: Figures, names: Sequence[str], ratio: str, limits: Mapping[str, float]) -> None:
    click.echo(" | ".join(["operation", *names, *(ratio.format(name) for name in names[1:]), "pgbench"]))
    for work, by_server in figures.items():
        first = by_server[names[0]]
        ratios = [[a / b for a, b in zip(first, by_server[name], strict=True)] for name in names[1:]]
        cells = [
            *(_spread(by_server[name], ",.0f") for name in names),
            *(_spread(ratio, ".2f") for ratio in ratios),
            f"{limits[work]:,.0f}" if work in limits else "",
        ]
        click.echo(" | ".join([work, *cells]))


def _spread(values: Sequence[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def _memory(_rounds: int, seconds: int) -> Any:
    document = students_document()
    work = next(work for work in WORKS if work.kind == "mixed")
    with database() as postgres:
        url: str = postgres.get_uri()
        _seed(url, STUDENTS)
        with running(OURS, url, document) as server:
            students = Students(url)
            sizes = [(0, resident_bytes(server))]
            done = 0.0
            while done < REQUESTS:
                done += seconds * rate(server, work, students, seconds, f"m{int(done)}")
                sizes.append((int(done), resident_bytes(server)))
                click.echo(f"{sizes[-1][0]:>8,} requests: {sizes[-1][1] / 1e6:.1f} MB")
            students.close()
    return {"bytes_after_requests": sizes}


def _start(rounds: int, _seconds: int) -> Any:
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            began = time.time()
            command("contract-load", "run", "--run-time", "1s", "--output", folder)
            results = json.loads((Path(folder) / FILE).read_text())
        seconds.append(datetime.fromisoformat(results["began"]).timestamp() - began)
        click.echo(f"first request after {seconds[-1]:.1f} s")
    click.echo(f"median of {rounds}: {_spread(seconds, '.1f')} s")
    return {"first_request_after_s": seconds}


def _seed(url: str, count: int) -> None:
    command("students-service", "seed", "--count", str(count), "--database-url", url)


def _plain(document: Path, folder: Path) -> Path:
    """The document without what the peers cannot do, in a folder. Ours is timed with the whole one."""
    contract = load_contract(document, overlays=[Path(__file__).with_name("plain.overlay.yaml")])
    plain = folder / "students.json"
    plain.write_text(json.dumps(contract.document))
    return plain


def _check_contract(server: Running, document: Path) -> None:
    """Check a peer against the document, so that only correct peers are timed."""
    click.echo(f"{server.name} is held against {document.name}")
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("--host", server.url, "--run-time", "5s", "--users", "2", "--output", folder)
        command("contract-load", "run", str(document), *arguments)


if __name__ == "__main__":
    main()
