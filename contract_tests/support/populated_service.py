"""A service with entities from before the first call, which records every call that changes one of them."""

import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on

ITEM = an_object(id=ID, title=TEXT)
NEW = an_object(title=TEXT)
SETTINGS = an_object(mode=TEXT)
EXAMPLE = {"name": "file", "in": "path", "required": True, "schema": TEXT, "example": "report.txt"}
COLOURS = ("red", "green", "blue")
KIND = an_object(id=ID, colour={"enum": [*COLOURS]}, note=TEXT)
NEW_KIND = {"type": "object", "required": ["colour"],
            "properties": {"colour": {"enum": [*COLOURS]}, "note": TEXT}}  # fmt: skip
ACTION = {
    "action": {"enum": ["delete", "purge", "keep"]},
    "purge": {"type": "boolean"},
    "archived": {"type": "boolean"},
}

PATHS: dict[str, Any] = {
    **on("/items", get=does(a_list(ITEM)), post=does(ITEM, NEW, "201"), put=does(None, a_list(ITEM)),
         patch=does(None, NEW, parameters=[{"name": "where"}]), delete=does(status="204")),
    **on("/items/{item_id}", "item_id", get=does(ITEM), put=does(ITEM, NEW), patch=does(ITEM, NEW),
         delete=does(status="204")),
    **on("/items/{item_id}/clear", "item_id", post=does()),
    **on("/items/{item_id}/act", "item_id", post=does(None, {"type": "object", "properties": ACTION})),
    **on("/items/act", get=does(parameters=[{"name": "action", "schema": ACTION["action"]}])),
    **on("/items/remove", get=does(), post=does(None, an_object(item_id=ID))),
    **on("/items/update", post=does(ITEM, an_object(item_id=ID, title=TEXT))),
    **on("/items/search", post=does(a_list(ITEM), an_object(title=TEXT))),
    **on("/items/{item_id}/delete", "item_id", get=does()),
    **on("/me", get=does(SETTINGS), put=does(SETTINGS, SETTINGS), delete=does(status="204")),
    **on("/me/codes/enable", post=does(None, an_object(secret=TEXT))),
    **on("/settings", get=does(SETTINGS), patch=does(SETTINGS, SETTINGS), post=does(SETTINGS, SETTINGS)),
    **on("/files/{file}", get=does(TEXT), put=does(None, TEXT, "201"), delete=does(status="204")),
    **on("/colours/{name}", "name", kind={"enum": ["red", "green"]}, get=does(TEXT),
         put=does(None, TEXT, "201"), delete=does(status="204")),
    **on("/numbers/{number}", "number", kind={"type": "integer", "minimum": 1, "maximum": 9}, get=does(TEXT),
         put=does(None, TEXT, "201"), delete=does(status="204")),
    **on("/labels", post=does(None, an_object(name={"type": "string", "example": "urgent"}), "204")),
    **on("/labels/{label_id}", "label_id", kind=TEXT, get=does(TEXT), delete=does(status="204")),
    **on("/tags", post=does(None, an_object(name={"type": "string", "pattern": "^[a-c]{2}$"}), "204")),
    **on("/tags/{tag_id}", "tag_id", kind=TEXT, get=does(TEXT), delete=does(status="204")),
    **on("/words/{word}", "word", kind=TEXT, get=does(TEXT), put=does(None, TEXT, "201"),
         delete=does(status="204")),
    **on("/kinds", post=does(KIND, NEW_KIND, "201")),
    **on("/kinds/{kind_id}", "kind_id", get=does(KIND), patch=does(KIND, an_object(note=TEXT)),
         delete=does(status="204")),
}  # fmt: skip
PATHS["/files/{file}"]["parameters"] = [EXAMPLE]
DOCUMENT = {"openapi": "3.1.0", "info": {"title": "Delicate", "version": "1"}, "paths": PATHS}
WORDS = ("able", "account", "Alpha", "name", "word")


