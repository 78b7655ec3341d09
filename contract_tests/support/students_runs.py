"""Counts of students: the rows in the database, and the calls in the table that a run prints."""

import re

import psycopg2

LOCUST = ("locust", "-f", "load/locustfile.py")


def rows(database: str) -> int:
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM students")
        ((counted,),) = cursor.fetchall()
    connection.close()
    return int(counted)


def calls(output: str, label: str) -> int:
    """The number of calls of an operation in the table that a run prints; fails if one of them failed."""
    match = re.search(rf"^{re.escape(label)} +(\d+) +(\d+) ", output, re.MULTILINE)
    assert match, output
    assert match[2] == "0", output
    return int(match[1])


def reckoned(output: str) -> int:
    """How many students a run has added, if all its creations and deletions were carried out."""
    return calls(output, "POST /students") - calls(output, "DELETE /students/{student_id}")
