"""A call: one request built from an operation, valid by construction."""

import base64
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from load.calls.variants import Variant
from load.options.credentials import Secret, within_quotes
from load.planning.plan import Slot
from load.printable import printable
from openapi.contract import Json
from openapi.operations import Operation

NO_FIELDS: Mapping[Slot, Json] = MappingProxyType({})
_BODY_SHOWN_BYTES = 65_536
# Header fields of the connection and of message framing, which the client sets itself (RFC 9110, section
# 7.6.1; RFC 9112, section 6).
FRAMING = frozenset({
    "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
})  # fmt: skip


@dataclass(slots=True)
class Call:
    """A request that is ready to be sent.

    Larger than usual: it has one field for each part of the request, first as it is sent, then as the values
    it was built from, which links refer to.

    `target` is path and query; `fields` has the values of lasting header fields and cookies, None for those
    that were left out. Credentials are kept apart, in `secret`. `variant` is the way in which it was built.
    """

    operation: Operation
    target: str
    headers: Mapping[str, str]
    body: bytes
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    payload: Json
    secret: Secret
    fields: Mapping[Slot, Json] = field(default_factory=lambda: NO_FIELDS)
    variant: Variant = Variant.USUAL

    @property
    def leaves_out_body(self) -> bool:
        """Whether it has no body although one is documented, which is optional."""
        return self.variant is Variant.BODYLESS

    @property
    def sent_target(self) -> str:
        """Path and query, with credentials."""
        if not self.secret.query:
            return self.target
        return f"{self.target}{'&' if '?' in self.target else '?'}{self.secret.query}"

    @property
    def sent_headers(self) -> dict[str, str]:
        """Header fields, with credentials."""
        sent = {**self.headers, **self.secret.headers}
        if "Cookie" in self.headers and "Cookie" in self.secret.headers:
            sent["Cookie"] = f"{self.headers['Cookie']}; {self.secret.headers['Cookie']}"
        return sent

    def _base(self, host: str) -> str:
        """The URL that the target follows: the run's host, with the path of the operation's own server if it
        has one.
        """
        if self.operation.base is None:
            return host.rstrip("/")
        scheme, _, rest = host.rpartition("://")
        return f"{scheme or 'http'}://{rest.partition('/')[0]}{self.operation.base}"

    def as_curl(self, host: str) -> str:
        """A curl command for a POSIX shell that repeats the call to a host.

        Credentials appear as the environment variables that hold them. A body that is not printable text is
        passed in base64.
        """
        method = self.operation.method.upper()
        url = f"{self._base(host)}{self.target}"
        if len(self.body) > _BODY_SHOWN_BYTES:
            return f"{method} {url} with a body of {len(self.body):,} bytes, too long to show"
        parts = ["curl -i", *_options(url), "-I" if method == "HEAD" else f"-X {method}", shlex.quote(url)]
        cookies = "; ".join(filter(None, (within_quotes(self.headers.get("Cookie", "")), self.secret.cookie)))
        own = {name: value for name, value in self.headers.items() if name not in self.secret.headers}
        fields = {name: value for name, value in own.items() if name != "Cookie"}
        if not self.body and method in ("POST", "PUT", "PATCH"):
            fields["Content-Length"] = "0"
        # curl leaves a field without a value out unless it ends in a semicolon.
        parts += [
            f"-H {shlex.quote(f'{name}: {value}' if value else f'{name};')}" for name, value in fields.items()
        ]
        parts += [f'-H "Cookie: {cookies}"'] if cookies else []
        parts += self.secret.arguments
        if not self.body:
            return " ".join(parts)
        text = self.body.decode("utf-8", "replace")
        if text.encode() == self.body and printable(text) == text:
            # --data-binary takes a text that starts with @ for the name of a file.
            option = "--data-raw" if text.startswith("@") else "--data-binary"
            return " ".join([*parts, option, shlex.quote(text)])
        encoded = base64.b64encode(self.body).decode()
        return f"printf %s {encoded} | base64 -d | {' '.join([*parts, '--data-binary', '@-'])}"


def _options(url: str) -> list[str]:
    """The options that make curl send a URL as it is written."""
    path = url.partition("?")[0]
    ranges = ["-g"] if set("[]{}") & {*url} else []
    return [*ranges, *(["--path-as-is"] if re.search(r"/\.\.?(/|$)", path) else [])]
