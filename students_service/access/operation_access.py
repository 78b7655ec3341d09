"""Who may call an operation, and how often: checked before the body of a request is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from starlette.types import Scope

from openapi.contract import Contract
from openapi.operations import Operation
from students_service.access.rate_limits import RateLimit, read_rate_limits
from students_service.access.security import FindKey, Security, read_security
from students_service.logs import caller


@dataclass(frozen=True)
class Access:
    """The rules of one operation: who may call it, and how often."""

    security: Security | None
    rate_limit: RateLimit | None

    @cached_property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Header fields for every answer. Caches keep what needs a key from others by themselves only if the
        key is in Authorization (RFC 9111, section 3.5).
        """
        return ((b"cache-control", b"private"),) if self.security else ()

    async def check(self, scope: Scope, find: FindKey) -> None:
        """Let a request through. Raises Problem (401, 403, 429), and Unavailable."""
        name = await self.security.caller(scope, find) if self.security else None
        caller.set(name or "")
        if self.rate_limit:
            address = (scope.get("client") or ("unknown",))[0]
            self.rate_limit.count(f"key {name}" if name else f"address {address}")


# Everybody may call, as often as they want.
OPEN = Access(None, None)


def read_access(contract: Contract, operations: Mapping[str, Operation]) -> Mapping[str, Access]:
    """The rules of the operations that have any, by operationId. Raises ContractError if one cannot be
    enforced.
    """
    security, limits = read_security(contract, operations), read_rate_limits(contract, operations)
    return {name: Access(security.get(name), limits.get(name)) for name in security.keys() | limits.keys()}
