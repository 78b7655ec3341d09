"""What Schemathesis has to know of requests that it makes up.

The service refuses an idempotency key that it has seen with another body. Schemathesis uses one key for many
bodies, so most of its creations would be refused for the key, and their bodies would not be tested.

Where an integer is wanted, Schemathesis takes every other number for an invalid value. But a large one is an
integer, however it is written (JSON Schema 2020-12 Validation, section 6.1.1), and is rightly accepted.
"""

import re
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import Case, HookContext

_KEY = "Idempotency-Key"
# From here on, each number that Schemathesis can make has no fraction.
_WHOLE = 2**53


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Replace an idempotency key that a service may accept by a new one."""
    key = case.headers[_KEY] if case.headers and _KEY in case.headers else None
    if isinstance(key, str) and re.fullmatch("[!-~]+", key):
        case.headers[_KEY] = str(uuid4())


@schemathesis.hook
def filter_body(_context: HookContext, body: Any) -> bool:
    """Leave out bodies with large numbers that look as if they were no integers."""
    match body:
        case float():
            return abs(body) < _WHOLE
        case dict():
            return all(filter_body(_context, value) for value in body.values())
        case list():
            return all(filter_body(_context, value) for value in body)
    return True
