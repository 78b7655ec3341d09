"""One user's connection to the service: sends calls, brings back whole responses."""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import gevent
from geventhttpclient import HTTPClient, HTTPParseError
from geventhttpclient.response import HTTPSocketResponse

from load.errors import LoadError

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
RESPONSE_TIMEOUT_S = 120.0
BLOCK_BYTES = 65_536
LONGEST_BODY_BYTES = 64 * 1024 * 1024
_UNREACHABLE = (ConnectionRefusedError, socket.gaierror, ssl.SSLError)


@dataclass(frozen=True)
class Reply:
    """A response; header names are in lower case, repeated headers are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NetworkError(Exception):
    """No answer came, or only part of one; `unreachable` when there was not even a connection."""

    def __init__(self, reason: str, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


class Connection:
    """Keeps one connection open. Redirects are answers like others: they are not followed.

    Raises LoadError when the host is no http(s) URL.
    """

    def __init__(self, host: str) -> None:
        url = urlsplit(host if "://" in host else f"http://{host}")
        if url.scheme not in ("http", "https") or not url.hostname:
            raise LoadError(f"{host!r} is not a host to load; it looks like http://127.0.0.1:5000")
        self._prefix = url.path.rstrip("/")
        self._url = url
        self._client = self._connected()

    def _connected(self) -> HTTPClient:
        return HTTPClient(
            self._url.hostname or "",
            self._url.port,
            ssl=self._url.scheme == "https",
            block_size=BLOCK_BYTES,
            connection_timeout=CONNECT_TIMEOUT_S,
            network_timeout=READ_TIMEOUT_S,
        )

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request and read its response to the end. Raises NetworkError."""
        try:
            response = self._client.request(method.upper(), self._prefix + target, body, dict(headers))
            content = _content(response)
        except (NetworkError, OSError, HTTPParseError, gevent.Timeout, ValueError) as error:
            self._renew()
            raise NetworkError(_reason(error), isinstance(error, _UNREACHABLE)) from error
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Servers close the connection on which they failed, often without a word in the response:
            # that must not befall the next call.
            self._renew()
        return Reply(response.status_code, _joined(response.items()), content)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _renew(self) -> None:
        self._client.close()
        self._client = self._connected()


def check_reachable(host: str) -> None:
    """Raises LoadError when nothing answers at a host, or nothing that can be trusted."""
    connection = Connection(host)
    try:
        connection.send("get", "/", {}, b"")
    except NetworkError as error:
        if error.unreachable:
            raise LoadError(f"cannot reach {host}: {error}; is the service running?") from None
    finally:
        connection.close()


def _content(response: HTTPSocketResponse) -> bytes:
    """The whole body. Raises NetworkError when it is cut off, has no end or comes too slowly."""
    deadline = time.monotonic() + RESPONSE_TIMEOUT_S
    content = bytes(response.read(BLOCK_BYTES))
    if response.message_complete and len(content) < BLOCK_BYTES:
        return content
    blocks = [content]
    size = len(content)
    while block := bytes(response.read(BLOCK_BYTES)):
        blocks.append(block)
        size += len(block)
        if size > LONGEST_BODY_BYTES:
            raise NetworkError(f"the response has no end within {LONGEST_BODY_BYTES} bytes")
        if time.monotonic() > deadline:
            raise NetworkError(f"the response has no end within {RESPONSE_TIMEOUT_S:.0f} s")
    if not response.message_complete:
        raise NetworkError("the connection was closed in the middle of a response")
    return b"".join(blocks)


def _joined(items: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    joined: dict[str, str] = {}
    for name, value in items:
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower()
