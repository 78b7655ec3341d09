"""Opens a TCP or TLS socket to a service, and says whether the service has closed it."""

import errno
import os
import select
import time
from functools import cache
from urllib.parse import urlsplit

from gevent import socket, ssl
from gevent.monkey import get_original

from load.calls.replies import NetworkError
from load.errors import LoadError
from load.options.tls import SYSTEM_TLS, Tls

CONNECT_TIMEOUT_S = 10.0
_PORTS = {"http": 80, "https": 443}
_CLOSED = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
# The original, which does not switch to the event loop: it only asks what is there now.
_poll = get_original("select", "poll")


class ServerSocket:
    """A socket that is connected to a service.

    Raises NetworkError, with `unreachable`, when no connection can be made.
    """

    def __init__(self, server: "Server") -> None:
        try:
            self.connected = server.connect()
        except (OSError, ValueError, NetworkError) as error:
            raise NetworkError(reason_of(error), unreachable=True) from error
        self.connected.settimeout(None)
        self._used_at = time.monotonic()
        self._input = _poll()
        self._input.register(self.connected.fileno(), select.POLLIN)

    @property
    def idle_s(self) -> float:
        """How long the socket has been idle (s)."""
        return time.monotonic() - self._used_at

    @property
    def is_closed_by_service(self) -> bool:
        """Whether the service has closed the connection. Nothing else can arrive while it is idle."""
        return bool(self._input.poll(0))

    def send(self, message: bytes) -> bool:
        """Send a message. False when the service stopped reading, which it may do after an early answer."""
        try:
            sent = self.connected.send(message)
            while sent < len(message):
                sent += self.connected.send(message[sent:])
        except _CLOSED:
            return False
        return True

    def mark_used(self) -> None:
        """Count the idle time from now on."""
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Close the connection."""
        self.connected.close()


class Server:
    """The server of a URL. `base` is the URL's path, `host` the Host header field.

    Raises LoadError when it is not an http or https URL.
    """

    def __init__(self, url: str, tls: Tls = SYSTEM_TLS) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in _PORTS or not parts.hostname:
            raise LoadError(f"{url!r} is not a host to load; it looks like http://127.0.0.1:5000")
        self.base = parts.path.rstrip("/")
        self.host = parts.netloc.rpartition("@")[2]
        self._address = (parts.hostname, parts.port or _PORTS[parts.scheme])
        self._tls = _tls_context(tls) if parts.scheme == "https" else None

    def connect(self) -> socket.socket:
        """A socket that is connected to the server. Raises OSError, ValueError and NetworkError."""
        connected = socket.create_connection(self._address, CONNECT_TIMEOUT_S)
        try:
            _refuse_self_connection(connected)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                # In two steps, so that a socket can be closed after a handshake that was interrupted.
                connected = self._tls.wrap_socket(
                    connected, server_hostname=self._address[0], do_handshake_on_connect=False
                )
                connected.do_handshake()
        except BaseException:
            connected.close()
            raise
        return connected


def _refuse_self_connection(connected: socket.socket) -> None:
    """Raises ConnectionRefusedError when a socket is connected to itself. When nothing listens on a local
    port, the kernel may give that port to the caller, which would keep the service from starting.
    """
    if connected.getsockname() == connected.getpeername():
        raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))


@cache
def _tls_context(tls: Tls) -> ssl.SSLContext:
    """Verifies certificates, as far as it is to. Made once, because reading the authorities takes long;
    gevent's class, because that of the standard library would block all other calls during a handshake.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    tls.configure(context)
    return context


def reason_of(error: BaseException) -> str:
    """The message of an error in lower case."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower()
