"""The bottleneck that a run reports for services that are slow for a known reason."""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg2
import pytest

from contract_tests.conftest import new_database
from contract_tests.support.processes import run, running_service
from load.judgement.bottleneck import bottlenecks
from load.judgement.slowest import slowest
from load.measurements.load_generator import Generator
from load.measurements.results import Results
from load.measurements.run_records import Bottleneck
from load.measurements.sample import Sample
from load.observation.observation import Observation
from load.observation.sessions import Backend
from load.observation.usage import MachineMeter
from students_service.database.engine import database_url
from students_service.settings import Settings


def explained(url: str, folder: Path, *options: str) -> dict[str, Any]:
    """The bottlenecks of a run, by 'reads' and 'writes'."""
    arguments = ("--host", url, "-u", "8", "-r", "100", "-t", "5s", "--warm-up", "1s", "-o", str(folder))
    done = run("contract-load", "run", f"{url}/openapi.json", *arguments, *options)
    assert (folder / "results.json").exists(), done.output
    bottlenecks_found = json.loads((folder / "results.json").read_text())["explained"]["bottlenecks"]
    assert bottlenecks_found[0]["shown"] in done.output
    return {kind: bottleneck for bottleneck in bottlenecks_found for kind in bottleneck["of"].split(" and ")}


