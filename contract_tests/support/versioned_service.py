"""A service in this process whose things have ETags, and whose creations have idempotency keys.

It answers as the document says, but for the one fault that it is started with.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contract_tests.support.path_items import ID, JSON, a_list, an_object

IGNORES_IF_MATCH, RACES, REFUSES_CURRENT = "ignores If-Match", "races", "refuses a current ETag"
STALE_304 = "304 although changed"
IGNORES_KEYS, FORGETS_KEYS, ANSWERS_OTHERWISE = "ignores keys", "stores keys apart", "answers otherwise"
DROPS_ANSWERS, BUSY = "drops answers", "is busy"
_EVERY, _RACE_S, _PAGE = 7, 0.005, 50

_NEW = an_object(name={"type": "string", "minLength": 1, "maxLength": 60}, size={"type": "integer"})
_THING = an_object(id=ID, **_NEW["properties"])
_PAGE_OF = an_object(things=a_list(_THING), next_cursor={"type": ["integer", "null"]})
_ETAG = {"ETag": {"schema": {"type": "string"}}}


def _field(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": {"type": "string"}}


def _answer(schema: Any = None, headers: Any = None) -> dict[str, Any]:
    content = {"content": {JSON: {"schema": schema}}} if schema else {}
    return {"description": "it", "headers": headers or {}, **content}


def _body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


_GONE, _LATE = {"404": _answer()}, {"404": _answer(), "412": _answer()}
_ONE = {"200": _answer(_THING, _ETAG)}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Versioned things", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "parameters": [{"name": "cursor", "in": "query", "schema": ID}],
                "responses": {"200": _answer(_PAGE_OF)},
            },
            "post": {
                "parameters": [_field("Idempotency-Key")],
                **_body(_NEW),
                "responses": {"201": _answer(_THING, _ETAG), "422": {"description": "reused"}},
            },
        },
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": ID}],
            "get": {
                "parameters": [_field("If-None-Match")],
                "responses": {**_ONE, **_GONE, "304": _answer()},
            },
            "put": {"parameters": [_field("if-match")], **_body(_NEW), "responses": {**_ONE, **_LATE}},
            "patch": {
                "parameters": [_field("If-Match")],
                **_body({**_NEW, "required": []}),
                "responses": {**_ONE, **_LATE},
            },
            "delete": {"parameters": [_field("If-Match")], "responses": {"204": _answer(), **_LATE}},
        },
    },
}


class _Things:
    """The things, with their versions, and the answers to creations by their keys."""

    def __init__(self, fault: str) -> None:
        self.fault, self.lock = fault, threading.RLock()
        self._numbers, self._turns = count(1), count(1)
        self._things: dict[int, tuple[int, dict[str, Any]]] = {}
        self._answers: dict[str, tuple[int, Any, str]] = {}

    def strikes(self, *faults: str) -> bool:
        """Whether the fault is one of these, and this is one of the calls that it strikes."""
        return self.fault in faults and next(self._turns) % _EVERY == 0

    def page(self, after: int) -> Any:
        """A page of the list."""
        with self.lock:
            shown = [thing for number, (_, thing) in self._things.items() if number > after]
        more = len(shown) > _PAGE
        return {"things": shown[:_PAGE], "next_cursor": shown[_PAGE - 1]["id"] if more else None}

    def create(self, new: Any, key: str | None) -> tuple[int, Any, str]:
        """Create a thing, once per key; status 0 when no answer is to be given."""
        with self.lock:
            if key and key in self._answers and self.fault != IGNORES_KEYS:
                status, thing, tag = self._answers[key]
                is_otherwise = self.fault == ANSWERS_OTHERWISE
                return status, {**thing, "name": "something else"} if is_otherwise else thing, tag
            if self.strikes(BUSY):
                return 503, None, ""
            number = next(self._numbers)
            thing = {"id": number, **new}
            self._things[number] = 1, thing
            if self.strikes(FORGETS_KEYS):
                return 0, None, ""
            answer = 201, thing, f'"{number}-1"'
            if key:
                self._answers[key] = answer
            return (0, None, "") if self.strikes(DROPS_ANSWERS) else answer

    def read(self, number: int, known: str) -> tuple[int, Any, str]:
        """Read a thing, unless the client knows its version."""
        if number not in self._things:
            return 404, None, ""
        version, thing = self._things[number]
        tag = f'"{number}-{version}"'
        if known == tag or (known and self.fault == STALE_304):
            return 304, None, tag
        return 200, thing, tag

    def change(self, number: int, method: str, new: Any, condition: str) -> tuple[int, Any, str]:
        """Replace, patch or delete a thing, if it still has the version that is named."""
        if self.fault == RACES:
            return self._change(number, method, new, condition)
        with self.lock:
            return self._change(number, method, new, condition)

    def _change(self, number: int, method: str, new: Any, condition: str) -> tuple[int, Any, str]:
        if number not in self._things:
            return 404, None, ""
        version, thing = self._things[number]
        is_current = condition in ("", "*", f'"{number}-{version}"') and not (
            condition and self.strikes(REFUSES_CURRENT)
        )
        if not is_current and self.fault != IGNORES_IF_MATCH:
            return 412, None, ""
        if self.fault == RACES:
            time.sleep(_RACE_S)
        with self.lock:
            if method == "DELETE":
                self._things.pop(number, None)
                return 204, None, ""
            version, thing = self._things.get(number, (0, thing))
            version += 1
            thing = {"id": number, **(thing if method == "PATCH" else {}), **new}
            self._things[number] = version, thing
            return 200, thing, f'"{number}-{version}"'


class _Handler(BaseHTTPRequestHandler):
    """Takes calls to the things."""

    protocol_version = "HTTP/1.1"
    things: _Things

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/things":
            cursor = parse_qs(url.query).get("cursor", ["0"])[0]
            return self._respond(200, self.things.page(int(cursor)), "")
        return self._respond(*self.things.read(self._number, self.headers.get("If-None-Match", "")))

    def do_POST(self) -> None:
        status, thing, tag = self.things.create(self._body, self.headers["Idempotency-Key"])
        if status:
            return self._respond(status, thing, tag)
        self.close_connection = True
        return None

    def do_PUT(self) -> None:
        condition = self.headers.get("If-Match", "")
        self._respond(*self.things.change(self._number, self.command, self._body, condition))

    do_PATCH = do_DELETE = do_PUT  # noqa: N815 - as the library calls them

    @property
    def _number(self) -> int:
        return int(self.path.rpartition("/")[2])

    @property
    def _body(self) -> Any:
        length = int(self.headers.get("Content-Length", 0))
        return json.loads(self.rfile.read(length)) if length else None

    def _respond(self, status: int, value: Any, tag: str) -> None:
        content = json.dumps(value).encode() if value is not None else b""
        self.send_response(status)
        fields: Mapping[str, str] = {"Content-Type": JSON if content else "", "ETag": tag}
        for name, text in fields.items():
            if text:
                self.send_header(name, text)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def versioned_service(fault: str = "") -> Iterator[str]:
    """The URL of a service with a fault, or without one."""
    handler = type("Handler", (_Handler,), {"things": _Things(fault), "wbufsize": -1})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
