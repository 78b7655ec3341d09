"""Responses under load, held against the contract."""

import re
from dataclasses import dataclass
from enum import StrEnum

from load.connection import Reply
from load.entities import Entity
from openapi.operations import Operation
from openapi.responses import response_violations


class Fault(StrEnum):
    """The kinds of failure. Each is a fault of the service: calls are valid by construction."""

    BROKEN_CONTRACT = "broken contract"
    SERVER_ERROR = "server error"
    REFUSED = "refused although valid"
    LOST = "lost"
    NETWORK = "network"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a response: the kind of fault, the place, the rule, and how it showed."""

    fault: Fault
    place: str
    rule: str
    detail: str

    def __str__(self) -> str:
        """The same for each repetition, so that failures can be counted."""
        return f"{self.fault}: {self.place} ({self.rule})" if self.rule else f"{self.fault}: {self.place}"


def findings(operation: Operation, entity: Entity | None, reply: Reply) -> list[Finding]:
    """Everything wrong with a response; nothing when all is well."""
    broken = [
        Finding(
            Fault.BROKEN_CONTRACT, _place(reply.status, each.location, each.pointer), each.rule, each.detail
        )
        for each in response_violations(operation, reply.status, reply.headers, reply.body)
    ]
    return broken or _refusal(entity, reply)


def is_gone(entity: Entity | None, reply: Reply) -> bool:
    """Whether something that existed before the run has been deleted by somebody else."""
    return entity is not None and not entity.owned and reply.status in (404, 410)


def network(reason: str) -> Finding:
    """A call that got no answer."""
    return Finding(Fault.NETWORK, reason, "", reason)


def _refusal(entity: Entity | None, reply: Reply) -> list[Finding]:
    if reply.status < 400 or is_gone(entity, reply):
        return []
    text = reply.body[:300].decode("utf-8", "replace")
    if reply.status >= 500:
        return [Finding(Fault.SERVER_ERROR, f"status {reply.status}", "", text)]
    if entity is not None and reply.status in (404, 410):
        place = f"status {reply.status} for something that this run created and did not delete"
        return [Finding(Fault.LOST, place, "", text)]
    return [Finding(Fault.REFUSED, f"status {reply.status}", "", text)]


def _place(status: int, location: str, pointer: str) -> str:
    """Items of a list are one place: /students/17/email is /students/*/email."""
    general = re.sub(r"/\d+(?=/|$)", "/*", pointer)
    return f"{status} {location} {general}".rstrip()
