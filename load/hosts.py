"""Where a service is, as its document and people say."""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from load.connection import Connection, NetworkError
from openapi.contract import Contract
from openapi.operations import Operation


def first_server(contract: Contract) -> str | None:
    """The URL of the first server that a document names; relative ones count where the document has a URL."""
    url = urljoin(contract.source, _server(contract))
    return url.rstrip("/") if url.startswith("http") and "{" not in url else None


def based(host: str, contract: Contract, operations: Iterable[Operation]) -> str:
    """A host with the path of the document's first server, when something answers there alone (OpenAPI 3.0.3,
    Server Object); else as it is.
    """
    path = urlsplit(_server(contract)).path.rstrip("/")
    probe = next((each.path for each in operations if each.method == "get" and "{" not in each.path), "")
    if not path or not probe or urlsplit(host).path.strip("/"):
        return host
    connection = Connection(host)
    try:
        statuses = [connection.send("get", target, {}, b"").status for target in (probe, path + probe)]
    except NetworkError:
        return host
    finally:
        connection.close()
    is_there = [status != HTTPStatus.NOT_FOUND for status in statuses]
    return host.rstrip("/") + path if is_there == [False, True] else host


def _server(contract: Contract) -> str:
    """The URL of the first server; that of the document's own host, unless it is told."""
    servers = contract.document.get("servers") or [{}]
    return str(servers[0].get("url", "/"))
