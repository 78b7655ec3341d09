"""Locust's own command line runs the load: alone, with several processes, as master and workers."""

import os
import re
import signal
from pathlib import Path

import httpx2 as httpx
import pytest

from contract_tests.support.processes import (
    UNHURRIED_CREATIONS,
    Service,
    Start,
    StartService,
    free_port,
    run,
)
from contract_tests.support.students_runs import LOCUST, calls, reckoned, rows


@pytest.mark.parametrize("ways", [(), ("--processes", "2")], ids=["alone", "two processes"])
def test_locust_runs_headless(seeded: tuple[Service, str], ways: tuple[str, ...]) -> None:
    service, database = seeded
    options: tuple[str, ...] = ("--headless", "-u", "8", "-r", "8", "-t", "6s", *UNHURRIED_CREATIONS)
    if ways:
        options = (*options, "--master-bind-port", str(port := free_port()), "--master-port", str(port))
    done = run(*LOCUST, *options, *ways, "--host", service.url)
    assert "refused although valid" not in done.output, done.output
    assert rows(database) == 300 + reckoned(done.output)
    assert re.search(r"(PASSED|FAILED)\n", done.output)


def test_a_master_runs_with_workers(seeded: tuple[Service, str], start: Start, tmp_path: Path) -> None:
    service, database = seeded
    profile = tmp_path / "no-lists.yaml"
    profile.write_text("weights: {read: 3, create: 3, delete: 1}\nwait: 0.02")
    port = str(free_port())
    master = start(
        *(*LOCUST, "--master", "--headless", "--expect-workers", "2", "--profile", str(profile)),
        *("-u", "8", "-r", "8", "-t", "5s", "--master-bind-port", port, "--host", service.url),
    )
    workers = [start(*LOCUST, "--worker", "--master-port", port) for _ in range(2)]
    master.wait()
    for worker in workers:
        worker.wait()
    assert rows(database) == 300 + reckoned(master.output)
    assert calls(master.output, "GET /students/{student_id}") > 0
    assert calls(master.output, "GET /students") == calls(master.output, "PUT /students/{student_id}") == 0


def test_ctrl_c_loses_no_results_of_workers(seeded: tuple[Service, str], start: Start) -> None:
    service, database = seeded
    port = str(free_port())
    ports = ("--master-bind-port", port, "--master-port", port)
    locust = start(
        *(*LOCUST, "--headless", "--processes", "2", "-u", "8", "-r", "8", "--host", service.url),
        *(*UNHURRIED_CREATIONS, *ports),
    )
    while rows(database) < 400:
        assert locust.process.poll() is None, locust.output
    # As in a terminal, every process of the group is interrupted.
    os.killpg(locust.process.pid, signal.SIGINT)
    locust.wait()
    assert "Traceback" not in locust.output, locust.output
    assert rows(database) == 300 + reckoned(locust.output), locust.output


OWN = """
from locust import HttpUser, constant, task
from load.locustfile import ContractUser

class Visitor(HttpUser):
    wait_time = constant(0.1)

    @task
    def look(self):
        self.client.get("/ui/")
"""


def test_a_locustfile_mixes_its_own_tasks_with_those_of_the_document(
    service: Service, tmp_path: Path
) -> None:
    own = tmp_path / "own.py"
    own.write_text(OWN)
    done = run(
        *("locust", "-f", str(own), "--headless", "-u", "4", "-r", "4", "-t", "3s", *UNHURRIED_CREATIONS),
        *("--host", service.url, "--output", str(tmp_path)),
    )
    assert re.search(r"^GET +/ui/ +[1-9]\d* +0\(0.00%\)", done.output, re.MULTILINE), done.output
    assert calls(done.output, "POST /students") > 0


@pytest.mark.parametrize("ways", [(), ("--processes", "2")], ids=["alone", "two processes"])
def test_a_second_ctrl_c_ends_the_reading_back(
    adjustable_service: StartService, start: Start, ways: tuple[str, ...]
) -> None:
    url = adjustable_service("--delay-ms", "500")
    port = str(free_port())
    ports = ("--master-bind-port", port, "--master-port", port) if ways else ()
    document = ("--document", f"{url}/openapi.json", "--host", url)
    locust = start(*LOCUST, "--headless", *document, *ways, *ports, "--rate", "100", "-t", "10m")
    while httpx.get(f"{url}/count").json() < 600:
        assert locust.process.poll() is None, locust.output
    os.killpg(locust.process.pid, signal.SIGINT)
    locust.wait_for("reading back what was written: ")
    os.killpg(locust.process.pid, signal.SIGINT)
    assert locust.wait() == 1
    assert "Traceback" not in locust.output, locust.output
    verdict = (
        r"INVALID\n  interrupted after \d+ s of 600 s\n(  .*\n)*  \d+ (entity|entities) written, but not read"
    )
    assert re.search(verdict, locust.output), locust.output


def test_a_long_read_back_after_ctrl_c_is_reported_completely(
    adjustable_service: StartService, start: Start
) -> None:
    """Locust ignores reports of a worker that has stopped, and the final results come after that."""
    url, port = adjustable_service("--delay-ms", "500"), str(free_port())
    ports = ("--processes", "2", "--master-bind-port", port, "--master-port", port)
    document = ("--document", f"{url}/openapi.json", "--host", url)
    locust = start(*LOCUST, "--headless", *document, *ports, "-u", "30", "-r", "30")
    while httpx.get(f"{url}/count").json() < 600:
        assert locust.process.poll() is None, locust.output
    os.killpg(locust.process.pid, signal.SIGINT)
    locust.wait()
    total = re.search(r"^all operations +(\d+) ", locust.output, re.MULTILINE)
    assert total is not None, locust.output
    others = [re.search(rf"(\d+) {purpose}", locust.output) for purpose in ("to see where", "to read back")]
    extra_calls = sum(int(match[1]) for match in others if match)
    assert int(total[1]) + extra_calls == httpx.get(f"{url}/count").json(), locust.output
    assert "reports are missing" not in locust.output


def test_stages_raise_the_number_of_users(seeded: tuple[Service, str], tmp_path: Path) -> None:
    profile = tmp_path / "two-steps.yaml"
    profile.write_text(
        "weights: {read: 1, create: 1}\nstages: [{users: 1, seconds: 2}, {users: 3, seconds: 4}]"
    )
    done = run(*LOCUST, "--headless", "--profile", str(profile), "--host", seeded[0].url)
    assert "to 1 users" in done.output
    assert "to 3 users" in done.output
    assert calls(done.output, "POST /students") > 0


@pytest.mark.process
def test_locust_reports_bad_input() -> None:
    unreachable = run(*LOCUST, "--headless", "-t", "20s", "--host", "http://127.0.0.1:1")
    assert unreachable.process.returncode == 1
    assert (
        "cannot reach http://127.0.0.1:1: connection refused; is the service running?" in unreachable.output
    )
    assert "Traceback" not in unreachable.output
    missing = run(*LOCUST, "--headless", "--document", "nowhere.yaml")
    assert missing.process.returncode == 1
    assert (
        missing.lines[-1]
        == "locustfile: nowhere.yaml: no such file; give the path or URL of an OpenAPI document"
    )
