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


def unstorable(reason: str) -> Problem:
    """The database cannot store a value."""
    return Problem(HTTPStatus.BAD_REQUEST, f"body: a value cannot be stored: {reason}")


def too_large(limit_bytes: int) -> Problem:
    """The body is larger than the limit."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than the {limit_bytes} bytes that are read"
    )


def unavailable(reason: str) -> Problem:
    """The service cannot work at the moment."""
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, headers=headers)


def internal_error() -> Problem:
    """The service failed; only its log has the reason."""
    detail = "the service failed; its log has the reason under this request_id"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _error(location: str, pointer: str, detail: str) -> Mapping[str, str]:
    return {"in": location, "pointer": pointer, "detail": detail}
