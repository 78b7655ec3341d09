"""Limits how often a caller may call (x-rate-limit).

A token bucket is a dozen lines (the generic cell rate algorithm, ITU-T I.371), with one number per caller.
Libraries for it keep a list of times per caller, or want a store beside the database.
"""

import time
from collections.abc import Callable, Mapping
from math import ceil

from openapi.contract import Contract, ContractError, Json
from openapi.operation_reader import operation_node
from openapi.operations import Operation
from students_service import problems

RATE_LIMIT = "x-rate-limit"
# From how many callers on it is looked which of them need not be remembered.
_MANY = 10_000
# More than sums of times are off by rounding (s).
_ROUNDING_S = 1e-6


class RateLimit:
    """Lets each caller through `requests` times within `per_s` (s), at once or one after another. Counts in
    this process.
    """

    def __init__(self, requests: int, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s, self._per_s, self._clock = per_s / requests, per_s, clock
        # When each caller may again call as often as one who has not called yet.
        self._rested: dict[str, float] = {}
        self._many = _MANY

    def count(self, caller: str) -> None:
        """Count a request. Raises Problem (429) if it is one too many; that one is not counted."""
        now = self._clock()
        rested = max(self._rested.get(caller, now), now) + self._interval_s
        wait_s = rested - now - self._per_s
        if wait_s > _ROUNDING_S:
            raise problems.too_many(ceil(wait_s))
        self._rested[caller] = rested
        if len(self._rested) > self._many:
            self._rested = {name: when for name, when in self._rested.items() if when > now}
            self._many = max(_MANY, 2 * len(self._rested))


def read_rate_limits(contract: Contract, operations: Mapping[str, Operation]) -> Mapping[str, RateLimit]:
    """The limits of the operations that have one, by operationId. An operation has its own, or shares that of
    the document; `null` at an operation means none.

    Raises ContractError if a limit is invalid, or its refusal is not documented.
    """
    shared = _limit(contract, RATE_LIMIT, contract.document.get(RATE_LIMIT))
    limits: dict[str, RateLimit] = {}
    for name, operation in operations.items():
        node = operation_node(contract, operation)
        own = RATE_LIMIT in node
        limit = _limit(contract, f"{operation.label}, {RATE_LIMIT}", node[RATE_LIMIT]) if own else shared
        if limit is None:
            continue
        if operation.response(429) is None:
            raise ContractError(
                f"{contract.source}: {operation.label} has an {RATE_LIMIT}, and documents no response 429"
            )
        limits[name] = limit
    return limits


def _limit(contract: Contract, place: str, node: Json) -> RateLimit | None:
    if node is None:
        return None
    match node:
        case {"requests": int(requests), "per_seconds": int(per_s) | float(per_s), **more} if not more:
            if requests >= 1 and 0 < per_s < float("inf") and bool not in (type(requests), type(per_s)):
                return RateLimit(requests, per_s)
    raise ContractError(
        f"{contract.source}: {place}: {{requests: 100, per_seconds: 60}} is its form, with numbers above 0"
    )
