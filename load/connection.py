"""One user's connection to the service: sends calls, brings back whole responses."""

import errno
import os
import select
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from gevent import get_hub, getcurrent, socket, ssl
from gevent.monkey import get_original
from geventhttpclient import HTTPParseError
from geventhttpclient.response import HTTPSocketResponse
from greenlet import greenlet

from load.errors import LoadError
from load.workload import ANSWER_TIMEOUT_S

CONNECT_TIMEOUT_S = 10.0
BLOCK_BYTES = 65_536
LONGEST_BODY_BYTES = 64 * 1024 * 1024
IDLE_S = 0.1
_PORTS = {"http": 80, "https": 443}
# The one that does not wait for the event loop: it is asked for what is there now.
_poll = get_original("select", "poll")


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

    A call as a whole, from connecting to the last byte of its answer, takes at most `timeout` (s).
    Raises LoadError when the host is no http(s) URL.
    """

    def __init__(self, host: str, timeout: float = ANSWER_TIMEOUT_S) -> None:
        url = urlsplit(host if "://" in host else f"http://{host}")
        if url.scheme not in _PORTS or not url.hostname:
            raise LoadError(f"{host!r} is not a host to load; it looks like http://127.0.0.1:5000")
        self._prefix = url.path.rstrip("/")
        self._address = (url.hostname, url.port or _PORTS[url.scheme])
        self._tls = _tls() if url.scheme == "https" else None
        self._host = url.netloc.rpartition("@")[2]
        self._socket: socket.socket | None = None
        self._used = 0.0
        # One timer for each call as a whole is cheaper than one for each wait on the socket. Started again
        # after a stop, it would go on with the time that was left; `again` gives it all of its time.
        self._timeout = timeout
        self._timer = get_hub().loop.timer(timeout, timeout)
        self._expired = False

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request and read its response to the end. Raises NetworkError."""
        self._expired = False
        self._timer.again(self._expire, getcurrent(), update=True)
        connected = None
        try:
            connected = self._connected()
            _send(connected, self._written(method.upper(), target, headers, body))
            response = HTTPSocketResponse(connected, method=method.upper(), block_size=BLOCK_BYTES)
            content = _content(response)
        except (NetworkError, OSError, HTTPParseError, ValueError) as error:
            self.close()
            reason = f"no whole answer within {self._timeout:g} s" if self._expired else _reason(error)
            raise NetworkError(reason, unreachable=connected is None) from error
        finally:
            self._timer.stop()
        self._used = time.monotonic()
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or connected.fileno() < 0:
            # Servers close the connection on which they failed, often without a word in the response:
            # that must not befall the next call.
            self.close()
        return Reply(response.status_code, _joined(response.items()), content)

    def close(self) -> None:
        """End the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is not None and time.monotonic() - self._used > IDLE_S and _is_readable(self._socket):
            # Nothing is expected on an idle connection but its end.
            self.close()
        if self._socket is None:
            plain = socket.create_connection(self._address, CONNECT_TIMEOUT_S)
            if plain.getsockname() == plain.getpeername():
                # With nobody listening there, a local port may be given to its own caller, which would
                # talk to itself and keep the service from coming back.
                plain.close()
                raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = plain
            if self._tls:
                # In two steps, so that a handshake cut short leaves a connection that can be closed.
                self._socket = self._tls.wrap_socket(
                    plain, server_hostname=self._address[0], do_handshake_on_connect=False
                )
                self._socket.do_handshake()
            self._socket.settimeout(None)
        return self._socket

    def _expire(self, caller: greenlet) -> None:
        self._expired = True
        caller.throw(NetworkError("the time is up"))

    def _written(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if body or method in ("POST", "PUT", "PATCH"):
            fields = f"{fields}Content-Length: {len(body)}\r\n"
        start = f"{method} {self._prefix}{target} HTTP/1.1\r\nHost: {self._host}\r\n"
        head = f"{start}User-Agent: contract-load\r\n{fields}\r\n"
        return head.encode("latin-1") + body


@cache
def _tls() -> ssl.SSLContext:
    """What services have to prove; read once, for it takes long. Of gevent's own making: that of the standard
    library would hold up all other calls until a handshake is done.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context


def _send(connected: socket.socket, message: bytes) -> None:
    sent = connected.send(message)
    while sent < len(message):
        sent += connected.send(message[sent:])


def _is_readable(connected: socket.socket) -> bool:
    ready = _poll()
    ready.register(connected.fileno(), select.POLLIN)
    return bool(ready.poll(0))


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
    """The whole body. Raises NetworkError when it is cut off or has no end."""
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
