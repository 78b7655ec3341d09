"""One user's connection to the service: sends calls and reads their answers."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from math import inf

from geventhttpclient import HTTPParseError

from load.calls.deadline import Deadline
from load.calls.keep_alive import KeepAlive
from load.calls.replies import NetworkError, Reply, Unanswered, read_reply
from load.calls.request_writer import RequestWriter
from load.calls.server_socket import Server, ServerSocket, reason_of
from load.errors import LoadError
from load.options.tls import SYSTEM_TLS, Tls
from load.options.workload import ANSWER_TIMEOUT_S

__all__ = ["Connection", "NetworkError", "Reply", "check_reachable"]

_TRUST = "--cacert FILE trusts the authority of its certificate, --insecure trusts everybody"
# A request with one of these methods has the same effect when it is sent twice (RFC 9110, section 9.2.2).
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class Connection:
    """Keeps one connection open and makes one call at a time. Redirects are answers: they are not followed.

    A call may take `timeout` (s), from connecting to the last byte of its answer. `keep_alive` collects how
    long the service keeps idle connections open, for all connections that share it.
    Raises LoadError when the host is not an http or https URL.
    """

    def __init__(
        self,
        host: str,
        timeout: float = ANSWER_TIMEOUT_S,
        keep_alive: KeepAlive | None = None,
        tls: Tls = SYSTEM_TLS,
    ) -> None:
        self._server = Server(host, tls)
        self._writer = RequestWriter(self._server.host)
        self._deadline = Deadline(timeout)
        self._keep_alive = keep_alive or KeepAlive()
        self._socket: ServerSocket | None = None

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, base: str | None = None
    ) -> Reply:
        """Send a request and read its response to the end. The target follows `base`, by default the path of
        the host's URL.

        When the service closes an idle connection instead of answering, a request with an idempotent method
        is sent again on a new connection. Raises NetworkError.
        """
        method = method.upper()
        self._deadline.start()
        try:
            path = self._server.base if base is None else base
            message = self._writer.write(method, f"{path}{target}", headers, body)
            return self._send(method, message, headers.get("Accept", ""))
        except NetworkError as error:
            self.close()
            if not self._deadline.has_passed:
                raise
            reason = f"no complete answer within {self._deadline.timeout_s:g} s"
            raise NetworkError(reason, error.unreachable) from error
        except (OSError, HTTPParseError, ValueError) as error:
            self.close()
            raise NetworkError(reason_of(error)) from error
        finally:
            self._deadline.stop()

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, method: str, message: bytes, accepted: str) -> Reply:
        idle_s = self._socket.idle_s if self._socket else inf
        is_new = not self._is_usable(idle_s)
        try:
            return self._exchange(method, message, accepted)
        except Unanswered as error:
            if is_new:
                raise
            self.close()
            self._keep_alive.observe_closed_during_call(idle_s)
            if method not in _IDEMPOTENT:
                raise NetworkError(str(error), outcome_unknown=True) from error
        try:
            return replace(self._exchange(method, message, accepted), repeated=True)
        except NetworkError as error:
            # Even if nobody can be reached now, the first request may have had its effect.
            raise NetworkError(str(error)) from error

    def _exchange(self, method: str, message: bytes, accepted: str) -> Reply:
        if self._socket is None:
            self._socket = ServerSocket(self._server)
        is_sent = self._socket.send(message)
        reply, stays_open = read_reply(self._socket.connected, method, accepted)
        self._socket.mark_used()
        if "keep-alive" in reply.headers:
            self._keep_alive.observe_field(reply.headers["keep-alive"])
        if not stays_open or not is_sent or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # After a failure, servers often close the connection without saying so in the response. The next
            # call must not suffer from that.
            self.close()
        return reply

    def _is_usable(self, idle_s: float) -> bool:
        """Whether there is an open connection that may be used after it has been idle for a time (s)."""
        if self._socket is None:
            return False
        is_closed = self._socket.is_closed_by_service
        if is_closed:
            self._keep_alive.observe_closed(idle_s)
        if is_closed or not self._keep_alive.allows(idle_s):
            self.close()
            return False
        return True


def check_reachable(host: str, tls: Tls = SYSTEM_TLS) -> None:
    """Raises LoadError when nothing answers at a host, or nothing with a valid certificate."""
    connection = Connection(host, tls=tls)
    try:
        connection.send("get", "/", {}, b"")
    except NetworkError as error:
        if error.unreachable:
            is_untrusted = "certificate" in str(error)
            advice = _TRUST if is_untrusted else "is the service running?"
            raise LoadError(f"cannot reach {host}: {error}; {advice}") from None
    finally:
        connection.close()
