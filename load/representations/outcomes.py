"""What the body of a successful answer says of the call itself: that it failed, or is not done yet."""

from collections.abc import Mapping

from load.planning.names import words
from load.representations.deletion_marks import says
from load.representations.values import scalars
from openapi.contract import Json

_UNDER_WAY = frozenset({"deleting", "removing", "terminating", "destroying"})
# An entity may be in such a state itself, so these count only where the body does not show the entity.
_WAITING = frozenset({"pending", "scheduled", "queued", "requested", "submitted"})
_FAILED = frozenset({"error", "failed", "failure", "fail"})
_SUCCESS = frozenset({"success", "issuccess", "successful", "ok", "isok", "succeeded", "issucceeded"})


def is_pending(body: Json, identifier: Json, sent: Mapping[str, Json]) -> bool:
    """Whether an answer says that the work is still to be done. A body with properties that were `sent`, or
    with the `identifier` where nothing was sent, shows the entity, whose own state may be "pending".
    """
    if not isinstance(body, dict):
        return False
    is_named = str(identifier) in {str(value) for value in scalars(body)}
    is_entity = bool(sent.keys() & body.keys()) if sent else is_named
    return (says(body, _UNDER_WAY) and not sent) or (not is_entity and says(body, _WAITING))


def is_failure(body: Json, sent: Json = None) -> bool:
    """Whether a successful answer says in its body that the call failed. A status that the call has `sent`
    says nothing.
    """
    if not isinstance(body, dict):
        return False
    is_refused = any(value in (False, 0) and "".join(words(name)) in _SUCCESS for name, value in body.items())
    is_empty = not body.get("data")
    has_errors = bool(body.get("errors")) and is_empty and "id" not in body
    has_error_code = "data" in body and is_empty and _is_error_code(body.get("code"))
    status = body.get("status")
    was_sent = isinstance(sent, dict) and sent.get("status") == status
    has_failed = isinstance(status, str) and status in _FAILED and not was_sent
    has_error = bool(body.get("error")) and "id" not in body
    return is_refused or has_errors or has_error_code or has_error or has_failed


def _is_error_code(code: Json) -> bool:
    """Whether the code of an envelope is none of those that usually stand for success."""
    if isinstance(code, str) and not code.isdecimal():
        return not _SUCCESS & {"".join(words(code))}
    return code is not None and not isinstance(code, bool) and str(code)[:2] not in ("0", "1", "20", "00")
