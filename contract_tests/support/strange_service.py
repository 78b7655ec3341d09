"""A service that answers every path in another strange way, with exactly the bytes that are written here."""

import gzip
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import yaml

JSON = {"application/json": {"schema": {"type": "object", "properties": {"ok": {"type": "boolean"}}}}}
TOTAL = {"X-Total": {"required": True, "schema": {"type": "integer"}}}
PAUSE_S = 0.1
BLOCK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


def answer(
    body: str = '{"ok": true}', status: str = "200 OK", media_type: str = "application/json", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return f"{head}{body}".encode()


ANSWERS = {
    "/fine": answer(),
    "/elsewhere": answer("", "307 Temporary Redirect", more="Location: /fine\r\n"),
    "/page": answer("<html>", media_type="text/html"),
    "/page-said-to-be-json": answer("<html>"),
    "/cut": answer()[:-3],
    "/nothing": b"",
    "/nonsense": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "/total-missing": answer(),
    "/total-wrong": answer(more="X-Total: many\r\n"),
    "/teapot": answer(status="418 I'm a teapot"),
    "/fails": answer("Traceback", "500 Internal Server Error", "text/plain"),
    "/refuses": answer("no", "400 Bad Request", "text/plain"),
    "/wrong": answer('{"ok": "yes"}'),
    "/endless": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
}


def raw(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {head}\r\n\r\n".encode() + body


# Paths that the document does not have, for tests of single connections.
ASIDE = {
    "/trickling": raw("200 OK\r\nContent-Length: 1000"),
    "/gzip": raw("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25", gzip.compress(b"fine!", mtime=0)),
    "/no-gzip": raw("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5", b"fine!"),
    "/early": raw("103 Early Hints\r\nLink: </x>") + raw("100 Continue") + answer(),
    "/nothing-to-say": raw("204 No Content\r\nContent-Length: 4", b"null"),
    "/as-before": raw("304 Not Modified\r\nContent-Length: 100"),
    "/switches": raw("101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade", b"\x81\x02hi"),
    "/ends-with-connection": raw("200 OK", b"fine!"),
    "/chunks": raw(
        "200 OK\r\nX-A: 1\r\nx-a:\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum",
        b"4;ext=1\r\nfine\r\n1\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n",
    ),
    "/events": raw("200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked"),
    "/lines": raw("200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked"),
    "/untold": raw("200 OK\r\nTransfer-Encoding: chunked"),
    "/few-events": raw("200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 10", b"data: it\n\n"),
}

FOUND = {
    "GET /elsewhere: broken contract: 307 status (status)",
    "GET /page: broken contract: 200 media type (media type)",
    "GET /page-said-to-be-json: broken contract: 200 body (json)",
    "GET /cut: network: ",
    "GET /nothing: network: ",
    "GET /nonsense: network: ",
    "GET /total-missing: broken contract: 200 header X-Total (required)",
    "GET /total-wrong: broken contract: 200 header X-Total (type)",
    "GET /teapot: broken contract: 418 status (status)",
    "GET /fails: server error: status 500",
    "GET /refuses: refused although valid: status 400",
    "GET /wrong: broken contract: 200 body /ok (type)",
    "GET /endless: network: the response has no end within",
}


def document() -> str:
    paths: dict[str, Any] = {
        path: {
            "get": {
                "responses": {
                    "200": {"description": "", "content": JSON, "headers": TOTAL if "total" in path else {}},
                    **({"400": {"description": ""}} if path == "/refuses" else {}),
                }
            }
        }
        for path in ANSWERS
    }
    return yaml.safe_dump({"openapi": "3.1.0", "info": {"title": "Strange"}, "paths": paths})


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            while line := self.rfile.readline():
                if not line.startswith((b"GET ", b"HEAD ")):
                    return
                path = line.split()[1].decode()
                while self.rfile.readline().strip():
                    pass
                if path in ("/late", "/silent"):
                    time.sleep(PAUSE_S if path == "/late" else 100 * PAUSE_S)
                self.wfile.write(ASIDE.get(path) or ANSWERS.get(path, answer()))
                while path == "/endless":
                    self.wfile.write(BLOCK)
                while path == "/trickling":
                    time.sleep(PAUSE_S / 4)
                    self.wfile.write(b" ")
                while path in ("/events", "/lines", "/untold"):
                    self.wfile.write(b"A\r\ndata: it\n\n\r\n")
                    time.sleep(PAUSE_S)
                if path in ("/cut", "/nothing", "/nonsense", "/ends-with-connection"):
                    return


@contextmanager
def strange_service() -> Iterator[str]:
    """The URL of the service, which runs in a thread."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
