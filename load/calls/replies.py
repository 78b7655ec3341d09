"""Answers, as they come over the wire (RFC 9112)."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from gevent import socket
from geventhttpclient import HTTPParseError
from geventhttpclient._parser import HTTPResponseParser

from load.calls.codings import Undecodable, decoded

BLOCK_BYTES = 65_536
LONGEST_BODY_BYTES = 64 * 1024 * 1024
# An event stream has no end; so much of one is read (s, bytes).
STREAM_S = 1.0
_STREAM_BYTES = 65_536
_STREAMS = (
    "text/event-stream", "multipart/x-mixed-replace", "application/x-ndjson", "application/ndjson",
    "application/jsonl", "application/x-jsonlines", "application/json-seq",
)  # fmt: skip
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True)
class Reply:
    """A response; header names are in lower case, repeated headers are joined by commas. The body is without
    its content codings; `undecodable` says why they could not be taken off, where that is so. `repeated` says
    that the call was sent twice, as nobody knows whether it was carried out the first time.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    undecodable: str = ""
    repeated: bool = False

    @property
    def age_s(self) -> float:
        """How long ago (s) a cache had this from the service, at most; 0 where none says so (RFC 9111,
        section 5.1).
        """
        stated = self.headers.get("age", "").partition(",")[0].strip()
        # It is told in whole seconds.
        return int(stated) + 1.0 if stated.isascii() and stated.isdigit() and int(stated) else 0.0


class NetworkError(Exception):
    """No answer came, or only part of one; `unreachable` when there was not even a connection, `unknown` when
    the connection was one that the service may have closed before the call came, so that nobody knows.
    """

    def __init__(self, reason: str, unreachable: bool = False, unknown: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        self.unknown = unknown


class Unanswered(NetworkError):
    """The connection ended before a single byte of the answer came."""


class _Parser(HTTPResponseParser):
    """A final answer, read bit by bit. Interim answers are passed over (RFC 9110, section 15.2), and so is
    what comes after the end, on which the connection cannot be used again.
    """

    def __init__(self, method: str) -> None:
        super().__init__()
        self._bodiless = method == "HEAD"
        self._name = self._value = ""
        self._has_value = False
        self.fields: dict[str, str] = {}
        self.body = bytearray()
        self.status = 0
        self.has_headers = self.is_complete = self.stays_open = False

    def feed(self, data: str | bytes) -> None:
        try:
            super().feed(data)
        except HTTPParseError:
            if not self.is_complete:
                raise
            self.stays_open = False

    def _on_message_begin(self) -> None:
        if self.is_complete:
            raise HTTPParseError("an answer to no call")
        self.fields = {}

    def _on_status(self, _: str) -> None:
        pass

    def _on_header_field(self, text: str) -> None:
        if self._has_value:
            self._keep_field()
        self._name += text

    def _on_header_value(self, text: str) -> None:
        self._has_value = True
        self._value += text

    def _keep_field(self) -> None:
        name = self._name.lower()
        # Trailers are no header fields (RFC 9110, section 6.5).
        if not self.has_headers:
            fields = self.fields
            fields[name] = f"{fields[name]}, {self._value}" if name in fields else self._value
        self._name = self._value = ""
        self._has_value = False

    def _on_headers_complete(self) -> bool:
        if self._has_value:
            self._keep_field()
        self.status = self.get_code()
        self.has_headers = self.status >= 200 or self.status == _SWITCHING_PROTOCOLS
        return self._bodiless

    def _on_body(self, block: bytearray) -> None:
        self.body += block

    def _on_message_complete(self) -> None:
        self.is_complete = self.has_headers
        self.stays_open = self.should_keep_alive() and self.status != _SWITCHING_PROTOCOLS


def read_reply(connected: socket.socket, method: str, accepted: str = "") -> tuple[Reply, bool]:
    """The answer to a call that has been sent, and whether the connection may be used for another. One that
    does not name its media type may be a stream where the call `accepted` one.

    Raises NetworkError, OSError and HTTPParseError.
    """
    parser = _Parser(method)
    data = _first_block(connected)
    while True:
        parser.feed(data)
        if parser.is_complete:
            break
        if parser.has_headers and _is_stream(parser.fields, accepted):
            _read_stream(connected, parser)
            break
        if len(parser.body) > LONGEST_BODY_BYTES:
            raise NetworkError(f"the response has no end within {LONGEST_BODY_BYTES} bytes")
        data = connected.recv(BLOCK_BYTES)
        if not data:
            _end(parser)
            break
    return _reply(parser), parser.stays_open


def _first_block(connected: socket.socket) -> bytes:
    try:
        data = connected.recv(BLOCK_BYTES)
    except ConnectionResetError as error:
        raise Unanswered(str(error.strerror).lower()) from error
    if not data:
        raise Unanswered("the connection was closed without an answer")
    return data


def _end(parser: _Parser) -> None:
    """The connection has been closed, which ends answers without a length (RFC 9112, section 6.3)."""
    with suppress(HTTPParseError):
        parser.feed(b"")
    parser.stays_open = False
    if not parser.is_complete:
        raise NetworkError("the connection was closed in the middle of a response")


def _is_stream(fields: Mapping[str, str], accepted: str) -> bool:
    media_type = fields.get("content-type", "").lower()
    is_accepted = any(each.strip().startswith(_STREAMS) for each in accepted.lower().split(","))
    return media_type.startswith(_STREAMS) or (not media_type and is_accepted)


def _read_stream(connected: socket.socket, parser: _Parser) -> None:
    """Read a stream for a while, and leave it when it goes on."""
    ends = time.monotonic() + STREAM_S
    try:
        while not parser.is_complete and len(parser.body) < _STREAM_BYTES:
            connected.settimeout(max(ends - time.monotonic(), 0.001))
            data = connected.recv(BLOCK_BYTES)
            if data:
                parser.feed(data)
            else:
                _end(parser)
    except TimeoutError:
        parser.stays_open = False
    else:
        parser.stays_open = parser.stays_open and parser.is_complete
    connected.settimeout(None)


def _reply(parser: _Parser) -> Reply:
    body = bytes(parser.body)
    codings = parser.fields.get("content-encoding")
    # Of a stream that was left, a part is there.
    if not codings or not body or not parser.is_complete:
        return Reply(parser.status, parser.fields, body)
    try:
        return Reply(parser.status, parser.fields, decoded(body, codings, LONGEST_BODY_BYTES))
    except Undecodable as reason:
        return Reply(parser.status, parser.fields, body, str(reason))
