"""What tests of documents share."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest


class _Files(http.server.SimpleHTTPRequestHandler):
    """Serves files; `/to?URL` leads to a URL."""

    def do_GET(self) -> None:
        path, _, url = self.path.partition("?")
        if path != "/to":
            super().do_GET()
            return
        self.send_response(302)
        self.send_header("Location", url)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The URL of a server of the files in the folder of the test."""
    handler = partial(_Files, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
