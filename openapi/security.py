"""How callers authenticate (OpenAPI 3.0.3, Security Scheme Object)."""

from collections.abc import Mapping
from dataclasses import dataclass

from openapi.contract import Contract, Json


@dataclass(frozen=True)
class SecurityScheme:
    """One scheme: `kind` is BASIC, BEARER, API_KEY or OTHER. `location` is header, query or cookie and
    `field` the name of the header field, parameter or cookie that has the credentials. Tokens of OAuth 2.0
    and OpenID Connect are bearer tokens (RFC 6750).
    """

    name: str
    kind: str
    location: str = "header"
    field: str = "Authorization"


BASIC, BEARER, API_KEY, OTHER = "basic", "bearer", "api key", "other"


def security_schemes(contract: Contract) -> Mapping[str, SecurityScheme]:
    """The schemes of a contract by name. Raises ContractError on a reference that leads nowhere."""
    schemes = contract.object_at("components", "securitySchemes")
    return {name: _scheme(str(name), contract.resolve(node)) for name, node in schemes.items()}


def _scheme(name: str, node: Json) -> SecurityScheme:
    if not isinstance(node, dict):
        return SecurityScheme(name, OTHER)
    match node.get("type"), str(node.get("scheme", "")).lower():
        case "http", "basic":
            return SecurityScheme(name, BASIC)
        case ("http", "bearer") | ("oauth2" | "openIdConnect", _):
            return SecurityScheme(name, BEARER)
        case "apiKey", _:
            return SecurityScheme(name, API_KEY, str(node.get("in")), str(node.get("name")))
    return SecurityScheme(name, OTHER)
