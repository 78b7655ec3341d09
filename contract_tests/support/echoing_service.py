"""A service that repeats the credentials it gets in its answers, with control characters for terminals."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

TERMINAL = "\x1b[2J\x1b]0;title\x07 \x85 \u202eevil\u2066 \u200b\u2028 \r\n \x9b31m"
HANDED_OUT = "handed-out-token-1"
_TEXT = {"type": "string"}
_ITEM = {"type": "object", "properties": {"id": _TEXT}}


def _does(schema: Any, **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"responses": {"200": {"description": "", "content": content}}, **more}


def document() -> str:
    """Its document, by which every call needs a token and a key."""
    item = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
    paths = {
        "/object": {"get": _does({"type": "object", "properties": {"ok": {"type": "boolean"}}})},
        "/keys": {"get": _does({"type": "object", "additionalProperties": {"type": "integer"}})},
        "/number": {"get": _does({"type": "integer"})},
        "/secret": {"get": _does({"type": "object", "properties": {"access_token": {"type": "integer"}}})},
        "/cut": {"get": _does({"type": "array"})},
        "/things": {"get": _does({"type": "array", "items": _ITEM})},
        "/things/{id}": {"get": _does(_ITEM, parameters=[item])},
        f"/odd{TERMINAL}": {"get": _does({"type": "boolean"})},
    }
    schemes = {
        "token": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "query", "name": "key"},
    }
    described = {
        "openapi": "3.1.0",
        "info": {"title": f"Echo {TERMINAL}", "version": "1"},
        "security": [{"token": [], "key": []}],
        "paths": paths,
        "components": {"securitySchemes": schemes},
    }
    return json.dumps(described)


def _repeated(handler: BaseHTTPRequestHandler) -> dict[str, Any]:
    token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
    own = handler.headers.get("X-Own", "")
    key = handler.path.rpartition("key=")[2]
    return {
        "ok": TERMINAL,
        "own": own,
        "token": token,
        "said": f"{token} and {quote(token)} {own}",
        "encoded": base64.b64encode(f"{token}".encode()).decode(),
        "key": key,
        "access_token": HANDED_OUT,
        "headers": dict(handler.headers.items()),
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        repeated = _repeated(self)
        path = self.path.partition("?")[0]
        status = 200
        answer: Any = None
        match path:
            case "/object":
                answer = repeated
            case "/keys":
                answer = {repeated["token"]: repeated["own"], TERMINAL: TERMINAL}
            case "/number":
                answer = repeated["said"]
            case "/secret":
                answer = {"access_token": HANDED_OUT}
            case "/cut":
                answer = {"filler": "x" * 265, "said": repeated["said"]}
            case "/things":
                answer = [{"id": repeated["token"]}]
            case "/":
                answer = {}
            case _:
                status, answer = 500, repeated
        body = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", f"session={HANDED_OUT}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def echoing_service() -> Iterator[str]:
    """The URL of the service, which runs in a thread."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
