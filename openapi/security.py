"""What a caller has to show (OpenAPI 3.0.3, Security Scheme Object)."""

from collections.abc import Mapping
from dataclasses import dataclass

from openapi.contract import Contract


@dataclass(frozen=True)
class SecurityScheme:
    """One scheme: `kind` is basic, bearer or api key; `location` header, query or cookie and `name` say
    where an API key goes. OAuth 2.0 and OpenID Connect tokens are shown as bearer tokens (RFC 6750).
    """

    name: str
    kind: str
    location: str = "header"
    field: str = "Authorization"


BASIC, BEARER, API_KEY, OTHER = "basic", "bearer", "api key", "other"


def security_schemes(contract: Contract) -> Mapping[str, SecurityScheme]:
    """The schemes of a contract by name. Raises ContractError on a reference that leads nowhere."""
    stated = (contract.document.get("components") or {}).get("securitySchemes") or {}
    return {name: _scheme(str(name), contract.resolve(each)) for name, each in stated.items()}


def _scheme(name: str, stated: Mapping[str, object]) -> SecurityScheme:
    match stated.get("type"), str(stated.get("scheme", "")).lower():
        case "http", "basic":
            return SecurityScheme(name, BASIC)
        case ("http", "bearer") | ("oauth2" | "openIdConnect", _):
            return SecurityScheme(name, BEARER)
        case "apiKey", _:
            return SecurityScheme(name, API_KEY, str(stated.get("in")), str(stated.get("name")))
    return SecurityScheme(name, OTHER)
