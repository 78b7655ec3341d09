"""Schemathesis finds nothing: in single operations, along the links, and as the command of the README."""

from typing import Any

import schemathesis
from hypothesis import settings
from schemathesis import Case

from contract_tests.conftest import new_database
from contract_tests.support.link_scenarios import follow_links
from contract_tests.support.processes import Serve, Service, run
from openapi.contract import students_document

EXAMPLES = 40
SCENARIOS = 30

schema = schemathesis.openapi.from_path(students_document())


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_operation_keeps_the_contract(case: Case[Any], service: Service) -> None:
    case.call_and_validate(base_url=service.url)


def test_links_keep_the_contract(database: str, serve: Serve) -> None:
    follow_links(serve("--database-url", database).url, database, SCENARIOS)


def test_the_schemathesis_command_of_the_readme_finds_nothing(postgres: str, serve: Serve) -> None:
    service = serve("--database-url", new_database(postgres))
    done = run("schemathesis", "run", "openapi/students.yaml", "--url", service.url)
    assert done.process.returncode == 0, done.output
    assert "No issues found" in done.output
    assert "WARNINGS" not in done.output
    assert "9 selected / 9 total" in done.output
