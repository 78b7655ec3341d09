"""The fuzzing can fail: it finds the fault of every service that is broken on purpose."""

from collections.abc import Callable

import pytest
from schemathesis.core.failures import FailureGroup

from contract_tests.support.link_scenarios import follow_links
from contract_tests.support.processes import Start, free_port, run

Break = Callable[[str], str]
SCENARIOS = 300


@pytest.fixture
def broken(database: str, start: Start) -> Break:
    """Starts a broken service and returns its URL."""

    def url(factory: str) -> str:
        port = str(free_port())
        arguments = ("--factory", f"contract_tests.support.broken_students_service:{factory}", "--port", port)
        command = start("uvicorn", *arguments, environment={"STUDENTS_DATABASE_URL": database})
        command.wait_for("running on")
        return f"http://127.0.0.1:{port}"

    return url


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        ("without_a_field", ("PUT /students/{student_id}", '"email" is a required property')),
        ("with_an_undocumented_status", ("GET /health", "Undocumented status code", "218")),
        ("failing_on_a_boundary", ("POST /students", "Server error", '"year": 8')),
    ],
)
def test_fuzzing_finds_the_fault(broken: Break, factory: str, words: tuple[str, ...]) -> None:
    phases = ("--phases", "coverage,stateful")
    done = run("schemathesis", "run", "openapi/students.yaml", "--url", broken(factory), *phases)
    assert done.process.returncode == 1, done.output
    for word in words:
        assert word in done.output, done.output


def test_fuzzing_finds_entities_that_survive_their_deletion(broken: Break, database: str) -> None:
    with pytest.raises(FailureGroup) as caught:
        follow_links(broken("keeping_what_is_deleted"), database, SCENARIOS)
    assert {failure.title for failure in caught.value.exceptions} == {"Deleted resource still available"}
