"""The command line: every error is one clear line and a non-zero exit code."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg2
import pytest

from contract_tests.conftest import new_student
from contract_tests.support.processes import Command, Serve, Start, free_port, run

pytestmark = pytest.mark.process

Edited = Callable[[Callable[[dict[str, Any]], object]], str]


def one_line(command: Command, *words: str) -> None:
    assert command.process.returncode, command.output
    assert len(command.lines) == 1, command.output
    for word in words:
        assert word in command.output


@pytest.mark.parametrize("verb", ["serve", "seed"])
def test_a_missing_document_is_reported(verb: str) -> None:
    one_line(run("students-service", verb, "--contract", "nowhere.yaml"), "nowhere.yaml", "no such file")


@pytest.mark.parametrize("verb", ["seed", "upgrade"])
def test_an_unreachable_database_is_reported(verb: str) -> None:
    one_line(
        run("students-service", verb, "--database-url", "postgresql://127.0.0.1:1/x"),
        "127.0.0.1:1",
        "refused",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", ("line 2", "not YAML")),
        ("- a", ("not an OpenAPI document",)),
        ("title: a", ("not an OpenAPI document", "openapi")),
        ("swagger: '1.2'", ("Swagger 1.2",)),
        ("openapi: 3.0.3", ("paths",)),
        ("openapi: 3.0.3\npaths: {/: {get: {}}}", ("not valid OpenAPI",)),
        ("openapi: 3.1.0\npaths: {/: {}}", ("3.1", "3.0")),
    ],
)
def test_an_invalid_document_is_reported(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    document = tmp_path / "broken.yaml"
    document.write_text(text)
    one_line(run("students-service", "serve", "--contract", str(document)), str(document), *words)


def test_an_operation_without_a_handler_is_reported(edited: Edited) -> None:
    document = edited(lambda it: it["paths"]["/"]["get"].update(operationId="get_house"))
    one_line(run("students-service", "serve", "--contract", document), "GET /", "did you mean 'get_home'?")


def test_an_unresolved_reference_is_reported(edited: Edited) -> None:
    document = edited(lambda it: it["components"]["schemas"].pop("CourseName"))
    one_line(run("students-service", "serve", "--contract", document), "#/components/schemas/CourseName")


def test_plain_uvicorn_reports_the_same() -> None:
    done = run(
        "uvicorn", "--factory", "students_service.app:create_app", environment={"STUDENTS_CONTRACT": "x.yaml"}
    )
    one_line(done, "x.yaml", "no such file")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--prot", "80"), ("--prot",)),
        (("--port", "web"), ("--port", "web")),
        (("--port", "99999"), ("--port", "99999")),
        (("--workers", "0"), ("--workers",)),
    ],
)
def test_wrong_options_are_reported(options: tuple[str, ...], words: tuple[str, ...]) -> None:
    one_line(run("students-service", "serve", *options), *words)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "web"), ("PORT", "70000"), ("LOG_LEVEL", "bogus"), ("UPGRADE", "maybe"), ("WORKERS", "0")],
)
def test_wrong_settings_are_reported(name: str, value: str) -> None:
    one_line(run("students-service", "serve", environment={f"STUDENTS_{name}": value}), f"STUDENTS_{name}")


def test_an_invalid_pattern_is_reported(edited: Edited, database: str) -> None:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["StudentFields"]["properties"]["badge"] = {
            "type": "string",
            "pattern": "[A-Z",
        }

    one_line(
        run("students-service", "serve", "--contract", edited(change), "--database-url", database), "[A-Z"
    )
    assert (
        run("students-service", "upgrade", "--dry-run", "--database-url", database)
        .lines[0]
        .startswith("CREATE")
    )


def test_a_used_port_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("students-service", "serve", "--port", port)
    one_line(done, f"127.0.0.1:{port}", "in use", "--port")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", ("postgresql://",)),
        ("postgresql://127.0.0.1:abc/x", ("postgresql://",)),
        ("postgresql://127.0.0.1/x?foo=bar", ("foo",)),
        ("mysql://root@127.0.0.1/x", ("PostgreSQL",)),
        ("postgresql://me:secret@127.0.0.1:1/x", ("127.0.0.1:1", "refused", "--database-url")),
        (
            "postgresql:///x?host=127.0.0.1&port=1&password=secret",
            ("127.0.0.1", "refused", "password=hidden"),
        ),
    ],
)
def test_an_invalid_database_url_is_reported(url: str, words: tuple[str, ...]) -> None:
    done = run("students-service", "serve", "--port", "0", "--database-url", url)
    assert "secret" not in done.output
    assert done.process.returncode
    assert [line for line in done.lines if not line.startswith("database:")] == done.lines[-1:]
    for word in words:
        assert word in done.lines[-1]


def test_an_unusable_data_folder_is_reported() -> None:
    one_line(run("students-service", "seed", "--data-dir", "/etc/passwd"), "/etc/passwd", "--data-dir")


def test_a_dry_run_of_a_refused_upgrade_fails(edited: Edited, database: str) -> None:
    run("students-service", "upgrade", "--database-url", database)

    def change(document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        del schemas["StudentFields"]["properties"]["gpa"]
        schemas["StoredStudent"]["allOf"][1]["required"].remove("gpa")

    document = edited(change)
    options = ("--database-url", database, "--contract", document)
    dry = run("students-service", "upgrade", "--dry-run", *options)
    assert dry.process.returncode == 1
    assert dry.output.startswith("-- refused: column students.gpa"), dry.output


def test_upgrade_prints_its_sql_first(database: str) -> None:
    dry = run("students-service", "upgrade", "--dry-run", "--database-url", database)
    assert dry.lines[0].startswith("CREATE TABLE ")
    assert any(line.startswith("CREATE TABLE students") for line in dry.lines)
    refused = run("students-service", "serve", "--no-upgrade", "--port", "0", "--database-url", database)
    assert refused.process.returncode == 1
    assert "students-service upgrade" in refused.lines[-1]
    assert run("students-service", "upgrade", "--database-url", database).output == dry.output
    assert run("students-service", "upgrade", "--database-url", database).output == "-- nothing to do"


def test_seeded_students_are_unique_and_valid(database: str, serve: Serve) -> None:
    for _ in range(2):
        assert (
            run("students-service", "seed", "--count", "6000", "--database-url", database).process.returncode
            == 0
        )
    service = serve("--database-url", database)
    page = httpx.get(f"{service.url}/students", params={"limit": 2000})
    assert page.status_code == 200
    assert len(page.json()["students"]) == 2000
    connection = psycopg2.connect(database)
    cursor = connection.cursor()
    cursor.execute("SELECT count(*), count(DISTINCT email) FROM students")
    assert cursor.fetchone() == (12_000, 12_000)
    connection.close()


def test_embedded_data_survives_and_its_folder_is_printed(tmp_path: Path, serve: Serve) -> None:
    data = str(tmp_path / "data")
    first = serve("--data-dir", data)
    assert data in first.output
    where = httpx.post(f"{first.url}/students", json=new_student()).headers["location"]
    assert first.end() == 0
    assert not (tmp_path / "data" / "postmaster.pid").exists()
    second = serve("--data-dir", data)
    assert httpx.get(f"{second.url}{where}").status_code == 200


def test_plain_uvicorn_serves_and_stops_its_database(tmp_path: Path, start: Start) -> None:
    port = str(free_port())
    arguments = ("--factory", "students_service.app:create_app", "--port", port)
    environment = {"STUDENTS_DATA_DIR": str(tmp_path / "data")}
    command = start("uvicorn", *arguments, environment=environment)
    command.wait_for("running on")
    assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    command.end()
    assert not (tmp_path / "data" / "postmaster.pid").exists()
