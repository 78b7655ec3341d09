"""The base URL of a service is found from what its document says and what the service answers."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.support.answering_service import UNKNOWN, Answer, answering
from contract_tests.support.processes import run
from load.calls.base_url import find_base_url
from load.errors import LoadError
from load.options.credentials import credentials
from load.options.selection import Selection
from openapi.contract import Contract
from openapi.operation_reader import readable_operations
from openapi.security import security_schemes

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "It", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {"/things": {"get": {"responses": {"200": {"description": "fine"}}}}},
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        bodies = {"/v1/things": b"{}", "/docs/openapi.json": json.dumps(DOCUMENT).encode()}
        body = bodies.get(self.path, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.process
def test_a_relative_server_is_resolved_against_the_url_of_the_document(origin: str, tmp_path: Path) -> None:
    done = run("contract-load", "run", f"{origin}/docs/openapi.json", "-t", "1s", "-o", str(tmp_path))
    assert f"loading {origin}/v1 with" in done.output
    assert done.process.returncode == 0


@pytest.mark.process
def test_the_path_of_a_server_is_added_where_only_it_answers(origin: str, tmp_path: Path) -> None:
    document = tmp_path / "it.json"
    document.write_text(json.dumps(DOCUMENT))
    options = ("--host", origin, "-t", "1s")
    done = run("contract-load", "run", str(document), *options, "-o", str(tmp_path))
    assert f"loading {origin}/v1 with" in done.output
    assert done.process.returncode == 0
    locust = run("locust", "-f", "load/locustfile.py", "--headless", *options, "--document", str(document))
    assert "1 of 1 operation succeeded" in locust.output
    assert locust.process.returncode == 0


@pytest.mark.process
def test_reading_the_document_does_not_shorten_the_run(origin: str, tmp_path: Path) -> None:
    document = tmp_path / "long.yaml"
    notes = "\n".join(f"  n{number}: [1, 2, 3]" for number in range(30_000))
    document.write_text(f"x-notes:\n{notes}\n{yaml.safe_dump(DOCUMENT)}")
    arguments = ("--headless", "--host", origin, "-t", "1s", "--document", str(document))
    assert "1 of 1 operation succeeded" in run("locust", "-f", "load/locustfile.py", *arguments).output


@pytest.mark.process
def test_an_unwritable_output_folder_is_reported_before_the_run(origin: str) -> None:
    done = run("contract-load", "run", f"{origin}/docs/openapi.json", "-o", "/dev/null/it")
    assert done.output.startswith("contract-load: cannot write to /dev/null/it: ")
    assert done.process.returncode == 1


JSON = {"application/json": {"schema": {"type": "object", "required": ["id"]}}}
FINE = {"200": {"description": "fine", "content": JSON}}
ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
LIST = {"/things": {"get": {"responses": {"200": {"description": "fine"}}}}}
TOLD = {"/things": {"get": {"responses": FINE}}}
ONE = {"/things/{id}": {"parameters": ID, "get": {"responses": {**FINE, "404": {"description": "gone"}}}}}
NEW = {"/things": {"post": {"responses": {"201": {"description": "made"}}}}}
RESET = {"/reset": {"get": {"responses": FINE}}, "/purge": {"post": {"responses": FINE}}}
THING = (200, "application/json", b'{"id": 1}')
NO_SUCH = (404, "application/json", b'{"detail": "no such thing"}')
ABSENT = (404, "text/html", b"<html>there is nothing at PATH</html>")
REFUSED = (405, "application/json", b"{}")
PAGE = (200, "text/html", b"<html>")


def described(paths: Any, *servers: Any, source: str = "it.yaml", **more: Any) -> Contract:
    described_servers = {
        "servers": [{"url": server} if isinstance(server, str) else server for server in servers]
    }
    document = {"openapi": "3.1.0", "paths": paths, **(described_servers if servers else {}), **more}
    return Contract(source, document, (3, 1))


def located(host: str, contract: Contract, bearer: str = "") -> tuple[str, int]:
    operations, _ = readable_operations(contract)
    schemes = security_schemes(contract)
    return find_base_url(host, contract, operations, credentials((), bearer, (), "", schemes), Selection())


@pytest.mark.parametrize(
    ("paths", "answers", "otherwise", "path"),
    [
        pytest.param(LIST, {"/things": THING}, UNKNOWN, "", id="only without"),
        pytest.param(LIST, {"/v1/things": THING}, UNKNOWN, "/v1", id="only with"),
        pytest.param(LIST, {"/v1/things": THING, "/things": THING}, UNKNOWN, "/v1", id="both"),
        pytest.param(LIST, {}, (401, "application/json", b"{}"), "/v1", id="nobody may know"),
        pytest.param(LIST, {"/api/things": THING}, UNKNOWN, "/api", id="a usual path"),
        pytest.param(TOLD, {"/api/things": THING}, PAGE, "/api", id="a usual path, a page for the rest"),
        pytest.param(TOLD, {}, (200, "application/json", b"{}"), "/v1", id="the same wrong answer for all"),
        pytest.param(NEW, {}, UNKNOWN, "/v1", id="nothing that may be asked for"),
        pytest.param(LIST, {"/v1/things": THING}, PAGE, "/v1", id="a page for all that is not known"),
        pytest.param(LIST, {"/things": THING}, PAGE, "", id="a page for the rest"),
        pytest.param(ONE, {"/things/": NO_SUCH}, UNKNOWN, "", id="no such thing, without"),
        pytest.param(ONE, {"/v1/things/": NO_SUCH}, UNKNOWN, "/v1", id="no such thing, with"),
        pytest.param(NEW, {"/things": REFUSED}, UNKNOWN, "", id="another method, without"),
        pytest.param(NEW, {"/v1/things": REFUSED}, UNKNOWN, "/v1", id="another method, with"),
        pytest.param({**ONE, **LIST}, {"/things/": UNKNOWN, "/things": THING}, UNKNOWN, "", id="one of two"),
    ],
)
def test_the_base_url_is_found_where_operations_answer(
    paths: Any, answers: Any, otherwise: Answer, path: str
) -> None:
    with answering(answers=answers, otherwise=otherwise) as (host, requests):
        assert located(host, described(paths, "/v1")) == (host + path, len(requests))
        assert {request.partition(" ")[0] for request in requests} == {"GET"}


@pytest.mark.process
@pytest.mark.parametrize("server", ["/v1", "/"])
@pytest.mark.parametrize("path", ["", "/mine"])
def test_a_host_without_the_api_is_reported(server: str, path: str, tmp_path: Path) -> None:
    document = tmp_path / "it.json"
    document.write_text(json.dumps({**DOCUMENT, "servers": [{"url": server}], "paths": {**TOLD, **ONE}}))
    with answering(otherwise=PAGE, answers={}) as (host, _):
        done = run("contract-load", "run", str(document), "--host", host + path, "-o", str(tmp_path))
    assert done.process.returncode == 1
    assert done.lines[-1] == (
        f"contract-load: no operation of the document is at {host}{path}: GET /things is answered 200 "
        f"(text/html), the same as a path that does not exist; give the base URL of the API with --host, "
        f"as in {host}/api"
    )


@pytest.mark.parametrize(
    "answers",
    [{}, {"/mine/things": ABSENT, "/mine/contract": ABSENT, "/mine/": PAGE}],
    ids=["nothing", "home"],
)
def test_a_home_page_is_not_the_api(answers: Mapping[str, Answer]) -> None:
    contract = described({"/": TOLD["/things"], **TOLD}, "/")
    with (
        answering(answers=answers, otherwise=ABSENT) as (host, _),
        pytest.raises(LoadError, match=r"no operation of the document is at \S+: GET \S+ is answered 404"),
    ):
        located(f"{host}/mine", contract)


def test_a_host_with_a_path_is_used_as_it_is() -> None:
    with answering(answers={"/mine/things": THING, "/v1/things": THING}) as (host, _):
        assert located(f"{host}/mine/", described(LIST, "/v1"))[0] == f"{host}/mine"
        assert located(host, described(LIST, "/mine"))[0] == f"{host}/mine"


def test_credentials_are_sent_to_find_the_base_url() -> None:
    schemes = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    contract = described(LIST, "/v1", components=schemes, security=[{"token": []}])
    with answering(answers={"/things": THING}, token="Bearer it") as (host, _):
        assert located(host, contract, "it")[0] == host
        assert located(host, contract)[0] == f"{host}/v1"


def test_destructive_operations_are_not_called_to_find_the_base_url() -> None:
    with answering(answers={}) as (host, requests):
        assert located(host, described(RESET, "/v1")) == (f"{host}/v1", 0)
        assert requests == []


def test_the_server_at_the_given_host_is_preferred() -> None:
    with answering(answers={}) as (host, _):
        contract = described(NEW, "https://example.org/prod", f"{host}/test")
        assert located(host, contract)[0] == f"{host}/test"
        assert located(host.replace("127.0.0.1", "localhost"), contract)[0].endswith("/prod")
