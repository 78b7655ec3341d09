"""A service that answers paths as a test says, and records the requests that it gets."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

UNKNOWN = (404, "application/json", b'{"detail": "Not Found", "at": "2026-11-26T06:00:00"}')
Answer = tuple[int, str, bytes]


class _Handler(BaseHTTPRequestHandler):
    """Answers by the start of the path, and records every request."""

    protocol_version = "HTTP/1.1"
    answers: Mapping[str, Answer]
    otherwise: Answer
    token: str
    requests: list[str]

    def do_GET(self) -> None:
        self.requests.append(f"{self.command} {self.path}")
        answers = (answer for start, answer in self.answers.items() if self.path.startswith(start))
        status, media_type, body = next(answers, self.otherwise)
        body = body.replace(b"PATH", self.path.encode())
        if self.token and self.headers["Authorization"] != self.token:
            status, body = 401, b"{}"
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_OPTIONS = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - as the library calls them

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(**attributes: Any) -> Iterator[tuple[str, list[str]]]:
    """The URL of a service, and the requests that it has got, as `GET /path`."""
    requests: list[str] = []
    handler = type(
        "Handler", (_Handler,), {"requests": requests, "token": "", "otherwise": UNKNOWN, **attributes}
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", requests
        finally:
            server.shutdown()
            thread.join()
