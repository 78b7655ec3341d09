"""Requests per second of one operation, by wrk."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import orjson
import psycopg2

from contract_tests.benchmarks.peers.servers import GENERATOR_CORE, Running, on_core
from load.calls.connection import Connection
from load.errors import LoadError

CONNECTIONS = 16
# No server here deletes more in a second.
DELETIONS_PER_S = 6_000


@dataclass(frozen=True)
class Work:
    """The requests of one measurement: a kind, or the path of a page with values of students in braces."""

    name: str
    kind: str
    page: str = "/students?limit=100"
    times: int = 1  # as long as others, for what takes seconds somewhere
    connections: int = CONNECTIONS


WORKS = (
    Work("home", "home"),
    Work("health", "health"),
    Work("one student", "one"),
    Work("100 students", "page"),
    Work("1,300 students", "page", "/students?limit=1300", times=3, connections=4),
    Work("create", "create"),
    Work("replace", "replace"),
    Work("delete", "delete"),
    Work("mixed", "mixed"),
)


# Each costs the same wherever it lies, and however many students there are.
GROWING = (
    Work("one student", "one"),
    Work("first page", "page"),
    Work("page in the middle", "page", "/students?limit=100&cursor={cursor}"),
    Work("page of a course", "page", "/students?limit=100&course={course}"),
    Work("by address", "page", "/students?email={email}"),
    Work("create", "create"),
    Work("replace", "replace"),
    Work("delete", "delete"),
)


class Students:
    """The rows that servers work on: permanent ones, and those that a measurement adds and removes."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self.first, self.last, self.count = self._asked("SELECT min(id), max(id), count(*) FROM students")
        self.facts: dict[str, str] = {}

    def describe(self, server: Running) -> None:
        """Read the values for the paths of pages from the student in the middle."""
        self._cursor.execute(
            "SELECT email, course FROM students ORDER BY id OFFSET %s LIMIT 1", (self.count // 2,)
        )
        email, course = self._cursor.fetchone() or ("", "")
        cursor, connection = "", Connection(server.url)
        limit = min(self.count // 2, 2_000)
        for _ in range(self.count // 2 // limit):
            page = orjson.loads(connection.send("get", f"/students?limit={limit}{cursor}", {}, b"").body)
            cursor = f"&cursor={page['next_cursor']}" if "next_cursor" in page else cursor
        connection.close()
        cursor_text = cursor.partition("=")[2] or "0" * 16
        self.facts = {"email": quote(email), "course": quote(course), "cursor": cursor_text}

    def spare(self, count: int) -> int:
        """Add `count` rows that will be deleted, and return the id of the first."""
        (first,) = self._asked(
            "WITH added AS (INSERT INTO students (given_name, family_name, email, course, year)"
            " SELECT 'Spare', 'Student', 'spare.' || txid_current() || '.' || n || '@example.org', 'None', 1"
            " FROM generate_series(1, %s) AS n RETURNING id) SELECT min(id) FROM added",
            count,
        )
        return int(first)

    def as_before(self) -> None:
        """Remove all but the permanent rows."""
        self._cursor.execute("DELETE FROM students WHERE id > %s", (self.last,))
        self._cursor.execute("VACUUM (ANALYZE) students")

    def _asked(self, sql: str, *values: int) -> tuple[int, ...]:
        self._cursor.execute(sql, values)
        row: tuple[int, ...] = self._cursor.fetchone() or ()
        return row

    def close(self) -> None:
        """Close the connection to the database."""
        self._connection.close()


def ceiling(pgbench: Path, url: str, students: Students, seconds: int) -> dict[str, float]:
    """Prepared statements per second that PostgreSQL alone executes for every operation, on both cores."""
    fields = "given_name, family_name, email, date_of_birth, course, year, gpa, status"
    email = "md5(random()::text) || '@example.org'"
    values = f"'Ada', 'Lovelace', {email}, '1995-12-10', 'Mathematics', 2, 3.7, 'active'"
    spare = students.spare(DELETIONS_PER_S * seconds)
    changed = f"UPDATE students SET ({fields}, updated_at) = ROW({values}, now())"
    any_id = f"\\set id random({students.first}, {students.last})\n"
    spare_id = f"\\set id random({spare}, {spare + DELETIONS_PER_S * seconds - 1})\n"
    statements = {
        "health": "SELECT 1;",
        "one student": f"{any_id}SELECT * FROM students WHERE id = :id;",
        "100 students": "SELECT * FROM students WHERE id > 0 ORDER BY id LIMIT 101;",
        "1,300 students": "SELECT * FROM students WHERE id > 0 ORDER BY id LIMIT 1301;",
        "create": f"INSERT INTO students ({fields}) VALUES ({values}) RETURNING *;",
        "replace": f"{any_id}{changed} WHERE id = :id RETURNING *;",
        "delete": f"{spare_id}DELETE FROM students WHERE id = :id;",
    }
    try:
        return {name: _pgbench(pgbench, url, sql, seconds) for name, sql in statements.items()}
    finally:
        students.as_before()


def _pgbench(pgbench: Path, url: str, sql: str, seconds: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(sql)
        script.flush()
        done = subprocess.run(
            [
                str(pgbench),
                "-n",
                "-M",
                "prepared",
                f"-c{CONNECTIONS}",
                "-j2",
                f"-T{seconds}",
                "-f",
                script.name,
                url,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    match = re.search(r"tps = ([\d.]+)", done.stdout)
    if not match:
        raise LoadError(f"pgbench failed: {done.stderr.strip()}")
    return float(match.group(1))


def rate(server: Running, work: Work, students: Students, seconds: int, tag: str) -> float:
    """Requests per second. Raises LoadError if one did not succeed."""
    seconds *= work.times
    deletes = work.kind in ("delete", "mixed")
    spare = students.spare(DELETIONS_PER_S * seconds) if deletes else 0
    try:
        return _wrk(server, work, students, seconds, spare, tag)
    finally:
        students.as_before()


def _wrk(server: Running, work: Work, students: Students, seconds: int, spare: int, tag: str) -> float:
    if shutil.which("wrk") is None:
        raise LoadError("wrk is not installed; 'apt-get install wrk' or 'brew install wrk' brings it")
    done = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{work.connections}",
            f"-d{seconds}s",
            "--timeout",
            "60s",
            "-s",
            str(files("contract_tests.benchmarks.peers") / "requests.lua"),
            server.url,
        ],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=on_core(GENERATOR_CORE),
        env={
            **os.environ,
            "KIND": work.kind,
            "PAGE": work.page.format(**students.facts),
            "FIRST": str(students.first),
            "COUNT": str(students.count),
            "SPARE": str(spare),
            "TAG": tag,
        },
    )
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", done.stdout)
    match = re.search(r"Requests/sec: +([\d.]+)", done.stdout)
    if refused or not match:
        raise LoadError(f"{server.name}, {work.name}: {refused.group() if refused else done.stdout}")
    return float(match.group(1))
