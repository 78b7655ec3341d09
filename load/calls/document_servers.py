"""Where the API is according to the document (OpenAPI 3.0.3, Server Object)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from urllib.parse import urlsplit

from openapi.contract import Contract, Json
from openapi.operation_reader import METHODS
from openapi.operations import Operation
from openapi.servers import path_of, server_urls


def first_server(contract: Contract) -> str | None:
    """The URL of the first server in a document; None when it has no absolute one.

    Without servers of its own, the document's source is the server, or else the server that most operations
    or their paths name.
    """
    source, servers = contract.source, contract.document.get("servers")
    own = [next(_absolute(server_urls(declared, source)), "") for declared in _operation_servers(contract)]
    is_default = not servers and not all(own)
    urls = _absolute(server_urls([{"url": "/"}] if is_default else servers, source))
    most_common = (url for url, _ in Counter(filter(None, own)).most_common(1))
    url = next(chain(urls, most_common), None)
    return None if url is None else url.rstrip("/")


def on_other_servers(operations: Iterable[Operation], host: str) -> Mapping[str, str]:
    """The operations, by label, that have servers of their own at another host than that of the document, and
    why they are not called.
    """
    netloc = urlsplit(host).netloc
    return {
        operation.label: f"its server is {operation.server}, not {host}; with --host, all are called there"
        for operation in operations
        if urlsplit(operation.server).netloc not in ("", netloc)
    }


def server_path(host: str, contract: Contract) -> str:
    """The path of the document's server at a host, or of the first one."""
    urls = [*server_urls(contract.document.get("servers"), contract.source)]
    netloc = urlsplit(host).netloc
    return path_of(next((url for url in urls if urlsplit(url).netloc == netloc), urls[0] if urls else ""))


def _absolute(urls: Iterator[str]) -> Iterator[str]:
    return (url for url in urls if url.startswith(("http://", "https://")))


def _operation_servers(contract: Contract) -> Iterator[Json]:
    """The servers of every operation: its own, or those of its path."""
    for item in contract.document["paths"].values():
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield item[method].get("servers") or item.get("servers")
