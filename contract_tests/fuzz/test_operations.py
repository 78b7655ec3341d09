"""Schemathesis over every operation, over the links, and as the plain command of the README."""

import psycopg2
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from contract_tests.conftest import new_database
from contract_tests.processes import Serve, Service, run
from openapi.contract import students_document

EXAMPLES = 60
SCENARIOS = 40

schema = schemathesis.openapi.from_path(students_document())


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None)
def test_operation(case: Case, service: Service) -> None:
    case.call_and_validate(base_url=service.url)


def test_links(database: str, serve: Serve) -> None:
    service = serve("--database-url", database)
    linked = schemathesis.openapi.from_path(students_document())
    linked.config.update(base_url=service.url)
    rows = psycopg2.connect(database)
    rows.autocommit = True

    class Scenario(linked.as_state_machine()):  # type: ignore[misc] # made at run time
        def setup(self) -> None:
            """Each scenario finds the same: Hypothesis repeats itself, and compares."""
            rows.cursor().execute("TRUNCATE students RESTART IDENTITY")

    Scenario.run(
        settings=settings(
            max_examples=SCENARIOS,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
    )
    rows.close()


def test_the_plain_command(postgres: str, serve: Serve) -> None:
    service = serve("--database-url", new_database(postgres))
    done = run("schemathesis", "run", "openapi/students.yaml", "--url", service.url)
    assert done.process.returncode == 0, done.output
    assert "No issues found" in done.output
    assert "WARNINGS" not in done.output
    assert "7 selected / 7 total" in done.output
