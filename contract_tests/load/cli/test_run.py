"""The command `contract-load run`, on the project's own service and on others."""

import json
import re
import signal
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from contract_tests.support.processes import (
    UNHURRIED,
    UNHURRIED_WRITES,
    Service,
    Start,
    StartService,
    alive,
    free_port,
    processes_with,
    run,
    survivors,
)
from contract_tests.support.students_runs import LOCUST, rows
from openapi.contract import load_contract, students_document
from openapi.operation_reader import read_operations


@pytest.mark.process
def test_a_run_without_arguments_starts_its_own_service(tmp_path: Path) -> None:
    arguments = ("--users", "2", "--run-time", "5s", "--output", str(tmp_path / "out"))
    # Short, as the path of a socket in it is limited.
    with TemporaryDirectory() as place:
        done = run("contract-load", "run", *arguments, environment={"TMPDIR": place})
        assert survivors(processes_with(place)) == []
        assert list(Path(place).glob("contract-load-*")) == []
    assert done.process.returncode == 0, done.output
    assert "PASSED" in done.lines
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["passed"]
    assert len(results["operations"]) == len(read_operations(load_contract(str(students_document()))))
    assert all(operation["requests"] for operation in results["operations"].values())
    assert (tmp_path / "out" / "report.html").exists()


def test_the_rows_match_the_counted_creations_and_deletions(
    seeded: tuple[Service, str], tmp_path: Path
) -> None:
    service, database = seeded
    arguments = ("--host", service.url, "--users", "8", "--run-time", "6s", *UNHURRIED_WRITES)
    run("contract-load", "run", *arguments, "--output", str(tmp_path))
    results = json.loads((tmp_path / "results.json").read_text())["operations"]
    created = results["POST /students"]["statuses"]["201"]
    deleted = results["DELETE /students/{student_id}"]["statuses"]["204"]
    assert rows(database) == 300 + created - deleted


def test_a_broken_contract_fails_the_run_with_rule_and_place(
    database: str, tmp_path: Path, start: Start
) -> None:
    port = str(free_port())
    factory = ("--factory", "contract_tests.support.broken_students_service:without_a_field", "--port", port)
    broken = start("uvicorn", *factory, environment={"STUDENTS_DATABASE_URL": database})
    broken.wait_for("running on")
    host = ("--host", f"http://127.0.0.1:{port}")
    options = (*host, "--users", "4", *UNHURRIED)
    done = run("contract-load", "run", *options, "--run-time", "4s", "--output", str(tmp_path))
    assert done.process.returncode == 1
    place = r"GET /students/\{student_id\}: broken contract: 200 body /email \(required\), \d+ times"
    assert re.search(place, done.output), done.output
    plain = run(*LOCUST, "--headless", "-t", "6s", *options)
    assert plain.process.returncode == 1
    assert re.search(place, plain.output), plain.output


def test_ctrl_c_ends_in_a_verdict_and_leaves_no_processes(tmp_path: Path, start: Start) -> None:
    command = start("contract-load", "run", "--run-time", "10m", "--output", str(tmp_path), *UNHURRIED)
    command.wait_for("loading http")
    children = psutil.Process(command.process.pid).children(recursive=True)
    command.wait_for("req/s")
    assert command.end(signal.SIGINT) == 130
    assert "all operations" in command.output
    assert re.search(r"^INVALID\n  interrupted after \d+ s of 600 s", command.output, re.MULTILINE)
    assert "Traceback" not in command.output
    assert not survivors(children)


def test_sigterm_while_the_service_starts_leaves_no_processes(start: Start) -> None:
    with TemporaryDirectory() as place:
        command = start("contract-load", "run", environment={"TMPDIR": place})
        command.wait_for("starting the service")
        while not alive(processes_with(place)):
            pass
        assert command.end() == 128 + signal.SIGTERM
        assert survivors(processes_with(place)) == []
        assert list(Path(place).glob("contract-load-*")) == []


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
def test_bad_input_is_reported_in_one_line(arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = run("contract-load", "run", *arguments)
    assert done.process.returncode
    assert len(done.lines) == 1, done.output
    for word in words:
        assert word in done.output


@pytest.mark.process
@pytest.mark.parametrize("command", ["contract-load", "students-service"])
def test_the_version_is_printed(command: str) -> None:
    assert run(command, "--version").output == f"{command} {version('students-contract')}"


@pytest.mark.process
@pytest.mark.parametrize("command", ["contract-load", "students-service"])
def test_help_is_printed_without_a_command(command: str) -> None:
    done = run(command)
    assert done.process.returncode == 2
    assert done.lines[0] == f"Usage: {command} [OPTIONS] COMMAND [ARGS]..."


def test_options_that_stages_override_are_reported(adjustable_service: StartService, tmp_path: Path) -> None:
    profile = tmp_path / "short.yaml"
    profile.write_text("weights: {read: 1, create: 1}\nstages: [{users: 1, seconds: 1}]")
    url = adjustable_service()
    arguments = ("--profile", str(profile), "-u", "3", "-t", "5s", "--host", url, "--output", str(tmp_path))
    message = "--users and --run-time: no effect, because"
    assert message in run("contract-load", "run", f"{url}/openapi.json", *arguments).output
    document = ("--document", f"{url}/openapi.json")
    assert message in run(*LOCUST, "--headless", *document, *arguments).output
