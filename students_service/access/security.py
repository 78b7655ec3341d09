"""Enforces who may call an operation (OpenAPI 3.0.3, Security Requirement Object)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.types import Scope

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.operation_reader import operation_node
from openapi.operations import Operation
from openapi.security import SecurityScheme, security_schemes
from students_service import problems
from students_service.access.credentials import CredentialsReader, quotable, remove_from_query
from students_service.access.keys import Key, start_of

# Methods that change nothing (RFC 9110, section 9.2.1): a key that may only read may call them.
_SAFE = frozenset({"get", "head", "options", "trace"})
# Schemes of HTTP's own framework that keys can be sent with.
_HTTP = ("basic", "bearer")
_PLACES = ("header", "query", "cookie")

FindKey = Callable[[str], Awaitable[Key | None]]


@dataclass(frozen=True)
class Security:
    """The requirements of one operation: a caller fulfils one of the `alternatives`, each the schemes that
    are needed together. One without schemes admits everybody.
    """

    operation: Operation
    alternatives: tuple[tuple[CredentialsReader, ...], ...]

    async def caller(self, scope: Scope, find: FindKey) -> str | None:
        """The name of the caller's key; None for a caller without one who is admitted all the same.

        Removes keys from the query. Raises Problem (401, 403), and Unavailable if keys cannot be found.
        """
        refusals = _Refusals()
        for schemes in self._closed:
            name = await self._fulfilled(schemes, scope, find, refusals)
            if name is not None:
                break
        else:
            name = None
            if not self.is_open:
                raise self._refusal(refusals)
        for parameter in self._in_query:
            remove_from_query(scope, parameter)
        return name

    @cached_property
    def is_open(self) -> bool:
        """Whether callers without credentials are admitted, too."""
        return not all(self.alternatives)

    @cached_property
    def _closed(self) -> tuple[tuple[CredentialsReader, ...], ...]:
        return tuple(filter(None, self.alternatives))

    @cached_property
    def _in_query(self) -> frozenset[str]:
        """The parameters of the query that have keys, and nothing else."""
        own = {parameter.name for parameter in self.operation.parameters if parameter.location == "query"}
        readers = (reader for schemes in self.alternatives for reader in schemes)
        return frozenset(each.scheme.field for each in readers if each.scheme.location == "query") - own

    async def _fulfilled(
        self, schemes: tuple[CredentialsReader, ...], scope: Scope, find: FindKey, refusals: "_Refusals"
    ) -> str | None:
        """The name of the first key that fulfils an alternative; None if the request does not fulfil it."""
        keys = []
        for reader in schemes:
            sent = reader.read(scope)
            if sent is None:
                return None
            start = start_of(sent.key)
            key = await find(start) if start else None
            if key is None or not key.is_of(sent.key) or sent.user not in (None, key.name):
                refusals.invalid.append(reader)
                return None
            keys.append(key)
        if self.operation.method not in _SAFE and any(key.read_only for key in keys):
            refusals.forbidden.extend(schemes)
            return None
        return keys[0].name

    def _refusal(self, refusals: "_Refusals") -> problems.Problem:
        if refusals.forbidden:
            challenges = [each.challenge("insufficient_scope") for each in refusals.forbidden]
            return problems.forbidden("this key may only read", challenges)
        challenges = [
            reader.challenge("invalid_token" if reader in refusals.invalid else "")
            for schemes in self._closed
            for reader in schemes
        ]
        ways = "; or ".join(" and ".join(each.description for each in schemes) for schemes in self._closed)
        fault = "the key is not valid" if refusals.invalid else "a key is missing"
        return problems.unauthenticated(f"{fault}; send it {ways}", challenges)


@dataclass
class _Refusals:
    """The schemes whose credentials are not valid, and those whose key may not do what was asked."""

    invalid: list[CredentialsReader] = field(default_factory=list)
    forbidden: list[CredentialsReader] = field(default_factory=list)


def read_security(contract: Contract, operations: Mapping[str, Operation]) -> Mapping[str, Security]:
    """What the operations of a document that need credentials require, by operationId.

    Raises ContractError if something cannot be enforced, or its refusals are not documented.
    """
    requirements = _Requirements(contract)
    found = ((name, requirements.of(operation)) for name, operation in operations.items())
    return {name: security for name, security in found if security is not None}


@dataclass(frozen=True)
class _Requirements:
    contract: Contract

    def of(self, operation: Operation) -> Security | None:
        """The requirements of an operation, its own or those of the document; None if there are none."""
        node = operation_node(self.contract, operation)
        place = f"{operation.label}, security" if "security" in node else "security"
        listed = node.get("security", self.contract.document.get("security")) or []
        alternatives = tuple(tuple(self._readers(each, place)) for each in listed)
        if not any(alternatives):
            return None
        security = Security(operation, alternatives)
        self._check_documented(security)
        return security

    def _readers(self, requirement: JsonObject, place: str) -> Iterator[CredentialsReader]:
        realm = quotable(str(self.contract.document["info"]["title"]))
        for name, scopes in requirement.items():
            fault = self._fault(name, scopes)
            if fault:
                raise ContractError(f"{self.contract.source}: {place}, {name}: {fault}")
            yield CredentialsReader(self._schemes[name], realm)

    @cached_property
    def _schemes(self) -> Mapping[str, SecurityScheme]:
        return security_schemes(self.contract)

    def _fault(self, name: str, scopes: Json) -> str:
        """Why the service cannot enforce a scheme; empty if it can."""
        node = self.contract.resolve(self.contract.object_at("components", "securitySchemes").get(name))
        if not isinstance(node, dict):
            return "components/securitySchemes has no scheme of this name"
        kind, scheme = node.get("type"), str(node.get("scheme", "")).lower()
        if kind == "http" and scheme not in _HTTP:
            return f"the service cannot enforce the HTTP scheme {scheme!r}; {' and '.join(_HTTP)} it can"
        if kind not in ("apiKey", "http"):
            return f"the service cannot enforce {kind}; apiKey and http (basic, bearer) it can"
        if kind == "apiKey" and (node.get("in") not in _PLACES or not str(node.get("name", ""))):
            return f"an apiKey needs a 'name', and an 'in' that is one of {', '.join(_PLACES)}"
        if scopes:
            return f"scopes are for oauth2 and openIdConnect only, and the list of {kind} must be empty"
        return ""

    def _check_documented(self, security: Security) -> None:
        operation = security.operation
        needed = [] if security.is_open else [401]
        needed += [] if security.is_open or operation.method in _SAFE else [403]
        for status in needed:
            if operation.response(status) is None:
                raise ContractError(
                    f"{self.contract.source}: {operation.label} needs credentials, and documents no response "
                    f"{status}"
                )
