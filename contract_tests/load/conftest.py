"""Fixtures that tests of the load share."""

from collections.abc import Iterator

import pytest

from contract_tests.support.processes import (
    Serve,
    Service,
    run,
)


@pytest.fixture
def seeded(database: str, serve: Serve) -> Iterator[tuple[Service, str]]:
    service = serve("--log-level", "warning", "--database-url", database)
    run("students-service", "seed", "--count", "300", "--database-url", database)
    yield service, database
