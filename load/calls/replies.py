"""Reads answers from a socket (RFC 9112)."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

from gevent import socket
from geventhttpclient import HTTPParseError
from geventhttpclient._parser import HTTPResponseParser

from load.calls.codings import Undecodable, decode

BLOCK_BYTES = 65_536
LONGEST_BODY_BYTES = 64 * 1024 * 1024
# An event stream has no end: this much of one is read, in s and in bytes.
STREAM_S = 1.0
_STREAM_BYTES = 65_536
_STREAMS = (
    "text/event-stream", "multipart/x-mixed-replace", "application/x-ndjson", "application/ndjson",
    "application/jsonl", "application/x-jsonlines", "application/json-seq",
)  # fmt: skip
_SWITCHING_PROTOCOLS = 101


# Not frozen: that would take another microsecond per call.
@dataclass(slots=True)
class Reply:
    """An answer. Header names are in lower case, repeated headers are joined by commas.

    The body is without its content codings; `undecodable` says why they could not be removed, if so.
    `repeated` means that the request was sent twice, and that nobody knows whether the first one had an
    effect.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    undecodable: str = ""
    repeated: bool = False

    @property
    def age_s(self) -> float:
        """How long ago (s), at most, a cache got this answer from the service; 0 without an Age field
        (RFC 9111, section 5.1).
        """
        age = self.headers.get("age", "").partition(",")[0].strip()
        # The field has whole seconds.
        return int(age) + 1.0 if age.isascii() and age.isdigit() and int(age) else 0.0


class NetworkError(Exception):
    """No answer arrived, or only a part of one. `unreachable` when no connection could be made;
    `outcome_unknown` when the service may have closed an idle connection before the call arrived, so that
    nobody knows whether the call had an effect.
    """

    def __init__(self, reason: str, unreachable: bool = False, outcome_unknown: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        self.outcome_unknown = outcome_unknown


class Unanswered(NetworkError):
    """The connection ended before the first byte of the answer."""


class _Progress(IntEnum):
    """How much of an answer has been parsed."""

    STARTED = 0
    HEADERS = 1
    COMPLETE = 2


class _Parser(HTTPResponseParser):
    """Parses a final answer piece by piece. Interim answers are skipped (RFC 9110, section 15.2). Bytes after
    the end are ignored, but the connection cannot be used again.

    Raises HTTPParseError.
    """

    def __init__(self, method: str) -> None:
        super().__init__()
        self._is_bodiless = method == "HEAD"
        self._name = ""
        self._value: str | None = None
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.status = 0
        self.progress = _Progress.STARTED
        self.stays_open = False

    @property
    def is_complete(self) -> bool:
        """Whether the answer has ended."""
        return self.progress is _Progress.COMPLETE

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
        self.headers = {}

    def _on_status(self, _: str) -> None:
        pass

    def _on_header_field(self, text: str) -> None:
        if self._value is not None:
            self._add_header(self._value)
        self._name += text

    def _on_header_value(self, text: str) -> None:
        self._value = text if self._value is None else self._value + text

    def _add_header(self, value: str) -> None:
        # Trailers are not header fields (RFC 9110, section 6.5).
        if self.progress is _Progress.STARTED:
            name, headers = self._name.lower(), self.headers
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self._name, self._value = "", None

    def _on_headers_complete(self) -> bool:
        if self._value is not None:
            self._add_header(self._value)
        self.status = self.get_code()
        if self.status >= 200 or self.status == _SWITCHING_PROTOCOLS:
            self.progress = _Progress.HEADERS
        return self._is_bodiless

    def _on_body(self, block: bytearray) -> None:
        self.body += block

    def _on_message_complete(self) -> None:
        if self.progress is _Progress.HEADERS:
            self.progress = _Progress.COMPLETE
        self.stays_open = self.should_keep_alive() and self.status != _SWITCHING_PROTOCOLS


def read_reply(connected: socket.socket, method: str, accepted: str = "") -> tuple[Reply, bool]:
    """Read the answer to a call; also returns whether the connection can be used for another call.

    An answer without a media type is read as a stream when the call's Accept field, `accepted`, names one.

    Raises NetworkError, OSError and HTTPParseError.
    """
    parser = _Parser(method)
    data = _first_block(connected)
    while True:
        parser.feed(data)
        if parser.is_complete:
            break
        if parser.progress is _Progress.HEADERS and _is_stream(parser.headers, accepted):
            _read_stream(connected, parser)
            break
        if len(parser.body) > LONGEST_BODY_BYTES:
            raise NetworkError(f"the response has no end within {LONGEST_BODY_BYTES} bytes")
        data = connected.recv(BLOCK_BYTES)
        if not data:
            _finish(parser)
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


def _finish(parser: _Parser) -> None:
    """End the answer at the end of the connection, which is valid for one without a length (RFC 9112,
    section 6.3). Raises NetworkError when the answer is incomplete.
    """
    with suppress(HTTPParseError):
        parser.feed(b"")
    parser.stays_open = False
    if not parser.is_complete:
        raise NetworkError("the connection was closed in the middle of a response")


def _is_stream(headers: Mapping[str, str], accepted: str) -> bool:
    media_type = headers.get("content-type", "").lower()
    is_accepted = any(name.strip().startswith(_STREAMS) for name in accepted.lower().split(","))
    return media_type.startswith(_STREAMS) or (not media_type and is_accepted)


def _read_stream(connected: socket.socket, parser: _Parser) -> None:
    """Read the start of a stream. The connection cannot be used again if the stream goes on."""
    ends = time.monotonic() + STREAM_S
    try:
        while not parser.is_complete and len(parser.body) < _STREAM_BYTES:
            connected.settimeout(max(ends - time.monotonic(), 0.001))
            data = connected.recv(BLOCK_BYTES)
            if data:
                parser.feed(data)
            else:
                _finish(parser)
    except TimeoutError:
        parser.stays_open = False
    else:
        parser.stays_open = parser.stays_open and parser.is_complete
    connected.settimeout(None)


def _reply(parser: _Parser) -> Reply:
    body = bytes(parser.body)
    codings = parser.headers.get("content-encoding")
    # The start of a stream cannot be decoded.
    if not codings or not body or not parser.is_complete:
        return Reply(parser.status, parser.headers, body)
    try:
        return Reply(parser.status, parser.headers, decode(body, codings, LONGEST_BODY_BYTES))
    except Undecodable as reason:
        return Reply(parser.status, parser.headers, body, str(reason))
