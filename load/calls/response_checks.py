"""Checks a response: against the document, and against what is known of the call."""

from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from load.calls.connection import Reply
from load.measurements.findings import Fault, Finding
from load.measurements.losses import Absence
from load.measurements.secret_mask import Mask
from load.planning.message_schemas import input_names
from load.planning.names import words
from openapi.operations import Operation
from openapi.responses import response_violations

GONE_STATUSES = (404, 410)
UNAUTHORISED = (401, 403)
# The answers with which a service may refuse a call because it is like an earlier one.
CONFLICT_STATUSES = (400, 409, 422)
# RFC 9110, sections 15.2, 15.3.5, 15.3.6 and 15.4.5
_WITHOUT_CONTENT = (101, 204, 205, 304)
# The answers to a call that lacks its body.
_WITHOUT_BODY_STATUSES = (400, 411, 415, 422)
# The answers to a reference to something that does not exist, or exists already.
_REFERENCE_STATUSES = (404, 409, 410)
# The answers to a request that was sent twice, when the first one had its effect.
_RESENT_STATUSES = (404, 409, 410, 412)
_SHOWN_BYTES = 300
# Operations that take credentials in the body, and rightly refuse generated ones.
_LOGINS = frozenset(
    {"login", "signin", "logon", "token", "session", "sessions", "auth", "authenticate", "authentication"}
)


class Expectation(NamedTuple):
    """What is known of a call apart from the document; it decides which refusals are no fault.

    `absence` is why the entity that the call works on may be gone, or None when it works on none or the
    answer does not depend on it; `loss` describes how a lost entity was lost. A call with `guesses_path` may
    address something that never existed. What the credentials permit (`has_credentials`) is not in the
    document. A call with `has_unknown_references` names something in its query or body that may not exist, or
    may exist already. A call that `repeats` another may be refused for that reason. A `conditional` call
    may be declined with these statuses.
    """

    absence: Absence | None = None
    loss: str = ""
    guesses_path: bool = False
    has_credentials: bool = False
    has_unknown_references: bool = False
    repeats: bool = False
    lacks_body: bool = False
    conditional: tuple[int, ...] = ()

    @property
    def may_be_gone(self) -> bool:
        """Whether the service may rightly answer that what the path addresses does not exist."""
        return self.guesses_path or self.absence not in (None, Absence.LOST)


_NOTHING_KNOWN = Expectation()


def check_response(
    operation: Operation, reply: Reply, expected: Expectation = _NOTHING_KNOWN
) -> list[Finding]:
    """All faults of a response, each cause once; empty when the response is correct."""
    status = reply.status
    if is_throttled(reply):
        return [_throttling(reply), *_documented_violations(operation, reply)]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return [Finding(Fault.SERVER_ERROR, f"status {status}", "")]
    is_gone = expected.may_be_gone and status in GONE_STATUSES
    is_about_reference = expected.has_unknown_references and status in _REFERENCE_STATUSES
    if is_about_reference and not is_gone and not operation.response(status):
        return _refusal(expected, reply)
    is_unauthorised = status in UNAUTHORISED
    is_failed_login = is_unauthorised and _is_login(operation)
    if is_unauthorised and expected.has_credentials and not is_failed_login:
        reason = "the credentials that were given may not permit it"
        forbidden = Finding(Fault.FORBIDDEN, f"status {status}", "", reason)
        return [forbidden, *_documented_violations(operation, reply)]
    if (
        is_gone
        or is_failed_login
        or (reply.repeated and status in _RESENT_STATUSES)
        or (expected.repeats and status in CONFLICT_STATUSES)
        or (expected.lacks_body and status in _WITHOUT_BODY_STATUSES)
        or status in expected.conditional
    ):
        return _documented_violations(operation, reply)
    return _violations(operation, reply) or _refusal(expected, reply)


def is_throttled(reply: Reply) -> bool:
    """Whether a service asks for fewer calls (RFC 6585, section 4), or for calls at a later time (RFC 9110,
    section 15.6.4).
    """
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS or (
        reply.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in reply.headers
    )


def network_finding(reason: str) -> Finding:
    """The finding for a call that got no answer."""
    return Finding(Fault.NETWORK, reason, "")


def internal_finding(error: Exception) -> Finding:
    """The finding for an answer that could not be checked."""
    return Finding(Fault.INTERNAL, type(error).__name__, "", str(error))


def answer_of(reply: Reply) -> str:
    """The status, the media type, the size and the start of an answer, in one line."""
    start = " ".join(reply.body[:_SHOWN_BYTES].decode("utf-8", "replace").split())
    media_type = reply.headers.get("content-type", "no media type")
    more = "…" if len(reply.body) > _SHOWN_BYTES else ""
    return f"{reply.status} ({media_type}, {len(reply.body):,} bytes): {start}{more}".rstrip(": ")


@lru_cache(maxsize=1_000)
def _is_login(operation: Operation) -> bool:
    """Whether an operation takes credentials in its body, so that it may refuse generated ones: by its name;
    or because it has a property for a secret, documents 401 or 403, and requires no other credentials.
    """
    if operation.method != "post":
        return False
    last = [segment for segment in operation.path.split("/") if segment and "{" not in segment][-1:]
    for text in (operation.operation_id, *last):
        if _LOGINS & {*words(text), "".join(words(text))}:
            return True
    documents_refusal = {str(status) for status in UNAUTHORISED} & {*operation.responses}
    requires_credentials = bool(operation.security) and all(operation.security)
    return (
        bool(documents_refusal)
        and not requires_credentials
        and any(Mask.names_secret(name) for name in input_names(operation))
    )


def _documented_violations(operation: Operation, reply: Reply) -> list[Finding]:
    """The violations of a response whose status may be missing in the document."""
    return _violations(operation, reply) if operation.response(reply.status) else []


def _violations(operation: Operation, reply: Reply) -> list[Finding]:
    if reply.undecodable:
        place = f"{reply.status} content coding"
        return [Finding(Fault.BROKEN_CONTRACT, place, "content coding", reply.undecodable)]
    body = None if operation.method == "head" or reply.status in _WITHOUT_CONTENT else reply.body
    findings = (
        Finding(
            Fault.BROKEN_CONTRACT,
            f"{reply.status} {violation.location} {violation.place or violation.pointer}".rstrip(),
            violation.rule,
            violation.detail,
            violation.expected,
            violation.actual,
        )
        for violation in response_violations(operation, reply.status, reply.headers, body)
    )
    return [*dict.fromkeys(findings)]


def _throttling(reply: Reply) -> Finding:
    after = reply.headers.get("retry-after")
    detail = f"Retry-After: {after}" if after else ""
    return Finding(Fault.THROTTLED, f"status {reply.status}", "", detail)


def _refusal(expected: Expectation, reply: Reply) -> list[Finding]:
    if reply.status < 400:
        return []
    if expected.absence is Absence.LOST:
        place = f"status {reply.status} for something that nobody has deleted"
        return [Finding(Fault.LOST, place, "", expected.loss)]
    return [Finding(Fault.REFUSED, f"status {reply.status}", "")]
