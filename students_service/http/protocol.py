"""HTTP/1.1 as uvicorn reads it, with bounds on what a client may send and how long it may take (RFC 9112)."""

import asyncio
import logging
import os
import sys
from asyncio import TimerHandle, Transport
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from students_service import problems
from students_service.http.connections import CONNECTIONS, Connections
from students_service.http.shedding import SHEDDING, Shedding
from students_service.logs import REQUEST_ID_HEADER, id_of
from students_service.problems import MEDIA_TYPE_OF_PROBLEMS, Problem

LONGEST_HEAD_BYTES = 64 * 1024
LONGEST_TARGET_BYTES = 8 * 1024
MOST_FIELDS = 100
# How long the head of a request may take to arrive (s), and how long a new connection may send nothing.
HEAD_S = 10.0
# How long a client that is refused while it is still sending may take to read the answer (s). If the
# connection were closed at once, its system might discard the answer.
LINGER_S = 1.0

# How long a client may take nothing of its answer (s).
TAKING_S = 20.0
_FULL = "all connections that the service can have are at work"
_END_OF_HEAD = b"\r\n\r\n"

logger = logging.getLogger(__name__)
_TOO_LARGE = Problem(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"the head of the request has more than {LONGEST_HEAD_BYTES} bytes",
)


class _Refused(Exception):
    """Ends the parsing of a request."""


