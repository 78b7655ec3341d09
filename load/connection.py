"""One user's connection to the service: sends calls, brings back whole responses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import gevent
from geventhttpclient import HTTPClient, HTTPParseError

from load.errors import LoadError

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
BLOCK_BYTES = 65_536


@dataclass(frozen=True)
class Reply:
    """A response; header names are in lower case, repeated headers are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NetworkError(Exception):
    """No answer came, or only part of one."""


class Connection:
    """Keeps one connection open. Redirects are answers like others: they are not followed.

    Raises LoadError when the host is no http(s) URL.
    """

    def __init__(self, host: str) -> None:
        url = urlsplit(host if "://" in host else f"http://{host}")
        if url.scheme not in ("http", "https") or not url.hostname:
            raise LoadError(f"{host!r} is not a host to load; it looks like http://127.0.0.1:5000")
        self._prefix = url.path.rstrip("/")
        self._client = HTTPClient(
            url.hostname,
            url.port,
            ssl=url.scheme == "https",
            block_size=BLOCK_BYTES,
            connection_timeout=CONNECT_TIMEOUT_S,
            network_timeout=READ_TIMEOUT_S,
        )

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request and read its response to the end. Raises NetworkError."""
        try:
            response = self._client.request(method.upper(), self._prefix + target, body, dict(headers))
            content = bytes(response.read())
            if not response.message_complete:
                raise NetworkError("the connection was closed in the middle of a response")
        except (OSError, HTTPParseError, gevent.Timeout) as error:
            raise NetworkError(_reason(error)) from error
        return Reply(response.status_code, _joined(response.items()), content)

    def close(self) -> None:
        """End the connection."""
        self._client.close()


def _joined(items: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    joined: dict[str, str] = {}
    for name, value in items:
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower()
