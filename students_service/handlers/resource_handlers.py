"""The handlers of the operations on one resource."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import flask
import orjson
from connexion.decorators.parameter import sanitized

from openapi.contract import JsonObject
from openapi.operations import Operation
from openapi.schema import Schema
from openapi.validation_errors import schema_violations
from students_service import problems
from students_service.document.actions import Action
from students_service.document.listing import listing_of
from students_service.logs import caller
from students_service.rows.idempotency import fingerprint_of
from students_service.rows.kept_creations import Once
from students_service.rows.merge_patch import merged
from students_service.rows.preconditions import entity_tag, is_known, strong_tags, tag_of
from students_service.rows.storage import Storage
from students_service.rows.storage_errors import Unavailable

Handler = Callable[..., flask.Response]

# Cursors are 16 hexadecimal digits, so every text of that form is a position. The mask keeps clients from
# reading ids off them and relying on that.
_CURSOR_MASK = 0x9E3779B97F4A7C15
_LAST_KEY = 2**63 - 1
# How many rows are listed where the request does not say it.
_PAGE_ROWS = 100
# How often a patch is tried anew, as somebody else has changed the row meanwhile.
_PATCHES = 100
# Header parameters, as Connexion passes them on to handlers.
_IF_MATCH, _IF_NONE_MATCH, _IDEMPOTENCY_KEY = map(sanitized, ("If-Match", "If-None-Match", "Idempotency-Key"))


class Handlers:
    """Makes the handlers of a resource. Each takes the values of a request as keyword arguments.

    `read` is the operation that reads one row, if there is one; `rules` are those of a row that is sent.
    """

    def __init__(self, storage: Storage, rules: Schema, read: Operation | None) -> None:
        self._storage = storage
        self._resource = storage.resource
        self._rules = rules
        self._read_by = read

    def handler(self, action: Action) -> Handler:
        """The handler of an operation on the resource."""
        make: Callable[[Action], Handler] = getattr(self, f"_{action.kind}")
        return make(action)

    def _list(self, action: Action) -> Handler:
        """Answers with a page. One row more is read to see whether there is a next one."""
        listing = listing_of(action)
        limit_name, cursor_name = sanitized(listing.limit), sanitized(listing.cursor)
        filters = {sanitized(name): column for name, column in listing.filters.items()}
        before, after = (f'{{"{action.items}":[', "]}") if action.items else ("[", "]")
        key = self._resource.key

        def list_rows(**values: Any) -> flask.Response:
            limit = values.get(limit_name) or _PAGE_ROWS
            cursor = values.get(cursor_name)
            columns = {
                column: values[name] for name, column in filters.items() if values.get(name) is not None
            }
            rows = self._storage.page(0 if cursor is None else _position(cursor), limit + 1, columns)
            end = after
            if len(rows) > limit and listing.next_cursor:
                last = orjson.loads(rows[limit - 1])[key]
                end = f'],"{listing.next_cursor}":"{_cursor(last)}"}}'
            return _json(f"{before}{','.join(rows[:limit])}{end}")

        return list_rows

    def _create(self, action: Action) -> Handler:
        """Stores a row, once for each Idempotency-Key; Location says where it can be read."""
        respond = _responder(action.operation)
        operation_id = action.operation.operation_id

        def create(body: JsonObject, **values: Any) -> flask.Response:
            idempotency_key = values.get(_IDEMPOTENCY_KEY)
            once = None
            if idempotency_key is not None:
                once = Once(operation_id, caller.get(), idempotency_key, fingerprint_of(body))
            row, key = self._storage.create(body, once)
            return respond(row, self._location(key))

        return create

    def _read(self, action: Action) -> Handler:
        key_name = sanitized(action.key)
        respond = _responder(action.operation)

        def read(**values: Any) -> flask.Response:
            row = self._existing(values[key_name])
            if (known := values.get(_IF_NONE_MATCH)) is not None and is_known(known, row):
                return _empty(HTTPStatus.NOT_MODIFIED, {"ETag": entity_tag(row)})
            return respond(row, {})

        return read

    def _replace(self, action: Action) -> Handler:
        key_name = sanitized(action.key)
        respond = _responder(action.operation)

        def replace(body: JsonObject, **values: Any) -> flask.Response:
            key, tags = values[key_name], strong_tags(values.get(_IF_MATCH))
            row = self._storage.replace(key, body, tags)
            if row is None:
                raise self._unchanged(key, tags)
            return respond(row, {})

        return replace

    def _patch(self, action: Action) -> Handler:
        """Answers with a row changed by a merge patch. It is replaced only as it was when it was read."""
        key_name = sanitized(action.key)
        respond = _responder(action.operation)

        def patch(body: JsonObject, **values: Any) -> flask.Response:
            key, tags = values[key_name], strong_tags(values.get(_IF_MATCH))
            for _ in range(_PATCHES):
                before = self._existing(key)
                tag = tag_of(before)
                if tags is not None and tag not in tags:
                    raise problems.changed(tags)
                after = self._storage.replace(key, self._patched(orjson.loads(before), body), [tag])
                if after is not None:
                    return respond(after, {})
            raise Unavailable("others change the row all the time")

        return patch

    def _delete(self, action: Action) -> Handler:
        key_name = sanitized(action.key)

        def delete(**values: Any) -> flask.Response:
            key, tags = values[key_name], strong_tags(values.get(_IF_MATCH))
            if not self._storage.delete(key, tags):
                raise self._unchanged(key, tags)
            return _empty(HTTPStatus.NO_CONTENT, {})

        return delete

    def _existing(self, key: int) -> str:
        row = self._storage.read(key)
        if row is None:
            raise problems.missing(self._resource.table.name, key)
        return row

    def _unchanged(self, key: int, tags: list[str] | None) -> Exception:
        """Why a row was not changed: there is none, or it is not as the request expected."""
        self._existing(key)
        return problems.changed(tags or ())

    def _patched(self, row: JsonObject, patch: JsonObject) -> JsonObject:
        """The writable properties of a row after a patch; null stays where it may be stored. Raises Problem
        if they break the rules of the resource.
        """
        writable = self._resource.defaults
        target = {name: value for name, value in row.items() if name in writable}
        nulls = {name: None for name in self._resource.nullable if patch.get(name, "") is None}
        result = {**merged(target, patch), **nulls}
        violations = list(schema_violations(self._rules, result, "body"))
        if violations:
            raise problems.invalid(violations)
        return result

    def _location(self, key: int) -> Mapping[str, str]:
        read = self._read_by
        return {} if read is None else {"Location": read.url(dict.fromkeys(read.path_names, key))}


def _responder(operation: Operation) -> Callable[[str, Mapping[str, str]], flask.Response]:
    """Makes the documented response of success for a row, with an ETag where that is documented."""
    status, response = next(
        (int(status), response) for status, response in operation.responses.items() if status.startswith("2")
    )
    is_empty, has_tag = not response.content, "etag" in response.headers

    def respond(row: str, headers: Mapping[str, str]) -> flask.Response:
        answer = _empty(status, headers) if is_empty else _json(row, status, headers)
        if has_tag:
            answer.headers.add("ETag", entity_tag(row))
        return answer

    return respond


def _empty(status: int, headers: Mapping[str, str]) -> flask.Response:
    response = flask.Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response


def _json(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> flask.Response:
    return flask.Response(text, status, headers, content_type="application/json")


def _cursor(key: int) -> str:
    return f"{key ^ _CURSOR_MASK:016x}"


def _position(cursor: str) -> int:
    return min(int(cursor, 16) ^ _CURSOR_MASK, _LAST_KEY)