class _Answered:
    """Stands in for uvicorn's cycle of a request that has been answered without one."""

    def __init__(self, scope: HTTPScope) -> None:
        self.scope = scope
        self.response_complete = True
        self.keep_alive = True
        self.message_event = asyncio.Event()


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A request that breaks HTTP, or exceeds the bounds, is answered with a problem, and its
    connection is closed.

    Larger than usual: uvicorn's class, which it extends, has a field for each part of its state.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # How much of a head has arrived that is not complete, with what else came with it (bytes).
        self._head_bytes = 0
        self._timer: TimerHandle | None = None
        self._refusal: Problem | None = None
        self._is_closing = False
        self._shedding: Shedding | None = self.app_state.get(SHEDDING)
        self._connections: Connections = self.app_state.get(CONNECTIONS) or Connections(sys.maxsize)
        # How much of an answer the client has not taken yet (bytes), and when it is looked at again.
        self._untaken_bytes = 0
        self._taking: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Wait for the first request, if there is room for one more connection."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)
        if self._connections.enter(self):
            self._start_timer()
        else:
            self._end_with(problems.unavailable(_FULL), os.urandom(16).hex())

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell uvicorn, and forget the connection."""
        self._connections.leave(self)
        self._stop_timer()
        self._stop_taking()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection at once."""
        self._is_closing = True
        self.transport.abort()

    def pause_writing(self) -> None:
        """The client does not take its answer as fast as it is written."""
        super().pause_writing()
        self._stop_taking()
        self._untaken_bytes = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(TAKING_S, self._look_at_taking)

    def resume_writing(self) -> None:
        """The client has taken all."""
        self._stop_taking()
        super().resume_writing()

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _look_at_taking(self) -> None:
        before, self._untaken_bytes = self._untaken_bytes, self.transport.get_write_buffer_size()
        if self._untaken_bytes >= before:
            self.abort()
        else:
            self._taking = self.loop.call_later(TAKING_S, self._look_at_taking)

    def data_received(self, data: bytes) -> None:
        """Read what has arrived. Nearly always, that is a whole request."""
        if self._is_closing:
            return
        self._unset_keepalive_if_required()
        self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Another protocol is on offer, and declined by an ordinary answer (RFC 9110, section 7.8).
            self.cycle.keep_alive = False
        except httptools.HttpParserError as error:
            self._refuse(self._refusal or self._unknown_coding() or _no_http(error))
            return
        is_in_head = self._is_in_head()
        if not is_in_head:
            self._head_bytes = 0
        elif self._head_bytes > LONGEST_HEAD_BYTES:
            self._refuse(_TOO_LARGE)
            return
        if self._timer is None and (is_in_head or self.cycle is None or self.cycle.response_complete):
            self._start_timer()

    def on_headers_complete(self) -> None:
        """All header fields have arrived: pass the request on."""
        self._stop_timer()
        if not self._is_plain():
            self._refusal = self._head_refusal()
            if self._refusal is not None:
                raise _Refused
        if not self._is_shed():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A whole request has arrived."""
        super().on_message_complete()
        if not self.cycle.response_complete:
            self._connections.work(self)

    def on_response_complete(self) -> None:
        """Go on with the next request, or wait for it."""
        if not self.pipeline:
            self._connections.wait(self)
        super().on_response_complete()

    def _is_shed(self) -> bool:
        """Answer a request that would wait too long. What is still to come of it is read and discarded."""
        if self._shedding is None or not (self.cycle is None or self.cycle.response_complete):
            return False
        method = self.parser.get_method()
        problem = self._shedding.refusal(method, self.url)
        if problem is None:
            return False
        request_id = id_of(self.headers).decode()
        keeps_alive = self.parser.should_keep_alive() and not self.expect_100_continue
        answer = _written(problem, request_id, self.server_state.default_headers, not keeps_alive)
        self.transport.write(
            answer.partition(_END_OF_HEAD)[0] + _END_OF_HEAD if method == b"HEAD" else answer
        )
        self._shedding.log(request_id)
        self.cycle = _Answered(self.scope)  # type: ignore[assignment] # it has what is used of a cycle
        if not keeps_alive:
            self.transport.close()
        self.on_response_complete()
        return True

    def _is_in_head(self) -> bool:
        """Whether a request has begun whose head is not complete."""
        return self.headers is not None and (
            self.cycle is None or self.cycle.scope["headers"] is not self.headers
        )

    def _is_plain(self) -> bool:
        """Whether nothing about a head can be a reason to refuse it, as for nearly all."""
        names = [name for name, _ in self.headers]
        return (
            names.count(b"host") == 1
            and b"transfer-encoding" not in names
            and len(names) <= MOST_FIELDS
            and len(self.url) <= LONGEST_TARGET_BYTES
            and self._head_bytes <= LONGEST_HEAD_BYTES
        )

    def _head_refusal(self) -> Problem | None:
        if len(self.url) > LONGEST_TARGET_BYTES:
            detail = f"the target of the request has more than {LONGEST_TARGET_BYTES} bytes"
            return Problem(HTTPStatus.REQUEST_URI_TOO_LONG, detail)
        if len(self.headers) > MOST_FIELDS:
            detail = f"the request has more than {MOST_FIELDS} header fields"
            return Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)
        if self._head_bytes > LONGEST_HEAD_BYTES:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > LONGEST_HEAD_BYTES:
                return _TOO_LARGE
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and (hosts or self.parser.get_http_version() != "1.0"):
            # RFC 9112, section 3.2.
            return Problem(
                HTTPStatus.BAD_REQUEST, f"the request has {hosts or 'no'} Host fields, and needs one"
            )
        return self._unknown_coding()

    def _unknown_coding(self) -> Problem | None:
        """A refusal of the transfer coding, if it is not one that is known (RFC 9112, section 6.1)."""
        for name, value in self.headers or ():
            if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
                detail = f"the transfer coding {value.decode('latin-1')!r} is not known; chunked is"
                return Problem(HTTPStatus.NOT_IMPLEMENTED, detail)
        return None

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(HEAD_S, self._time_out)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        if self._is_in_head():
            detail = f"the head of the request did not arrive within {HEAD_S:g} s"
            self._refuse(Problem(HTTPStatus.REQUEST_TIMEOUT, detail))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem, unless an answer is already on its way, and close the connection."""
        self._is_closing = True
        self._stop_timer()
        cycle = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        if is_answering and (cycle.response_started or not cycle.more_body):
            # The request before this one is answered first. Uvicorn then closes the connection.
            cycle.keep_alive = False
            return
        request_id = os.urandom(16).hex()
        details = {"status": problem.status, "request_id": request_id}
        logger.warning("refused: %s", problem.detail, extra=details)
        self._end_with(problem, request_id)

    def _end_with(self, problem: Problem, request_id: str) -> None:
        self._is_closing = True
        self.transport.write(_written(problem, request_id))
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)


def _no_http(error: Exception) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"this is no HTTP/1.1: {error}")


def _written(
    problem: Problem, request_id: str, headers: Iterable[tuple[bytes, bytes]] = (), is_last: bool = True
) -> bytes:
    """A problem as a whole response, the last of its connection or not."""
    body = problem.body(request_id)
    fields = {
        "content-type": MEDIA_TYPE_OF_PROBLEMS,
        "content-length": str(len(body)),
        REQUEST_ID_HEADER.lower(): request_id,
        **{name.lower(): value for name, value in problem.headers.items()},
        **({"connection": "close"} if is_last else {}),
    }
    lines = [b"%b: %b\r\n" % header for header in headers]
    own = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"".join([STATUS_LINE[problem.status], *lines, own.encode("latin-1"), b"\r\n", body])
