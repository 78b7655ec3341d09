"""The students in a database, and what a run's table says of their calls."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2 as httpx
import psutil
import psycopg2
import pytest
from playwright.sync_api import Browser, expect

from contract_tests.support.processes import (
    Serve,
    Service,
    Start,
    StartService,
    alive,
    free_port,
    run,
    running,
    survivors,
    wait_for_port,
)


LOCUST = ("locust", "-f", "load/locustfile.py")


def rows(database: str) -> int:
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM students")
        ((counted,),) = cursor.fetchall()
    connection.close()
    return int(counted)


def calls(output: str, label: str) -> int:
    """The number of calls of an operation as the table tells it, none of which failed."""
    found = re.search(rf"^{re.escape(label)} +(\d+) +(\d+) ", output, re.MULTILINE)
    assert found, output
    assert found[2] == "0", output
    return int(found[1])


def reckoned(output: str) -> int:
    return calls(output, "POST /students") - calls(output, "DELETE /students/{student_id}")