@pytest.fixture(scope="module")
def counting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL with pg_stat_statements, which has to be set before it starts."""
    settings = Settings(data_dir=str(tmp_path_factory.mktemp("counting") / "data"))
    with database_url(settings) as url:
        _execute(url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    with database_url(settings) as url:
        yield url


@pytest.fixture
def counting_database(counting_server: str) -> str:
    """The URL of an empty database whose statements are counted."""
    url = new_database(counting_server)
    _execute(url, "CREATE EXTENSION pg_stat_statements")
    return url


def _execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


@pytest.mark.process
@pytest.mark.parametrize(
    ("reason", "of", "message", "evidence", "certainty"),
    [
        (
            "index",
            "reads",
            "PostgreSQL searches table items row by row: an index is missing",
            "of all time of statements: SELECT id, code FROM items WHERE known = (SELECT",
            "likely",
        ),
        (
            "lock",
            "writes",
            "writes wait for locks in PostgreSQL",
            "most often held by a session that is idle in transaction: LOCK TABLE items",
            "sure",
        ),
        (
            "pool",
            "reads",
            "all database connections of the service are busy: there are 2",
            "calls were under way at a time",
            "sure",
        ),
        pytest.param(
            *("cpu", "reads", "the service's CPU is full", "the service (python", "sure"),
            marks=pytest.mark.alone,
        ),
    ],
)
def test_the_reason_for_slowness_is_found(
    reason: str, of: str, message: str, evidence: str, certainty: str, counting_database: str, tmp_path: Path
) -> None:
    options = ("--database", counting_database, "--reason", reason)
    with running_service("slow_service", *options) as url:
        bottleneck = explained(url, tmp_path, "--database-url", counting_database)[of]
    assert bottleneck["told"].startswith(message)
    assert any(evidence in line for line in bottleneck["evidence"]), bottleneck["evidence"]
    # If other programs, such as other tests, use the processors, nothing is sure, and the evidence says so.
    crowded = any(line.startswith("other programs than the service") for line in bottleneck["evidence"])
    short = bottleneck["told"].partition("shares this machine with other programs")[1]
    assert bottleneck["certainty"] == ("likely" if crowded or short else certainty)


def test_a_slow_network_is_found(database: str, tmp_path: Path) -> None:
    with (
        running_service("slow_service", "--database", database) as url,
        running_service("delaying_proxy", "--to", url.rpartition(":")[2], "--delay-ms", "150") as slow,
    ):
        found_by_kind = explained(slow, tmp_path, "--database-url", database)
    for bottleneck in found_by_kind.values():
        assert bottleneck["told"].startswith("the time is spent on the way, in the network or a proxy")
        assert bottleneck["certainty"] == "likely"


LABEL = "GET /it"


def results_of(service_ms: list[float], seconds: float) -> Results:
    """Results of reads with these service times (ms), in a run of that length (s)."""
    results = Results.of([LABEL])
    for taken in service_ms:
        results.record(LABEL, 200, taken / 1000, taken / 1000, [])
    results.clock.ended = results.clock.began + seconds
    return results


def sole_bottleneck(results: Results, *samples: Sample) -> Bottleneck:
    """The only bottleneck, for these samples of observation."""
    observation = Observation(("it",), 2, 1.0, [*samples] * 10)
    (bottleneck,) = bottlenecks(results, {LABEL: "get"}, observation)
    return bottleneck


def test_without_a_database_the_response_times_are_explained() -> None:
    # Two at a time take 20 ms each, so 100 per second are answered; eight are in flight.
    bottleneck = sole_bottleneck(
        results_of([20.0] * 2 + [80.0] * 998, 10), Sample(1.0, machine_cores=0.5, probe_ms=1.0)
    )
    assert bottleneck.message == (
        "calls wait for their turn: about 2 at a time are worked on, as with a pool or a lock"
    )
    assert (bottleneck.of, bottleneck.certainty) == ("reads", "possible")
    assert "100.0 answers/s with 8.0 calls under way" in bottleneck.evidence


def test_a_service_with_room_is_not_blamed() -> None:
    sample = Sample(1.0, 0.2, 0.2, 0.2, 1_000, None, 0.5, 1.0)
    bottleneck = sole_bottleneck(results_of([5.0] * 200, 10), sample)
    assert (bottleneck.message, bottleneck.certainty) == ("nothing was seen at its limit", "possible")
    assert "the service (it) used 0.20 cores" in bottleneck.evidence


def test_busy_processors_are_attributed_to_their_processes() -> None:
    busy = results_of([5.0] * 1_000, 10)
    assert (
        "one process, which uses one core"
        in sole_bottleneck(busy, Sample(1.0, 0.97, 0.97, 1.0, 1, None, 1.2)).message
    )
    assert "1.9 of 2 cores" in sole_bottleneck(busy, Sample(1.0, 1.9, 0.6, 0.6, 1, None, 1.95)).message
    shared = sole_bottleneck(busy, Sample(1.0, 0.6, 0.6, 1.0, 1, None, 1.95)).message
    assert "it gets 0.60 cores, waits for more, and shares this machine with other programs" in shared
    assert (
        "the machine's CPU is full"
        in sole_bottleneck(busy, Sample(1.0, 0.3, 0.3, 0.5, 1, None, 1.95)).message
    )


def test_nothing_is_sure_while_other_programs_fill_the_machine() -> None:
    busy = results_of([5.0] * 1_000, 10)
    alone = Sample(1.0, 0.3, 0.3, 0.5, 1, None, 1.95, load_cores=1.6)
    assert sole_bottleneck(busy, alone).certainty == "sure"
    crowded = sole_bottleneck(busy, msgspec.structs.replace(alone, load_cores=0.2))
    assert crowded.message == "the machine's CPU is full: other programs used 1.4 of 2 cores"
    assert crowded.certainty == "likely"
    # It is unknown what it would do on a processor of its own.
    assert sole_bottleneck(busy, Sample(1.0, 0.6, 0.6, 1.0, 1, None, 1.95)).certainty == "likely"
    busy.add_generator("", Generator(10, 9.5))
    assert sole_bottleneck(busy, alone).certainty == "sure"
    assert sole_bottleneck(busy, msgspec.structs.replace(alone, load_cores=0.2)).certainty == "likely"


def test_a_wait_inside_the_service_names_its_operation() -> None:
    results = Results.of([LABEL, "GET /reports"])
    for _ in range(50):
        results.record(LABEL, 200, 0.002, 0.002, [])
        results.record("GET /reports", 200, 0.4, 0.4, [])
    results.clock.ended = results.clock.began + 10
    methods = {LABEL: "get", "GET /reports": "get"}
    idle = Sample(1.0, 0.04, 0.04, 0.04, 1, None, 0.2, 1.0)
    (bottleneck,) = bottlenecks(results, methods, Observation(("it",), 2, 1.0, [idle] * 10))
    where = "GET /reports waits inside the service"
    unseen = "or for what that calls: its CPU was not busy (4%), its database was not observed"
    assert (bottleneck.message, bottleneck.certainty) == (f"{where}, {unseen}", "possible")
    waiting = msgspec.structs.replace(idle, postgres_cores=0.0, sessions=2, busy=0, locked=0)
    (bottleneck,) = bottlenecks(results, methods, Observation(("it",), 2, 1.0, [waiting] * 10))
    neither = "neither its CPU (4%) nor its database were busy"
    assert (bottleneck.message, bottleneck.certainty) == (f"{where}: {neither}", "likely")
    longest = slowest(results)
    assert longest is not None
    assert (longest.operation, round(longest.share, 2)) == ("GET /reports", 1.0)


def test_a_wait_for_the_database_log_is_found() -> None:
    results = Results.of(["POST /it"])
    for _ in range(100):
        results.record("POST /it", 201, 0.02, 0.02, [])
    results.clock.ended = results.clock.began + 1
    observation = Observation(samples=[Sample(1.0, sessions=2, busy=2, locked=0)] * 10)
    flushing = Backend(1, "active", "IO", "WalSync", "INSERT INTO it")
    for _ in range(7):
        observation.add_backends([flushing, replace(flushing, pid=2, wait_type="", wait="")])
    observation.add_backends([replace(flushing, pid=3, wait="WalWrite")] * 3)
    (bottleneck,) = bottlenecks(results, {"POST /it": "post"}, observation)
    assert bottleneck.message.startswith("writes wait for WAL flush (")
    assert bottleneck.certainty == "sure"


@pytest.mark.process
@pytest.mark.parametrize(
    ("nowhere", "reason"),
    [
        (
            "postgresql://nobody:pass-word@127.0.0.1:1/none",
            ": cannot reach the database: connection to server",
        ),
        (
            "me:pass-word@127.0.0.1/none",
            " must look like postgresql://host:5432/name, with user:password@ before the host",
        ),
    ],
)
def test_an_unreachable_database_is_reported_at_once(nowhere: str, reason: str, tmp_path: Path) -> None:
    with running_service("adjustable_service") as url:
        arguments = ("--host", url, "-o", str(tmp_path), "--database-url", nowhere)
        done = run("contract-load", "run", f"{url}/openapi.json", *arguments)
    assert done.wait() == 1
    (problem,) = (line for line in done.lines if "--database-url" in line)
    assert problem.startswith(f"contract-load: the run did not begin: --database-url{reason}")
    assert "requests" not in done.output
    assert "pass-word" not in done.output
    assert "Traceback" not in done.output


def test_machine_usage_is_seen_from_any_thread() -> None:
    """Also from a thread that measures for the first time."""
    machine, usages = MachineMeter(), list[float]()

    def look() -> None:
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
        usages.append(machine.cores())

    for _ in range(2):
        looking = threading.Thread(target=look)
        looking.start()
        looking.join()
    assert all(0.1 < usage <= (os.cpu_count() or 1) for usage in usages), usages
