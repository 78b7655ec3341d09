"""What tests of loads share."""

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


@pytest.fixture
def seeded(database: str, serve: Serve) -> Iterator[tuple[Service, str]]:
    service = serve("--log-level", "warning", "--database-url", database)
    run("students-service", "seed", "--count", "300", "--database-url", database)
    yield service, database
