"""Gives each creation that Schemathesis sends an idempotency key of its own.

The service refuses a key that it has seen with another body. Schemathesis uses one key for many bodies, so
most of its creations would be refused for the key, and their bodies would not be tested.
"""

import re
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import Case, HookContext

_KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Replace an idempotency key that a service may accept by a new one."""
    key = case.headers[_KEY] if case.headers and _KEY in case.headers else None
    if isinstance(key, str) and re.fullmatch("[!-~]+", key):
        case.headers[_KEY] = str(uuid4())
