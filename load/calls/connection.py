"""One user's connection to the service: sends calls, brings back whole responses."""

import errno
import os
import re
import select
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from gevent import get_hub, getcurrent, socket, ssl
from gevent.monkey import get_original
from geventhttpclient import HTTPParseError
from greenlet import greenlet

from load.calls.codings import ACCEPTED
from load.calls.keep_alive import KeepAlive
from load.calls.replies import NetworkError, Reply, Unanswered, read_reply
from load.errors import LoadError
from load.options.workload import ANSWER_TIMEOUT_S

__all__ = ["Connection", "NetworkError", "Reply", "check_reachable"]

CONNECT_TIMEOUT_S = 10.0
_PORTS = {"http": 80, "https": 443}
# Sent a second time, they do no more than once (RFC 9110, section 9.2.2).
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CLOSED = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
# The one that does not wait for the event loop: it is asked for what is there now.
_poll = get_original("select", "poll")


class Connection:
    """Keeps one connection open. Redirects are answers like others: they are not followed.

    A call as a whole, from connecting to the last byte of its answer, takes at most `timeout` (s). What is
    learnt of how long the service keeps connections goes to `keep_alive`.
    Raises LoadError when the host is no http(s) URL.
    """

    def __init__(
        self, host: str, timeout: float = ANSWER_TIMEOUT_S, keep_alive: KeepAlive | None = None
    ) -> None:
        url = urlsplit(host if "://" in host else f"http://{host}")
        if url.scheme not in _PORTS or not url.hostname:
            raise LoadError(f"{host!r} is not a host to load; it looks like http://127.0.0.1:5000")
        self._base = url.path.rstrip("/")
        self._address = (url.hostname, url.port or _PORTS[url.scheme])
        self._tls = _tls() if url.scheme == "https" else None
        self._fields = {
            "\r\nhost:": f"\r\nHost: {url.netloc.rpartition('@')[2]}",
            "\r\nuser-agent:": "\r\nUser-Agent: contract-load",
            "\r\naccept-encoding:": f"\r\nAccept-Encoding: {ACCEPTED}",
        }
        self._socket: socket.socket | None = None
        self._ready: select.poll | None = None
        self._used = 0.0
        self._keep_alive = keep_alive or KeepAlive()
        # One timer for each call as a whole is cheaper than one for each wait on the socket. Started again
        # after a stop, it would go on with the time that was left; `again` gives it all of its time.
        self._timeout = timeout
        self._timer = get_hub().loop.timer(timeout, timeout)
        self._expired = False

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, base: str | None = None
    ) -> Reply:
        """Send a request and read its response to the end. The target follows the path of the host, or
        another `base`.

        A call that does no more when it is sent twice is sent again on a new connection, when the service has
        closed the one it was sent on instead of an answer. Raises NetworkError.
        """
        method = method.upper()
        self._expired = False
        self._timer.again(self._expire, getcurrent(), update=True)
        try:
            path = self._base if base is None else base
            message = self._written(method, f"{path}{target}", headers, body)
            return self._sent(method, message, headers.get("Accept", ""))
        except NetworkError as error:
            self.close()
            if not self._expired:
                raise
            reason = f"no whole answer within {self._timeout:g} s"
            raise NetworkError(reason, error.unreachable) from error
        except (OSError, HTTPParseError, ValueError) as error:
            self.close()
            raise NetworkError(_reason(error)) from error
        finally:
            self._timer.stop()

    def close(self) -> None:
        """End the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _sent(self, method: str, message: bytes, accepted: str) -> Reply:
        idle_s = time.monotonic() - self._used
        is_new = not self._is_usable(idle_s)
        try:
            return self._exchanged(method, message, accepted)
        except Unanswered as error:
            if is_new:
                raise
            self.close()
            self._keep_alive.closed_as_sent(idle_s)
            if method not in _IDEMPOTENT:
                raise NetworkError(str(error), unknown=True) from error
        return replace(self._exchanged(method, message, accepted), repeated=True)

    def _exchanged(self, method: str, message: bytes, accepted: str) -> Reply:
        connected = self._socket or self._opened()
        is_whole = _send(connected, message)
        reply, stays_open = read_reply(connected, method, accepted)
        self._used = time.monotonic()
        if "keep-alive" in reply.headers:
            self._keep_alive.stated(reply.headers["keep-alive"])
        if not stays_open or not is_whole or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Servers close the connection on which they failed, often without a word in the response:
            # that must not befall the next call.
            self.close()
        return reply

    def _is_usable(self, idle_s: float) -> bool:
        """Whether there is a connection that may be used after having been idle for a while (s)."""
        if self._socket is None or self._ready is None:
            return False
        # Nothing is expected on an idle connection but its end.
        is_closed = bool(self._ready.poll(0))
        if is_closed:
            self._keep_alive.found_closed(idle_s)
        if is_closed or not self._keep_alive.allows(idle_s):
            self.close()
            return False
        return True

    def _opened(self) -> socket.socket:
        """A new connection. Raises NetworkError."""
        try:
            self._socket = socket.create_connection(self._address, CONNECT_TIMEOUT_S)
            if self._socket.getsockname() == self._socket.getpeername():
                # With nobody listening there, a local port may be given to its own caller, which would
                # talk to itself and keep the service from coming back.
                raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                # In two steps, so that a handshake cut short leaves a connection that can be closed.
                self._socket = self._tls.wrap_socket(
                    self._socket, server_hostname=self._address[0], do_handshake_on_connect=False
                )
                self._socket.do_handshake()
        except (OSError, ValueError, NetworkError) as error:
            raise NetworkError(_reason(error), unreachable=True) from error
        self._socket.settimeout(None)
        self._ready = _poll()
        self._ready.register(self._socket.fileno(), select.POLLIN)
        return self._socket

    def _expire(self, caller: greenlet) -> None:
        self._expired = True
        caller.throw(NetworkError("the time is up"))

    def _written(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        if not "".join(headers.values()).isprintable():
            headers = {name: _CONTROLS.sub(" ", value) for name, value in headers.items()}
        given = "".join([f"\r\n{name}: {value}" for name, value in headers.items()])
        lower = given.lower()
        own = "".join([field for name, field in self._fields.items() if name not in lower])
        if body or method in _WITH_CONTENT:
            own = f"{own}\r\nContent-Length: {len(body)}"
        head = f"{method} {target} HTTP/1.1{own}{given}\r\n\r\n"
        try:
            return head.encode("latin-1") + body
        except UnicodeEncodeError:
            # Only what users gave themselves, which curl would send like this.
            return head.encode() + body


@cache
def _tls() -> ssl.SSLContext:
    """What services have to prove; read once, for it takes long. Of gevent's own making: that of the standard
    library would hold up all other calls until a handshake is done.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context


def _send(connected: socket.socket, message: bytes) -> bool:
    """Send a message; gives whether the service took all of it. It may have answered before."""
    try:
        sent = connected.send(message)
        while sent < len(message):
            sent += connected.send(message[sent:])
    except _CLOSED:
        return False
    return True


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


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower()
