"""What ours is measured against does what the document says, or its speed would say nothing."""

from pathlib import Path

import pytest

from contract_tests.benchmarks.peers.servers import PEERS, Server, running
from contract_tests.processes import run
from openapi.contract import students_document


@pytest.mark.parametrize("server", PEERS, ids=lambda server: server.name)
def test_each_keeps_the_contract(server: Server, database: str, tmp_path: Path) -> None:
    seeded = run("students-service", "seed", "--count", "20", "--database-url", database)
    assert seeded.process.returncode == 0
    with running(server, database, students_document()) as it:
        options = ("--host", it.url, "--users", "2", "--run-time", "3s", "--output", str(tmp_path))
        done = run("contract-load", "run", str(students_document()), *options)
    assert "7 of 7 operations succeeded" in done.output
    assert "broken contract" not in done.output
    assert "server error" not in done.output
