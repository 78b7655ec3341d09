"""The things of the adjustable service: their document, and a store that may lose or delay writes."""

import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

FAULTS = ("creation dropped", "replacement dropped", "deletion dropped", "stale read", "name changed")
FAULTY_EVERY = 15

_NAME = {"type": "string", "minLength": 1, "maxLength": 40}
_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}},
}
_THING = {
    "description": "a thing",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
}
_ID = {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
_GONE = {"description": "no such thing"}
_TAKEN = {"description": "there was a thing of that name"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/fixed": {
            "get": {
                "operationId": "get_fixed",
                "responses": {
                    "200": {
                        "description": "always the same",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        },
        "/things": {
            "post": {
                "operationId": "create_thing",
                "requestBody": _BODY,
                "responses": {"201": _THING, "409": _TAKEN},
            },
        },
        "/things/{thing_id}": {
            "parameters": [_ID],
            "get": {"operationId": "get_thing", "responses": {"200": _THING, "404": _GONE}},
            "put": {
                "operationId": "replace_thing",
                "requestBody": _BODY,
                "responses": {"200": _THING, "404": _GONE},
            },
            "delete": {
                "operationId": "delete_thing",
                "responses": {"204": {"description": "deleted"}, "404": _GONE},
            },
        },
    },
    "components": {
        "schemas": {
            "NewThing": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": _NAME, "colour": {"enum": ["red", "green", "blue"]}},
            },
            "Thing": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "integer"},
                    "name": _NAME,
                    "colour": {"enum": ["red", "green", "blue", None]},
                },
            },
        }
    },
}


class Fault:
    """The fault of the service, which strikes one in `FAULTY_EVERY` of the calls that it concerns."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._turns = itertools.count(1)

    def strikes(self, name: str) -> bool:
        """Whether this call is struck by the fault of this name."""
        return self.name == name and next(self._turns) % FAULTY_EVERY == 0


class ThingStore:
    """The things in memory, and the file that outlives a process that is killed."""

    def __init__(self, fault: Fault, file: Path | None, lag_s: float = 0.0) -> None:
        self._fault, self._lag_s = fault, lag_s
        self._history: dict[int, list[tuple[float, dict[str, Any] | None]]] = {}
        self._current: dict[int, dict[str, Any]] = {}
        self._former: dict[int, dict[str, Any]] = {}
        self._names: set[str] = set()
        if file and file.exists():
            for line in file.read_text().splitlines():
                self._set(*json.loads(line))
        self._numbers = itertools.count(max(self._current, default=0) + 1)
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if file else None

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and body of the answer to a call."""
        if path == "/fixed":
            return 200, {"fixed": True}
        if path == "/openapi.json":
            return 200, DOCUMENT
        if method == "POST":
            return self._create(json.loads(body))
        if not path.rpartition("/")[2].isdigit():
            return 404, None
        number = int(path.rpartition("/")[2])
        if method == "GET":
            return self._read(number)
        if number not in self._current:
            return 404, None
        if method == "PUT":
            return self._replace(number, json.loads(body))
        self._keep(number, None, "deletion dropped")
        return 204, None

    def _create(self, new: dict[str, Any]) -> tuple[int, Any]:
        if new["name"] in self._names:
            return 409, None
        number = next(self._numbers)
        self._names.add(new["name"])
        thing = {"id": number, "colour": None, **new}
        self._keep(number, thing, "creation dropped")
        return 201, thing

    def _read(self, number: int) -> tuple[int, Any]:
        if self._lag_s:
            shown = self._replicated(number)
            return (200, shown) if shown else (404, None)
        if number not in self._current:
            return 404, None
        is_stale = number in self._former and self._fault.strikes("stale read")
        return 200, self._former[number] if is_stale else self._current[number]

    def _replicated(self, number: int) -> dict[str, Any] | None:
        """The state of `lag_s` ago, as a replica that lags behind would show it."""
        latest = time.monotonic() - self._lag_s
        return next((thing for at, thing in reversed(self._history.get(number, [])) if at <= latest), None)

    def _replace(self, number: int, new: dict[str, Any]) -> tuple[int, Any]:
        thing = {"id": number, "colour": None, **new}
        self._keep(number, thing, "replacement dropped")
        return 200, thing

    def _keep(self, number: int, thing: dict[str, Any] | None, fault: str) -> None:
        if self._fault.strikes(fault):
            return
        if thing and self._fault.strikes("name changed"):
            thing = {**thing, "name": "another"}
        if self._file is not None:
            os.write(self._file, json.dumps([number, thing]).encode() + b"\n")
        self._set(number, thing)

    def _set(self, number: int, thing: dict[str, Any] | None) -> None:
        self._history.setdefault(number, []).append((time.monotonic(), thing))
        if number in self._current:
            self._former[number] = self._current[number]
        if thing is None:
            self._current.pop(number, None)
        else:
            self._current[number] = thing
