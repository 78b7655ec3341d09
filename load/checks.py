"""Responses under load, held against the contract."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from load.connection import Reply
from load.entities import Entity
from openapi.operations import Operation
from openapi.responses import response_violations

_GONE = (404, 410)
_SHOWN_BYTES = 300


class Fault(StrEnum):
    """The kinds of failure. Each but the last two is a fault of the service: calls are valid by
    construction. A service that asks for fewer calls may do so.
    """

    BROKEN_CONTRACT = "broken contract"
    SERVER_ERROR = "server error"
    REFUSED = "refused although valid"
    LOST = "lost"
    NOT_AS_ACKNOWLEDGED = "not as acknowledged"
    NETWORK = "network"
    THROTTLED = "throttled"
    INTERNAL = "fault of the load itself"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a response: the kind of fault, the place and the rule, which make it the same as
    others; and how it showed the first time: what was expected and found, the start of the answer, and a
    command that repeats the call.
    """

    fault: Fault
    place: str
    rule: str
    detail: str = field(default="", compare=False)
    expected: str = field(default="", compare=False)
    found: str = field(default="", compare=False)
    answer: str = field(default="", compare=False)
    sample: str = field(default="", compare=False)

    def __str__(self) -> str:
        """The same for each repetition, so that failures can be counted."""
        return f"{self.fault}: {self.place} ({self.rule})" if self.rule else f"{self.fault}: {self.place}"


def findings(
    operation: Operation,
    entity: Entity | None,
    reply: Reply,
    alone: bool,
    unauthorised: bool = False,
    guessed: bool = False,
) -> list[Finding]:
    """Everything wrong with a response; nothing when all is well. `entity` is the thing that the call's
    path leads to, if it does; `alone` says that nobody else can have deleted it, `unauthorised` that the
    call went without the credentials that its operation asks for, `guessed` that its path may name
    something that never was.
    """
    if unauthorised and reply.status in (401, 403):
        place = f"status {reply.status} to a call without the credentials that it asks for"
        return [Finding(Fault.REFUSED, place, "")]
    if is_throttled(reply):
        after = reply.headers.get("retry-after")
        told = Finding(
            Fault.THROTTLED, f"status {reply.status}", "", f"Retry-After: {after}" if after else ""
        )
        return [told, *(_broken(operation, reply) if operation.response(reply.status) else [])]
    if reply.status >= 500:
        documented = operation.response(reply.status) is not None
        broken = _broken(operation, reply) if documented else []
        return [Finding(Fault.SERVER_ERROR, f"status {reply.status}", ""), *broken]
    if guessed and reply.status in _GONE:
        return _broken(operation, reply) if operation.response(reply.status) else []
    return _broken(operation, reply) or _refusal(entity, reply, alone)


def _broken(operation: Operation, reply: Reply) -> list[Finding]:
    return [
        Finding(
            Fault.BROKEN_CONTRACT,
            _place(reply.status, each.location, each.pointer),
            each.rule,
            each.detail,
            each.expected,
            each.found,
        )
        for each in response_violations(operation, reply.status, reply.headers, reply.body)
    ]


def is_gone(entity: Entity | None, reply: Reply) -> bool:
    """Whether a thing is no longer there, by what the service answers."""
    return entity is not None and reply.status in _GONE


def is_throttled(reply: Reply) -> bool:
    """Whether a service asks for fewer calls (RFC 6585, section 4), or for calls at a later time (RFC 9110,
    section 15.6.4).
    """
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS or (
        reply.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in reply.headers
    )


def network(reason: str) -> Finding:
    """A call that got no answer."""
    return Finding(Fault.NETWORK, reason, "", reason)


def internal(error: Exception) -> Finding:
    """A call that could not be judged."""
    return Finding(Fault.INTERNAL, type(error).__name__, "", str(error))


def _refusal(entity: Entity | None, reply: Reply, alone: bool) -> list[Finding]:
    if reply.status < 400 or (is_gone(entity, reply) and entity and not entity.owned and not alone):
        return []
    if entity is not None and is_gone(entity, reply) and (entity.home.trusted or not entity.owned):
        origin = "this run created" if entity.owned else "was there before the run"
        place = f"status {reply.status} for something that {origin} and nobody deleted"
        return [Finding(Fault.LOST, place, "")]
    return [Finding(Fault.REFUSED, f"status {reply.status}", "")]


def answer_of(reply: Reply) -> str:
    """The status, the media type and the start of an answer, in one line."""
    start = " ".join(reply.body[:_SHOWN_BYTES].decode("utf-8", "replace").split())
    media_type = reply.headers.get("content-type", "no media type")
    more = "…" if len(reply.body) > _SHOWN_BYTES else ""
    return f"{reply.status} ({media_type}, {len(reply.body):,} bytes): {start}{more}".rstrip(": ")


def _place(status: int, location: str, pointer: str) -> str:
    """Items of a list are one place: /students/17/email is /students/*/email."""
    general = re.sub(r"/(\d+|[0-9a-fA-F-]{16,})(?=/|$)", "/*", pointer)
    return f"{status} {location} {general}".rstrip()