class PopulatedStore:
    """The entities in memory, the calls, and the damage: calls that change what was there before."""

    def __init__(self) -> None:
        self.damage: list[str] = []
        self.calls: list[str] = []
        self._lock = threading.Lock()
        self._numbers = itertools.count(100)
        names = ["/me", "/settings", "/files/report.txt", "/colours/red", "/colours/green", "/labels/urgent"]
        names += [f"/numbers/{number}" for number in range(1, 10)] + [f"/words/{word}" for word in WORDS]
        names += [f"/tags/{first}{second}" for first in "abc" for second in "abc"]
        self._before = {*names, *(f"/items/{number}" for number in range(1, 30))}
        self._entities: dict[str, Any] = {path: {"mode": "mine"} for path in self._before}
        for number, colour in enumerate(COLOURS):
            self._entities[f"/kinds/{number}"] = {"id": number, "colour": colour, "note": "not of the run"}
        self._before.update(path for path in self._entities if path.startswith("/kinds/"))

    def answer(self, method: str, path: str, query: str, body: Any) -> tuple[int, Any]:
        """Status and body of the answer; one call at a time."""
        with self._lock:
            self.calls.append(f"{method} {path}")
            if method != "GET" and path in self._before:
                self.damage.append(f"{method} {path}")
            if re.search("action=(delete|purge)|true", query) or _asks_for_deletion(body):
                self.damage.append(f"{method} {path} with {query or body}")
            return self._answer(method, path, body)

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/items":
            return self._items(method, body)
        if path in ("/items/remove", "/items/update", "/items/act") or path.endswith("/delete"):
            target = f"/items/{body['item_id']}" if body else "/items/1"
            if path != "/items/act" and target in self._before:
                self.damage.append(f"{method} {path} for {target}")
            return 200, self._item(target)
        if path in ("/labels", "/tags", "/kinds"):
            return self._create_named(path, body)
        if path == "/items/search":
            return 200, [self._item("/items/1")]
        target = re.sub("/(clear|act|codes/enable)$", "", path)
        if method == "PUT" and not target.startswith("/items/"):
            self._entities[target] = body
            return 201, None
        if target not in self._entities:
            return 404, None
        if target != path:
            if target in self._before:
                self.damage.append(f"{method} {path}")
            return 200, None
        if method == "DELETE":
            del self._entities[target]
            return 204, None
        self._change(target, body)
        shown = {"/me": {"mode": "mine"}, "/settings": {"mode": "mine"}}
        shown |= {path: there for path, there in self._entities.items() if path.startswith("/kinds/")}
        return 200, self._item(target) if target.startswith("/items/") else shown.get(target, "text")

    def _items(self, method: str, body: Any) -> tuple[int, Any]:
        if method == "POST":
            number = next(self._numbers)
            self._entities[f"/items/{number}"] = body
            return 201, {"id": number, **body}
        if method != "GET":
            self.damage.append(f"{method} /items")
        return 200, [self._item(path) for path in self._entities if path.startswith("/items/")]

    def _create_named(self, path: str, body: Any) -> tuple[int, Any]:
        """Create what a body names. An existing label is changed; for a kind the existing one is returned, as
        there is one of every colour already.
        """
        if path == "/kinds":
            return 201, self._entities[f"{path}/{COLOURS.index(body['colour'])}"]
        target = f"{path}/{body['name']}"
        if target.startswith("/labels/") and target in self._before:
            self.damage.append(f"POST {target}")
        self._entities.setdefault(target, body)
        return 204, None

    def _change(self, target: str, body: Any) -> None:
        if isinstance(body, dict) and isinstance(self._entities[target], dict):
            self._entities[target] = {**self._entities[target], **body}

    def _item(self, path: str) -> dict[str, Any]:
        title = self._entities.get(path, {}).get("title", "an item")
        return {"id": int(path.rpartition("/")[2]), "title": title}


def _asks_for_deletion(body: Any) -> bool:
    return isinstance(body, dict) and (
        body.get("action") in ("delete", "purge") or body.get("purge") is True or body.get("archived") is True
    )


@contextmanager
def populated_service() -> Iterator[tuple[str, PopulatedStore]]:
    """The URL of the service, which runs in a thread, and its store."""
    store = PopulatedStore()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path, _, query = self.path.partition("?")
            if path == "/openapi.json":
                status, value = 200, DOCUMENT
            else:
                status, value = store.answer(self.command, path, query, json.loads(body) if body else None)
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if content:
                self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - as the library calls them

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", store
        server.shutdown()
        thread.join()
