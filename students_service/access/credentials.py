"""Reads the credentials of requests, and says how to ask for them (OpenAPI 3.0.3, Security Scheme Object)."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_plus

from starlette.types import Scope

from openapi.security import BASIC, BEARER, SecurityScheme


@dataclass(frozen=True)
class Credentials:
    """What a caller sent: a key, with the name of a user in basic authentication. The key is empty if it was
    sent in another form than that of its scheme, or more than once.
    """

    key: str
    user: str | None = None


_MALFORMED = Credentials("")


@dataclass(frozen=True)
class CredentialsReader:
    """Reads the credentials of a scheme; `realm` is what they are for."""

    scheme: SecurityScheme
    realm: str

    def read(self, scope: Scope) -> Credentials | None:
        """The credentials of a request; None if it has none of this scheme."""
        match self.scheme.location:
            case "query":
                found = [text for name, text in _query(scope) if name == self.scheme.field]
            case "cookie":
                found = [text for name, text in _cookies(scope) if name == self.scheme.field]
            case _:
                found = self._in_header(scope)
        if len(found) != 1:
            return _MALFORMED if found else None
        return _basic(found[0]) if self.scheme.kind == BASIC else Credentials(found[0])

    def _in_header(self, scope: Scope) -> list[str]:
        values = [value.decode("latin-1").strip() for name, value in scope["headers"] if name == self._header]
        if self.scheme.kind not in (BASIC, BEARER):
            return values
        # What has another scheme is not for this one. The names of schemes have any case (RFC 9110, 11.1).
        parts = (value.partition(" ") for value in values)
        return [text.strip() for name, _, text in parts if name.lower() == self.scheme.kind]

    @cached_property
    def _header(self) -> bytes:
        return self.scheme.field.lower().encode("latin-1")

    def challenge(self, error: str = "") -> str:
        """What WWW-Authenticate says (RFC 9110, section 11.6.1): for bearer tokens with an error code, if any
        (RFC 6750, section 3); for basic with the encoding (RFC 7617, section 2.1). For keys there is no
        scheme of HTTP, so the challenge says where the key belongs.
        """
        if self.scheme.kind == BEARER:
            return f'Bearer realm="{self.realm}"' + (f', error="{error}"' if error else "")
        if self.scheme.kind == BASIC:
            return f'Basic realm="{self.realm}", charset="UTF-8"'
        return f'ApiKey realm="{self.realm}", in="{self.scheme.location}", name="{self.scheme.field}"'

    @cached_property
    def description(self) -> str:
        """How a caller sends a key."""
        match self.scheme.kind:
            case "bearer":
                return "as a bearer token"
            case "basic":
                return "by basic authentication, with its name"
        return f"in the {self.scheme.location}, as {self.scheme.field}"


def remove_from_query(scope: Scope, name: str) -> None:
    """Remove a parameter from the query of a request, so that a key gets no further than to its check."""
    if scope["query_string"]:
        fields = scope["query_string"].split(b"&")
        kept = [field for field in fields if _decoded(field.partition(b"=")[0]) != name]
        scope["query_string"] = b"&".join(kept)


def quotable(text: str) -> str:
    """A text without what a quoted string of HTTP cannot have, or needs escapes for."""
    return "".join(sign if " " <= sign <= "~" and sign not in '"\\' else "?" for sign in text)


def _query(scope: Scope) -> Iterator[tuple[str, str]]:
    for field in filter(None, scope["query_string"].split(b"&")):
        name, _, text = field.partition(b"=")
        yield _decoded(name), _decoded(text)


def _decoded(text: bytes) -> str:
    return unquote_plus(text.decode("latin-1"))


def _cookies(scope: Scope) -> Iterator[tuple[str, str]]:
    """The cookies of a request (RFC 6265, section 4.2.1)."""
    for header, value in scope["headers"]:
        if header == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                name, _, text = pair.partition("=")
                yield name.strip(), text.strip().strip('"')


def _basic(text: str) -> Credentials:
    try:
        user, colon, key = b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return _MALFORMED
    return Credentials(key, user) if colon else _MALFORMED
