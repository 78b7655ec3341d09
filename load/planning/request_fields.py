"""Header fields of requests that mean the same to every service that documents them."""

from openapi.operations import Operation
from openapi.parameters import Parameter

ETAG_FIELDS = IF_MATCH, IF_NONE_MATCH = "if-match", "if-none-match"
# These ask for something only if it is still, or no longer, as it was (RFC 9110, section 13.1): a made-up
# value asks for nothing.
PRECONDITIONS = frozenset({IF_MATCH, IF_NONE_MATCH, "if-modified-since", "if-unmodified-since"})
PRECONDITION_REQUIRED = "428"
# Of two calls with the same key, the second gets the answer of the first
# (draft-ietf-httpapi-idempotency-key-header).
IDEMPOTENCY_KEY = "idempotency-key"


def field_of(operation: Operation, name: str) -> str:
    """How the document writes a header field, whose name is in lower case; empty without it."""
    return next((parameter.name for parameter in operation.parameters if _is(parameter, name)), "")


def is_precondition(parameter: Parameter) -> bool:
    """Whether a parameter is a precondition."""
    return parameter.location == "header" and parameter.name.lower() in PRECONDITIONS


def is_known_field(parameter: Parameter) -> bool:
    """Whether a parameter is one of these, so that no entity of the service supplies its values."""
    return is_precondition(parameter) or _is(parameter, IDEMPOTENCY_KEY)


def is_always_sent(operation: Operation, parameter: Parameter) -> bool:
    """Whether calls of an operation have an optional header field each time: the key under which it creates
    something once, however often it is sent; and the ETag where a change without one is refused (428; RFC
    6585, section 3).
    """
    if operation.method == "post":
        return _is(parameter, IDEMPOTENCY_KEY)
    return _is(parameter, IF_MATCH) and PRECONDITION_REQUIRED in operation.responses


def _is(parameter: Parameter, name: str) -> bool:
    return parameter.location == "header" and parameter.name.lower() == name
