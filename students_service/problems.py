"""Errors as problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

from openapi.requests import ACCEPT, MEDIA_TYPE
from openapi.violations import Violation

MEDIA_TYPE_OF_PROBLEMS = "application/problem+json"
RETRY_AFTER_S = 1

_STATUSES: Mapping[str, HTTPStatus] = {
    MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ACCEPT: HTTPStatus.NOT_ACCEPTABLE,
}


@dataclass
class Problem(Exception):
    """A response that says what is wrong; `errors` are the places in the request that are at fault."""

    status: int
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> bytes:
        """The problem as JSON, with the id of the request."""
        members: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
        }
        if self.errors:
            members["errors"] = self.errors
        return orjson.dumps(members)


def invalid(violations: Sequence[Violation]) -> Problem:
    """The request breaks the contract."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more, see errors)" if len(violations) > 1 else ""
    return Problem(
        status=_STATUSES.get(first.rule, HTTPStatus.BAD_REQUEST),
        detail=f"{first}{more}",
        errors=[_error(violation.location, violation.pointer, violation.detail) for violation in violations],
    )


def missing(table: str, key: object) -> Problem:
    """The path is that of a row that does not exist."""
    return Problem(HTTPStatus.NOT_FOUND, f"{table} has no {key}")


def duplicate(field_name: str) -> Problem:
    """A value that must be unique is already taken."""
    detail = f"another one has this {field_name}"
    return Problem(HTTPStatus.CONFLICT, detail, [_error("body", f"/{field_name}", detail)])


def unknown(field_name: str, table: str) -> Problem:
    """A field refers to a row that does not exist."""
    detail = f"{table} has no such row"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, [_error("body", f"/{field_name}", detail)])


def used(table: str) -> Problem:
    """A row cannot be deleted, as others refer to it."""
    return Problem(HTTPStatus.CONFLICT, f"it cannot be deleted: {table} refer to it")


def changed(tags: Sequence[str]) -> Problem:
    """The row has none of the tags that the request expects (RFC 9110, section 15.5.13)."""
    detail = "it has changed since it had the ETag that If-Match names: read it again"
    if not tags:
        detail = "If-Match names no strong entity tag; send the value of ETag as it came, with its quotes"
    return Problem(HTTPStatus.PRECONDITION_FAILED, detail)


def key_reused() -> Problem:
    """An Idempotency-Key came before, with another body."""
    detail = "this key came before, with another body: use a new key for each creation"
    errors = [_error("header", "Idempotency-Key", detail)]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def unstorable(reason: str) -> Problem:
    """The database cannot store a value."""
    return Problem(HTTPStatus.BAD_REQUEST, f"a value cannot be stored or looked for: {reason}")


def too_large(limit_bytes: int) -> Problem:
    """The body is larger than the limit."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than the {limit_bytes} bytes that are read"
    )


def too_slow(limit_s: float) -> Problem:
    """The body did not arrive in time; what is still to come of it ends the connection."""
    detail = f"the body of the request did not arrive within {limit_s:g} s"
    return Problem(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"})


def unavailable(reason: str) -> Problem:
    """The service cannot work at the moment."""
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, headers=headers)


def unauthenticated(detail: str, challenges: Sequence[str]) -> Problem:
    """The caller has no valid credentials."""
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers=_challenging(challenges))


def forbidden(detail: str, challenges: Sequence[str]) -> Problem:
    """The caller is known, and may not do this."""
    return Problem(HTTPStatus.FORBIDDEN, detail, headers=_challenging(challenges))


def too_many(wait_s: int) -> Problem:
    """The caller has used up what it may send."""
    detail = f"too many requests; the next one is let through in {wait_s} s"
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(wait_s)})


def internal_error() -> Problem:
    """The service failed; only its log has the reason."""
    detail = "the service failed; its log has the reason under this request_id"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _challenging(challenges: Sequence[str]) -> Mapping[str, str]:
    return {"WWW-Authenticate": ", ".join(dict.fromkeys(challenges))}


def _error(location: str, pointer: str, detail: str) -> Mapping[str, str]:
    return {"in": location, "pointer": pointer, "detail": detail}
