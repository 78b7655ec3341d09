"""Responses under load, held against the contract."""

from functools import lru_cache
from http import HTTPStatus

from load.calls.connection import Reply
from load.measurements.findings import Fault, Finding
from load.measurements.losses import Absence
from load.measurements.masks import Mask
from load.planning.message_schemas import input_names
from load.planning.names import words
from openapi.operations import Operation
from openapi.responses import response_violations

GONE_STATUSES = (404, 410)
UNAUTHORISED = (401, 403)
# RFC 9110, sections 15.2, 15.3.5, 15.3.6 and 15.4.5
_WITHOUT_CONTENT = (101, 204, 205, 304)
_OF_WHAT_IS_NAMED = (404, 409, 410)
# What a call may be answered that has been carried out before: it was sent twice.
_REFUSED_AGAIN = (404, 409, 410, 412)
# What a call may be answered that is like an earlier one.
REFUSING = (400, 409, 422)
_SHOWN_BYTES = 300
# Where credentials are shown in the body: what is made up there is rightly refused.
_ENTRANCES = frozenset(
    {"login", "signin", "logon", "token", "session", "sessions", "auth", "authenticate", "authentication"}
)


def findings(
    operation: Operation,
    absence: Absence | None,
    reply: Reply,
    guessed: bool = False,
    loss: str = "",
    credentialed: bool = False,
    doubtful: bool = False,
    repeats: bool = False,
) -> list[Finding]:
    """Everything wrong with a response, each cause once; nothing when all is well. `absence` is why the thing
    that the call works on may not be there, None when it works on none or the answer says nothing of that;
    `guessed` says that its path may name something that never was; `loss` tells what was lost. Whether what
    the call carried as credentials (`credentialed`) allows it, the document does not say; nor what
    there is of what else it names in query or body, which may be there already, or not be there (`doubtful`).
    One that `repeats` another may be refused for that.
    """
    if is_throttled(reply):
        after = reply.headers.get("retry-after")
        told = Finding(
            Fault.THROTTLED, f"status {reply.status}", "", f"Retry-After: {after}" if after else ""
        )
        return [told, *(_broken(operation, reply) if operation.response(reply.status) else [])]
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return [Finding(Fault.SERVER_ERROR, f"status {reply.status}", "")]
    is_excused = guessed or absence not in (None, Absence.LOST)
    is_away = is_excused and reply.status in GONE_STATUSES
    is_of_named = doubtful and reply.status in _OF_WHAT_IS_NAMED and not operation.response(reply.status)
    if is_of_named and not is_away:
        return _refusal(absence, reply, loss)
    if credentialed and reply.status in UNAUTHORISED and not _is_entrance(operation):
        told = Finding(
            Fault.FORBIDDEN, f"status {reply.status}", "", "the credentials that were given may not allow it"
        )
        return [told, *(_broken(operation, reply) if operation.response(reply.status) else [])]
    if (
        is_away
        or (reply.repeated and reply.status in _REFUSED_AGAIN)
        or (repeats and reply.status in REFUSING)
        or (reply.status in UNAUTHORISED and _is_entrance(operation))
    ):
        return _broken(operation, reply) if operation.response(reply.status) else []
    return _broken(operation, reply) or _refusal(absence, reply, loss)


@lru_cache(maxsize=1_000)
def _is_entrance(operation: Operation) -> bool:
    """Whether an operation takes credentials in its body, and may refuse those that are made up: one where
    people log in, by its name, or one that asks for no others and says that it may answer so.
    """
    if operation.method != "post":
        return False
    last = [part for part in operation.path.split("/") if part and "{" not in part][-1:]
    for text in (operation.operation_id, *last):
        if _ENTRANCES & {*words(text), "".join(words(text))}:
            return True
    says = {str(each) for each in UNAUTHORISED} & {*operation.responses}
    asks = bool(operation.security) and all(operation.security)
    return bool(says) and not asks and any(Mask.names_secret(each) for each in input_names(operation))


def _broken(operation: Operation, reply: Reply) -> list[Finding]:
    if reply.undecodable:
        place = f"{reply.status} content coding"
        return [Finding(Fault.BROKEN_CONTRACT, place, "content coding", reply.undecodable)]
    body = None if operation.method == "head" or reply.status in _WITHOUT_CONTENT else reply.body
    found = (
        Finding(
            Fault.BROKEN_CONTRACT,
            f"{reply.status} {each.location} {each.place or each.pointer}".rstrip(),
            each.rule,
            each.detail,
            each.expected,
            each.actual,
        )
        for each in response_violations(operation, reply.status, reply.headers, body)
    )
    return [*dict.fromkeys(found)]


def is_throttled(reply: Reply) -> bool:
    """Whether a service asks for fewer calls (RFC 6585, section 4), or for calls at a later time (RFC 9110,
    section 15.6.4).
    """
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS or (
        reply.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in reply.headers
    )


def network(reason: str) -> Finding:
    """A call that got no answer."""
    return Finding(Fault.NETWORK, reason, "")


def internal(error: Exception) -> Finding:
    """A call that could not be judged."""
    return Finding(Fault.INTERNAL, type(error).__name__, "", str(error))


def _refusal(absence: Absence | None, reply: Reply, loss: str) -> list[Finding]:
    if reply.status < 400:
        return []
    if absence is Absence.LOST:
        place = f"status {reply.status} for something that nobody has deleted"
        return [Finding(Fault.LOST, place, "", loss)]
    return [Finding(Fault.REFUSED, f"status {reply.status}", "")]


def answer_of(reply: Reply) -> str:
    """The status, the media type and the start of an answer, in one line."""
    start = " ".join(reply.body[:_SHOWN_BYTES].decode("utf-8", "replace").split())
    media_type = reply.headers.get("content-type", "no media type")
    more = "…" if len(reply.body) > _SHOWN_BYTES else ""
    return f"{reply.status} ({media_type}, {len(reply.body):,} bytes): {start}{more}".rstrip(": ")
