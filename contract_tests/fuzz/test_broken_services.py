"""The fuzzing can fail: each service that is broken on purpose is caught, and for that reason."""

import socket
from collections.abc import Iterator

import pytest

from contract_tests.conftest import new_database
from contract_tests.processes import BIN, Command, run


@pytest.fixture
def broken(request: pytest.FixtureRequest, postgres: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    factory = f"contract_tests.fuzz.broken:{request.param}"
    environment = {"STUDENTS_DATABASE_URL": new_database(postgres)}
    command = Command(str(BIN / "uvicorn"), "--factory", factory, "--port", port, environment=environment)
    command.wait_for("startup complete")
    yield f"http://127.0.0.1:{port}"
    command.end()


@pytest.mark.parametrize(
    ("broken", "phases", "words"),
    [
        ("without_a_field", "stateful", ("GET /students/{student_id}", '"email" is a required property')),
        ("with_an_undocumented_status", "coverage", ("GET /health", "Undocumented HTTP status code")),
        ("failing_on_a_boundary", "coverage", ("POST /students", "Server error")),
        ("keeping_what_is_deleted", "stateful", ("Use after free", "DELETE /students/{student_id}")),
    ],
    indirect=["broken"],
)
def test_is_caught(broken: str, phases: str, words: tuple[str, ...]) -> None:
    done = run("schemathesis", "run", "openapi/students.yaml", "--url", broken, "--phases", phases)
    assert done.process.returncode == 1, done.output
    for word in words:
        assert word in done.output, done.output
