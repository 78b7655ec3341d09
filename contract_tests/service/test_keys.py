"""Keys are made, listed and revoked, and the service asks for them where an overlay says so."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg2
import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner

from contract_tests.conftest import new_student
from contract_tests.service.test_strict_http import problem
from contract_tests.support.asgi_client import AsgiClient, in_loop, request, scope
from contract_tests.support.processes import Serve
from openapi.contract import ContractError, students_document
from students_service.app import build_app, read_api
from students_service.commands import cli
from students_service.errors import ServiceError
from students_service.settings import Settings, from_environment

KEYS, RATE_LIMIT = (
    str(students_document().with_name(name)) for name in ("keys.overlay.yaml", "rate-limit.overlay.yaml")
)
Run = Callable[..., str]


@pytest.fixture
def keys(database: str) -> Run:
    """Runs `students-service keys`, and returns what it prints."""

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["keys", *arguments, "--database-url", database])
        if done.exception:
            raise done.exception
        return done.output.strip()

    return run


@contextmanager
def serving(database: str, *overlays: str) -> Iterator[Callable[..., httpx.Response]]:
    """Sends requests to an application with overlays that runs in this process."""
    app = build_app(Settings(database_url=database, overlay=overlays))

    async def send(method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://it") as client:
            return await client.request(method, path, **options)

    yield lambda *request, **options: in_loop(send(*request, **options))


def sql(database: str, *statements: str) -> list[Any]:
    """Execute statements; the rows of the last one."""
    connection = psycopg2.connect(database)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_a_key_is_printed_once_and_stored_as_a_hash(database: str, keys: Run) -> None:
    text = keys("add", "ada")
    assert keys("add", "reader", "--read-only").startswith("key_")
    ada, reader = keys("list").splitlines()
    assert ada.startswith(f"ada  {text[:12]}…  read and write  created 2")
    assert reader.startswith("reader  key_")
    assert "  read-only  " in reader
    stored = str(sql(database, "SELECT * FROM students_service_keys"))
    assert text[:12] in stored
    assert text[13:] not in stored
    keys("revoke", "ada")
    assert keys("list").splitlines() == [reader]


def test_names_are_taken_once_and_have_no_colon(keys: Run) -> None:
    keys("add", "ada")
    for arguments, words in (
        (("add", "ada"), "there is a key named 'ada' already"),
        (("add", "a:b"), "'a:b' is no name of a key"),
        (("revoke", "bob"), "there is no key named 'bob'"),
    ):
        with pytest.raises(ServiceError, match=words):
            keys(*arguments)


def test_the_document_as_shipped_is_open_and_needs_no_table(database: str) -> None:
    with serving(database) as send:
        assert send("GET", "/students").status_code == 200
    assert sql(database, "SELECT to_regclass('students_service_keys')") == [(None,)]


def test_the_overlay_switches_keys_on(database: str, keys: Run) -> None:
    with serving(database, KEYS) as send:
        writer, reader = keys("add", "writer"), keys("add", "reader", "--read-only")
        assert problem(send("GET", "/students"), 401)["detail"].startswith("a key is missing")
        for headers in ({"X-API-Key": writer}, {"Authorization": f"Bearer {writer}"}):
            created = send("POST", "/students", json=new_student(), headers=headers)
            assert created.status_code == 201
        where = created.headers["location"]
        assert send("GET", where, headers={"X-API-Key": reader}).status_code == 200
        assert problem(send("DELETE", where, headers={"X-API-Key": reader}), 403)["detail"]
        assert send("HEAD", where).status_code == 401
        for headers in ({}, {"X-API-Key": reader}):
            assert send("GET", where, headers=headers).headers["cache-control"] == "private"
        for path in ("/", "/health", "/ui/", "/openapi.json"):
            answer = send("GET", path)
            assert (answer.status_code, answer.headers.get("cache-control")) == (200, None), path
        assert send("GET", "/openapi.json").json()["security"] == [{"apiKey": []}, {"bearer": []}]
        mixed = writer[:12] + reader[12:]
        assert problem(send("GET", where, headers={"X-API-Key": mixed}), 401)["detail"].startswith(
            "the key is"
        )


def test_the_log_says_whose_key_a_request_had(
    database: str, keys: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(database, KEYS) as send, caplog.at_level("INFO", "students_service.access"):
        send("GET", "/students", headers={"X-API-Key": keys("add", "ada")})
        send("GET", "/students")
        send("GET", "/")
    logged = [record for record in caplog.records if record.name == "students_service.access"]
    assert [getattr(record, "caller", None) for record in logged] == ["ada", None, None]


def test_credentials_come_after_routing_and_before_all_other_checks(database: str, keys: Run) -> None:
    with serving(database, KEYS) as send:
        problem(send("GET", "/nowhere"), 404)
        problem(send("DELETE", "/students"), 405)
        for method, path, options in (
            ("GET", "/students?unknown=1", {}),
            ("GET", "/students", {"headers": {"Accept": "text/html"}}),
            ("POST", "/students", {"content": b"x", "headers": {"Content-Type": "text/plain"}}),
            ("POST", "/students", {"content": b"x" * 100_000}),
        ):
            problem(send(method, path, **options), 401)
        headers = {"X-API-Key": keys("add", "reader", "--read-only")}
        problem(send("POST", "/students?unknown=1", headers=headers), 403)


def test_the_body_of_a_refused_request_is_not_read(database: str) -> None:
    app = build_app(Settings(database_url=database, overlay=(KEYS,)))
    headers = [(b"host", b"it"), (b"content-length", b"10"), (b"content-type", b"application/json")]

    async def scenario() -> AsgiClient:
        client = AsgiClient(request(b"{", more=True))
        await app(scope(method="POST", path="/students", headers=headers), client.receive, client.send)
        return client

    client = in_loop(scenario())
    assert client.sent[0]["status"] == 401
    assert client.received


def test_without_its_database_the_service_cannot_tell(database: str, keys: Run) -> None:
    key = keys("add", "ada")
    with serving(database, KEYS) as send:
        name = sa.make_url(database).database
        other = sa.make_url(database).set(database="postgres").render_as_string(hide_password=False)
        sql(
            other,
            f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        answer = send("GET", "/students", headers={"X-API-Key": key})
        assert problem(answer, 503)["detail"] == "the database does not answer"
        assert answer.headers["retry-after"] == "1"
        # A text that cannot be a key needs no database.
        problem(send("GET", "/students", headers={"X-API-Key": "x"}), 401)
        sql(other, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        assert send("GET", "/students", headers={"X-API-Key": key}).status_code == 200


def test_callers_are_limited_by_their_key_and_else_by_their_address(database: str, tmp_path: Path) -> None:
    overlay = yaml.safe_load(Path(RATE_LIMIT).read_text())
    overlay["actions"][0]["update"]["x-rate-limit"] = {"requests": 2, "per_seconds": 3600}
    limit = tmp_path / "limit.yaml"
    limit.write_text(yaml.safe_dump(overlay))
    with serving(database, str(limit)) as send:
        statuses = [
            send("GET", path).status_code for path in ("/students", "/students/1", "/students/1", "/")
        ]
        assert statuses == [200, 404, 429, 200]
        assert 0 < int(send("GET", "/students").headers["retry-after"]) <= 1800
    add = ["keys", "add", "--database-url", database]
    with serving(database, KEYS, str(limit)) as send:
        ada, bob = (CliRunner().invoke(cli, [*add, name]).output.strip() for name in ("ada", "bob"))
        statuses = [
            send("GET", "/students", headers={"X-API-Key": key}).status_code for key in [ada] * 3 + [bob]
        ]
        assert statuses == [200, 200, 429, 200]
        assert send("GET", "/students").status_code == 401


def test_the_document_is_printed_with_its_overlays() -> None:
    done = CliRunner().invoke(cli, ["document", "--overlay", KEYS, "--overlay", RATE_LIMIT])
    printed = json.loads(done.output)
    assert printed["security"] == [{"apiKey": []}, {"bearer": []}]
    assert {"401", "403", "429"} <= printed["paths"]["/students"]["get"]["responses"].keys()
    assert printed == dict(read_api(Settings().contract, (KEYS, RATE_LIMIT)).contract.document)


def test_an_overlay_reaches_workers_through_the_environment() -> None:
    settings = Settings(overlay=("a b.yaml", "c.yaml"))
    assert from_environment(settings.environment()) == settings
    assert from_environment(Settings().environment()) == Settings()
    assert from_environment({"STUDENTS_OVERLAY": "a b.yaml:c.yaml"}) == settings


def test_shipped_overlays_can_be_combined() -> None:
    api = read_api(Settings().contract, (RATE_LIMIT, KEYS))
    assert api.contract.notes == ()
    assert {"students", "students_service_keys", "idempotency_keys"} == set(api.metadata.tables)


def test_what_cannot_be_enforced_keeps_the_service_from_starting(tmp_path: Path) -> None:
    scheme = {"type": "openIdConnect", "openIdConnectUrl": "https://example.org"}
    update = {"security": [{"id": []}], "components": {"securitySchemes": {"id": scheme}}}
    overlay = {"overlay": "1.0.0", "actions": [{"target": "$", "update": update}]}
    (tmp_path / "id.yaml").write_text(yaml.safe_dump(overlay))
    with pytest.raises(
        ContractError, match=r"students.yaml: security, id: the service cannot enforce openIdC"
    ):
        read_api(Settings().contract, (str(tmp_path / "id.yaml"),))


def test_workers_ask_for_keys_and_notes_are_logged(
    database: str, keys: Run, serve: Serve, tmp_path: Path
) -> None:
    typo = tmp_path / "typo.yaml"
    typo.write_text("{overlay: 1.0.0, actions: [{target: $.pahts, update: {}}]}")
    service = serve("--database-url", database, "--workers", "2", "--overlay", KEYS, "--overlay", str(typo))
    service.wait_for("typo.yaml, action 1: target '[$].pahts' selects nothing")
    key = keys("add", "ada")
    for _ in range(8):
        assert httpx.get(f"{service.url}/students", headers={"X-API-Key": key}).status_code == 200
        assert httpx.get(f"{service.url}/students").status_code == 401
