"""Values of a scenario reach the service, from fixed values and from rows that processes share."""

from pathlib import Path

import psycopg2
import pytest

from contract_tests.support.processes import Service, free_port, run
from contract_tests.support.students_runs import LOCUST

SCENARIO = """
weights: {create: 3, read: 1, replace: 0, delete: 0}
wait: 0.05
values:
  create_student:
    body /course: {from: courses.csv, column: subject}
    body /year: {from: courses.csv, column: year}
    body /family_name: Row
"""


@pytest.mark.process
def test_rows_are_shared_by_processes(seeded: tuple[Service, str], tmp_path: Path) -> None:
    service, database = seeded
    (tmp_path / "courses.csv").write_text("subject,year\nLaw,1\nMusic,2\nPhysics,3\n")
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    port = str(free_port())
    done = run(
        *(*LOCUST, "--headless", "-u", "4", "-r", "4", "-t", "4s", "--host", service.url),
        *("--scenario", str(tmp_path / "scenario.yaml"), "--output", str(tmp_path)),
        *("--processes", "2", "--master-bind-port", port, "--master-port", port),
    )
    assert "none differs from what was acknowledged" in done.output, done.output
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT course, year, count(*) FROM students WHERE id > 300 GROUP BY 1, 2 ORDER BY 1, 2"
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM students WHERE id > 300 AND family_name NOT LIKE 'Row%'")
        assert cursor.fetchall() == [(0,)]
    assert [(course, year) for course, year, _ in rows] == [("Law", 1), ("Music", 2), ("Physics", 3)]
    counts = [count for *_, count in rows]
    # Processes begin anew when another one joins.
    assert max(counts) - min(counts) <= max(counts) / 4, rows
