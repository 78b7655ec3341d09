"""Where a service is found, by what its document says."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from contract_tests.processes import run

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "It", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {"/things": {"get": {"responses": {"200": {"description": "fine"}}}}},
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = {"/v1/things": b"{}", "/docs/openapi.json": json.dumps(DOCUMENT).encode()}
        body = known.get(self.path, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_relative_server_counts_from_the_document(origin: str, tmp_path: Path) -> None:
    done = run("contract-load", "run", f"{origin}/docs/openapi.json", "-t", "1s", "-o", str(tmp_path))
    assert f"loading {origin}/v1 with" in done.output
    assert done.process.returncode == 0


def test_the_path_of_a_server_is_taken_where_it_alone_answers(origin: str, tmp_path: Path) -> None:
    document = tmp_path / "it.json"
    document.write_text(json.dumps(DOCUMENT))
    options = ("--host", origin, "-t", "1s")
    done = run("contract-load", "run", str(document), *options, "-o", str(tmp_path))
    assert f"loading {origin}/v1 with" in done.output
    assert done.process.returncode == 0
    locust = run("locust", "-f", "load/locustfile.py", "--headless", *options, "--document", str(document))
    assert "1 of 1 operations succeeded" in locust.output
    assert locust.process.returncode == 0


def test_reading_a_document_takes_nothing_from_the_run_time(origin: str, tmp_path: Path) -> None:
    document = tmp_path / "long.yaml"
    notes = "\n".join(f"  n{number}: [1, 2, 3]" for number in range(30_000))
    document.write_text(f"x-notes:\n{notes}\n{yaml.safe_dump(DOCUMENT)}")
    told = ("--headless", "--host", origin, "-t", "1s", "--document", str(document))
    assert "1 of 1 operations succeeded" in run("locust", "-f", "load/locustfile.py", *told).output


def test_a_folder_that_is_none_is_told_before_the_run(origin: str) -> None:
    done = run("contract-load", "run", f"{origin}/docs/openapi.json", "-o", "/dev/null/it")
    assert done.output.startswith("contract-load: cannot write to /dev/null/it: ")
    assert done.process.returncode == 1
