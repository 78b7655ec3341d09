"""Real loads against real services: with contract-load, and with Locust in all of its ways."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2 as httpx
import psutil
import psycopg2
import pytest
from playwright.sync_api import Browser, expect

from contract_tests.support.processes import (
    Serve,
    Service,
    Start,
    StartService,
    alive,
    free_port,
    run,
    running,
    survivors,
    wait_for_port,
)

LOCUST = ("locust", "-f", "load/locustfile.py")


def rows(database: str) -> int:
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM students")
        ((counted,),) = cursor.fetchall()
    connection.close()
    return int(counted)


def calls(output: str, label: str) -> int:
    """The number of calls of an operation as the table tells it, none of which failed."""
    found = re.search(rf"^{re.escape(label)} +(\d+) +(\d+) ", output, re.MULTILINE)
    assert found, output
    assert found[2] == "0", output
    return int(found[1])


def reckoned(output: str) -> int:
    return calls(output, "POST /students") - calls(output, "DELETE /students/{student_id}")


@pytest.fixture
def seeded(database: str, serve: Serve) -> Iterator[tuple[Service, str]]:
    service = serve("--log-level", "warning", "--database-url", database)
    run("students-service", "seed", "--count", "300", "--database-url", database)
    yield service, database


@pytest.mark.process
def test_the_main_job_needs_nothing(tmp_path: Path) -> None:
    arguments = ("--users", "2", "--run-time", "5s", "--output", str(tmp_path / "out"))
    # Short, for the sake of the socket's path in it.
    with TemporaryDirectory() as place:
        done = run("contract-load", "run", *arguments, environment={"TMPDIR": place})
        assert survivors(running(place)) == []
        assert list(Path(place).glob("contract-load-*")) == []
    assert done.process.returncode == 0, done.output
    assert "PASSED" in done.lines
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["passed"]
    assert len(results["operations"]) == 7
    assert all(each["requests"] for each in results["operations"].values())
    assert (tmp_path / "out" / "report.html").exists()


def test_rows_are_those_seeded_and_created_less_those_deleted(
    seeded: tuple[Service, str], tmp_path: Path
) -> None:
    service, database = seeded
    arguments = ("--host", service.url, "--users", "8", "--run-time", "6s", "--profile", "write-heavy")
    done = run("contract-load", "run", *arguments, "--output", str(tmp_path))
    results = json.loads((tmp_path / "results.json").read_text())["operations"]
    created = results["POST /students"]["statuses"]["201"]
    deleted = results["DELETE /students/{student_id}"]["statuses"]["204"]
    assert rows(database) == 300 + created - deleted == 300 + reckoned(done.output)


def test_a_service_that_breaks_its_contract_fails_with_rule_and_place(
    database: str, tmp_path: Path, start: Start
) -> None:
    port = str(free_port())
    factory = ("--factory", "contract_tests.support.broken_students_service:without_a_field", "--port", port)
    broken = start("uvicorn", *factory, environment={"STUDENTS_DATABASE_URL": database})
    broken.wait_for("running on")
    host = ("--host", f"http://127.0.0.1:{port}")
    done = run("contract-load", "run", *host, "--run-time", "4s", "--output", str(tmp_path))
    assert done.process.returncode == 1
    place = r"GET /students/\{student_id\}: broken contract: 200 body /email \(required\), \d+ times"
    assert re.search(place, done.output), done.output
    plain = run(*LOCUST, "--headless", "-u", "2", "-t", "6s", *host)
    assert plain.process.returncode == 1
    assert re.search(place, plain.output), plain.output


def test_ctrl_c_ends_in_a_verdict_and_leaves_nothing(tmp_path: Path, start: Start) -> None:
    command = start("contract-load", "run", "--run-time", "10m", "--output", str(tmp_path))
    command.wait_for("loading http")
    children = psutil.Process(command.process.pid).children(recursive=True)
    command.wait_for("req/s")
    assert command.end(signal.SIGINT) == 130
    assert "all operations" in command.output
    assert re.search(r"^INVALID\n  interrupted after \d+ s of 600 s", command.output, re.MULTILINE)
    assert "Traceback" not in command.output
    assert not survivors(children)


@pytest.mark.parametrize("ways", [(), ("--processes", "2")], ids=["alone", "two processes"])
def test_headless_locust(seeded: tuple[Service, str], ways: tuple[str, ...]) -> None:
    service, database = seeded
    options: tuple[str, ...] = ("--headless", "-u", "8", "-r", "8", "-t", "6s", "--profile", "write-heavy")
    if ways:
        options = (*options, "--master-bind-port", str(port := free_port()), "--master-port", str(port))
    done = run(*LOCUST, *options, *ways, "--host", service.url)
    assert "refused although valid" not in done.output, done.output
    assert rows(database) == 300 + reckoned(done.output)
    assert re.search(r"(PASSED|FAILED)\n", done.output)


def test_master_and_workers(seeded: tuple[Service, str], start: Start, tmp_path: Path) -> None:
    service, database = seeded
    profile = tmp_path / "no-lists.yaml"
    profile.write_text("weights: {read: 3, create: 3, delete: 1}")
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
        *LOCUST, "--headless", "--processes", "2", "-u", "8", "-r", "8", "--host", service.url, *ports
    )
    while rows(database) < 400:
        assert locust.process.poll() is None, locust.output
    # As a terminal does it: every process of the group is interrupted.
    os.killpg(locust.process.pid, signal.SIGINT)
    locust.wait()
    assert "Traceback" not in locust.output, locust.output
    assert rows(database) == 300 + reckoned(locust.output), locust.output


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
        r"INVALID\n  interrupted after \d+ s of 600 s\n(  .*\n)*  \d+ things that were written were not read"
    )
    assert re.search(verdict, locust.output), locust.output


def test_what_workers_read_back_for_long_after_ctrl_c_is_told_whole(
    adjustable_service: StartService, start: Start
) -> None:
    """Locust takes no report of a worker any more that has stopped, and the last results come after that."""
    url, port = adjustable_service("--delay-ms", "500"), str(free_port())
    ports = ("--processes", "2", "--master-bind-port", port, "--master-port", port)
    document = ("--document", f"{url}/openapi.json", "--host", url)
    locust = start(*LOCUST, "--headless", *document, *ports, "-u", "30", "-r", "30")
    while httpx.get(f"{url}/count").json() < 600:
        assert locust.process.poll() is None, locust.output
    os.killpg(locust.process.pid, signal.SIGINT)
    locust.wait()
    told = re.search(r"^all operations +(\d+) ", locust.output, re.MULTILINE)
    assert told is not None, locust.output
    others = [re.search(rf"(\d+) {purpose}", locust.output) for purpose in ("to see where", "to read back")]
    beside = sum(int(each[1]) for each in others if each)
    assert int(told[1]) + beside == httpx.get(f"{url}/count").json(), locust.output
    assert "reports are missing" not in locust.output


def test_sigterm_while_the_service_starts_leaves_nothing(start: Start) -> None:
    with TemporaryDirectory() as place:
        command = start("contract-load", "run", environment={"TMPDIR": place})
        command.wait_for("starting the service")
        while not alive(running(place)):
            pass
        assert command.end() == 128 + signal.SIGTERM
        assert survivors(running(place)) == []
        assert list(Path(place).glob("contract-load-*")) == []


def test_users_rise_step_by_step(seeded: tuple[Service, str], tmp_path: Path) -> None:
    profile = tmp_path / "two-steps.yaml"
    profile.write_text(
        "weights: {read: 1, create: 1}\nstages: [{users: 1, seconds: 2}, {users: 3, seconds: 4}]"
    )
    done = run(*LOCUST, "--headless", "--profile", str(profile), "--host", seeded[0].url)
    assert "to 1 users" in done.output
    assert "to 3 users" in done.output
    assert calls(done.output, "POST /students") > 0


def test_a_run_from_the_web_ui(browser: Browser, seeded: tuple[Service, str], start: Start) -> None:
    port = free_port()
    locust = start(*LOCUST, "--web-port", str(port), "--web-host", "0.0.0.0")
    locust.wait_for("Starting web interface")
    wait_for_port(port)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}")
    expect(page.get_by_label("Host")).to_have_value("http://127.0.0.1:5000")
    page.get_by_label("Host").fill(seeded[0].url)
    page.get_by_label("Number of users").fill("3")
    page.get_by_role("button", name="Start").click()
    row = page.get_by_role("row").filter(has_text="POST")
    expect(row).to_contain_text("/students", timeout=30_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="New").first).to_be_visible(timeout=30_000)
    locust.wait_for("^(PASSED|FAILED)$")
    page.close()
    locust.end()
    assert calls(locust.output, "POST /students") > 0


def test_the_web_ui_has_findings_and_objectives(
    browser: Browser, adjustable_service: StartService, start: Start
) -> None:
    url, port = adjustable_service("--fault", "stale read", "--delay-ms", "5"), free_port()
    told = ("--document", f"{url}/openapi.json", "--host", url, "--objective", "get_thing p95 < 9s")
    locust = start("locust", "-f", "load/locustfile.py", "--web-port", str(port), *told)
    wait_for_port(port)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}")
    page.get_by_label("Number of users").fill("5")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("tab", name="Contract findings").click()
    finding = page.get_by_role("row").filter(has_text="not as acknowledged: stale /name")
    expect(finding.first).to_contain_text("PUT /things/{thing_id}", timeout=30_000)
    page.get_by_role("tab", name="Objectives").click()
    objective = page.get_by_role("row").filter(has_text="p95 ≤ 9000 ms")
    expect(objective).to_contain_text("✓ holds", timeout=30_000)
    page.close()
    locust.end()


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--foo",), ("--foo",)),
        (("--run-time", "soon"), ("soon", "5m", "'contract-load run --help'")),
        (("--run-time", "0"), ("'0'", "5m")),
        (("nowhere.yaml",), ("nowhere.yaml", "no such file")),
        (("--profile", "none"), ("'none'", "mixed")),
        (("--host", "http://127.0.0.1:1"), ("127.0.0.1:1", "refused")),
        (("--host", "ftp://127.0.0.1"), ("ftp://127.0.0.1", "http://")),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = run("contract-load", "run", *arguments)
    assert done.process.returncode
    assert len(done.lines) == 1, done.output
    for word in words:
        assert word in done.output


@pytest.mark.process
def test_locust_tells_of_bad_input_too() -> None:
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


@pytest.mark.process
def test_a_port_of_the_web_ui_that_is_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(*LOCUST, "--web-host", "127.0.0.1", "--web-port", port)
    assert done.process.returncode == 1
    assert done.lines[-1].startswith(f"locustfile: the web UI cannot listen on port {port}: address already")
    assert "Traceback" not in done.output


@pytest.mark.process
@pytest.mark.parametrize("command", ["contract-load", "students-service"])
def test_the_version_is_told(command: str) -> None:
    assert run(command, "--version").output == f"{command} {version('students-contract')}"


@pytest.mark.process
@pytest.mark.parametrize("command", ["contract-load", "students-service"])
def test_without_a_command_there_is_help(command: str) -> None:
    done = run(command)
    assert done.process.returncode == 2
    assert done.lines[0] == f"Usage: {command} [OPTIONS] COMMAND [ARGS]..."


def test_what_stages_make_of_no_effect_is_told(adjustable_service: StartService, tmp_path: Path) -> None:
    profile = tmp_path / "short.yaml"
    profile.write_text("weights: {read: 1, create: 1}\nstages: [{users: 1, seconds: 1}]")
    url = adjustable_service()
    told = ("--profile", str(profile), "-u", "3", "-t", "5s", "--host", url, "--output", str(tmp_path))
    message = "--users and --run-time: no effect, because"
    assert message in run("contract-load", "run", f"{url}/openapi.json", *told).output
    document = ("--document", f"{url}/openapi.json")
    assert message in run(*LOCUST, "--headless", *document, *told).output
