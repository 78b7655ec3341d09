"""Fixtures that tests share: a real PostgreSQL, real services, a real browser."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg2
import pytest
import sqlalchemy as sa
import yaml
from playwright.sync_api import Browser, sync_playwright

from contract_tests.support.processes import (
    Command,
    Serve,
    Service,
    Start,
    StartService,
    running_service,
    starter,
)
from openapi.contract import students_document
from students_service.database.engine import database_url
from students_service.settings import PREFIX, Settings

Student = dict[str, Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of these tests."""
    parser.addoption(
        "--documents",
        help="A folder of OpenAPI documents; request bodies are built for these as well as for our own.",
    )


# Fixtures that start a process. A test that uses none of them, and is not marked `process`, is fast.
_STARTING = frozenset({"postgres", "adjustable_service", "serve", "start", "service", "browser"})


# Where the tests are that measure time.
ALONE = Path(__file__).parent / "load" / "judgement"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start no process as fast: `pytest -m fast` can be run after every change."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if not _STARTING.intersection(names) and not item.get_closest_marker("process"):
            item.add_marker("fast")
        if item.get_closest_marker("alone") and ALONE not in item.path.parents:
            raise pytest.UsageError(
                f"{item.nodeid} is marked alone, and .ci/run looks for those in {ALONE} only"
            )


@pytest.fixture(autouse=True)
def _fast_tests_start_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("fast"):

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("this test starts a process: mark it with pytest.mark.process")

        monkeypatch.setattr("subprocess.Popen.__init__", refuse)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    for name in [name for name in os.environ if name.startswith((PREFIX, "LOCUST_", "CONTRACT_"))]:
        del os.environ[name]


@pytest.fixture(autouse=True, scope="session")
def _hang_up_is_not_ignored() -> None:
    # Commands that are started inherit what these tests were started with, such as by nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an embedded PostgreSQL for the whole session."""
    data = tmp_path_factory.mktemp("postgresql") / "data"
    with database_url(Settings(data_dir=str(data))) as url:
        yield url


@pytest.fixture
def adjustable_service() -> Iterator[StartService]:
    """Starts services whose speed and faults are options, and returns their URLs."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(running_service("adjustable_service", *options))


_numbers = count()


def new_database(postgres: str) -> str:
    """Create an empty database and return its URL."""
    name = f"test_{next(_numbers)}"
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database(postgres: str) -> str:
    """The URL of an empty database that only this test uses."""
    return new_database(postgres)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts services that end with the test."""
    with starter(Service) as start:
        yield start


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts commands that end with the test."""
    with starter(Command) as start:
        yield start


@pytest.fixture(scope="session")
def service(postgres: str) -> Iterator[Service]:
    """One service that tests share which do not change its settings or break it."""
    started = Service("--database-url", new_database(postgres))
    yield started
    assert started.end() == 0
    assert [line for line in started.lines if '"level": "ERROR"' in line] == []


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    """An HTTP client of the shared service."""
    with httpx.Client(base_url=service.url) as client:
        yield client


@pytest.fixture
def student() -> Student:
    """A student that no other test has."""
    return new_student()


def new_student(**fields: Any) -> Student:
    """A valid student with a unique e-mail address."""
    return {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": f"ada.{os.getpid()}.{next(_numbers)}@example.org",
        "course": "Mathematics",
        "year": 2,
        **fields,
    }


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], object]], str]:
    """Writes an edited copy of the students document, and returns its path."""

    def edit(change: Callable[[dict[str, Any]], object]) -> str:
        document = yaml.safe_load(students_document().read_text())
        change(document)
        path = tmp_path / f"edited_{next(_numbers)}.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        return str(path)

    return edit


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the one of this machine, or Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    installed = next((path for name in names if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
        )
        yield browser
        browser.close()
