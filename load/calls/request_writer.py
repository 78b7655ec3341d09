"""Writes requests as HTTP/1.1 messages (RFC 9112, section 3)."""

import re
from collections.abc import Mapping

from load.calls.codings import ACCEPTED

_METHODS_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class RequestWriter:
    """Writes the requests to one host, with the header fields that every request needs."""

    def __init__(self, host: str) -> None:
        self._fields = {
            "\r\nhost:": f"\r\nHost: {host}",
            "\r\nuser-agent:": "\r\nUser-Agent: contract-load",
            "\r\naccept-encoding:": f"\r\nAccept-Encoding: {ACCEPTED}",
        }

    def write(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """A request message. The method is in upper case; `headers` replace the writer's own fields."""
        if not "".join(headers.values()).isprintable():
            headers = {name: _CONTROLS.sub(" ", value) for name, value in headers.items()}
        given = "".join([f"\r\n{name}: {value}" for name, value in headers.items()])
        lower = given.lower()
        own = "".join([field for name, field in self._fields.items() if name not in lower])
        if body or method in _METHODS_WITH_CONTENT:
            own = f"{own}\r\nContent-Length: {len(body)}"
        head = f"{method} {target} HTTP/1.1{own}{given}\r\n\r\n"
        try:
            return head.encode("latin-1") + body
        except UnicodeEncodeError:
            # Only header fields that the user gave can get here; curl sends them as UTF-8, too.
            return head.encode() + body
