"""Credentials, matched to the security schemes of the contract; never shown."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from load.errors import LoadError
from openapi.operations import Operation
from openapi.security import API_KEY, BASIC, BEARER, SecurityScheme

HIDDEN = "***"


@dataclass(frozen=True)
class Secret:
    """What is sent beside a call and never shown: header fields, and `name=text` of a query."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True, repr=False)
class Credentials:
    """What the user gave: `headers` for every call, a token, API keys by scheme (or one for all, under
    the empty name), user and password as `user:password`.
    """

    headers: tuple[tuple[str, str], ...] = ()
    bearer: str = ""
    api_keys: tuple[tuple[str, str], ...] = ()
    basic: str = ""

    def __repr__(self) -> str:
        return f"Credentials({HIDDEN})"

    def missing(self, operation: Operation, schemes: Mapping[str, SecurityScheme]) -> str:
        """What an operation asks for and is not there; empty when one of its alternatives is."""
        if not operation.security or self.headers or self._satisfied(operation, schemes) is not None:
            return ""
        kinds = [schemes[name].kind if name in schemes else "other" for name in operation.security[0]]
        options = " and ".join(_OPTIONS.get(kind, "--header") for kind in kinds)
        return f"asks for credentials: give {options}"

    def secret(self, operation: Operation, schemes: Mapping[str, SecurityScheme]) -> Secret:
        """What to send with calls of an operation."""
        headers = dict(self.headers)
        query, cookies = [], []
        for name in self._satisfied(operation, schemes) or ():
            scheme = schemes[name]
            match scheme.kind, scheme.location:
                case "basic", _:
                    headers["Authorization"] = f"Basic {base64.b64encode(self.basic.encode()).decode()}"
                case "bearer", _:
                    headers["Authorization"] = f"Bearer {self.bearer}"
                case "api key", "header":
                    headers[scheme.field] = self._api_key(name)
                case "api key", "query":
                    query.append(f"{quote(scheme.field)}={quote(self._api_key(name), safe='')}")
                case "api key", "cookie":
                    cookies.append(f"{scheme.field}={self._api_key(name)}")
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        return Secret(headers, "&".join(query))

    def _satisfied(
        self, operation: Operation, schemes: Mapping[str, SecurityScheme]
    ) -> tuple[str, ...] | None:
        """The first alternative with anything in it that we have all of; else one that asks nothing."""
        fitting = [each for each in operation.security if all(self._has(name, schemes) for name in each)]
        return next((each for each in fitting if each), fitting[0] if fitting else None)

    def _has(self, name: str, schemes: Mapping[str, SecurityScheme]) -> bool:
        kind = schemes[name].kind if name in schemes else ""
        given = {BASIC: self.basic, BEARER: self.bearer, API_KEY: self._api_key(name)}
        return bool(given.get(kind))

    def _api_key(self, name: str) -> str:
        keys = dict(self.api_keys)
        return keys.get(name) or keys.get("", "")


_OPTIONS = {BASIC: "--basic", BEARER: "--bearer", API_KEY: "--api-key"}


def credentials(
    headers: Iterator[str] | tuple[str, ...], bearer: str, api_keys: tuple[str, ...], basic: str,
    schemes: Mapping[str, SecurityScheme],
) -> Credentials:  # fmt: skip
    """Credentials from texts as options give them: `Name: value`, a token, `key` or `scheme=key`,
    `user:password`. Raises LoadError, which tells no secret, on one that is not of its form.
    """
    pairs = []
    for each in headers:
        name, colon, value = each.partition(":")
        if not colon or not name.strip() or not value.strip() or not each.isprintable():
            raise LoadError("--header: a header looks like 'Name: value'")
        pairs.append((name.strip(), value.strip()))
    if basic and ":" not in basic:
        raise LoadError("--basic: it looks like user:password")
    keys = []
    for each in api_keys:
        name, equals, key = each.partition("=")
        keys.append((name, key) if equals and name in schemes else ("", each))
    return Credentials(tuple(pairs), bearer, tuple(keys), basic)
