"""Where a service is, as its document and people say."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from random import Random
from urllib.parse import urlsplit

from load.calls import Call, CallBuilder
from load.connection import Connection, NetworkError, Reply
from load.credentials import Credentials
from load.selection import Selection, destruction
from openapi.contract import Contract, ContractError, Json
from openapi.operations import METHODS, Operation
from openapi.payloads import Payloads, Unbuildable
from openapi.responses import response_violations
from openapi.security import security_schemes
from openapi.servers import path_of, server_urls

_PROBED = 6
_NUMBER = re.compile(r"[0-9a-fA-F]*\d[0-9a-fA-F]*")
# No service has anything there.
_NOWHERE = "/contract-load-looks-for-the-api"
# How sure it is that an operation is at an address.
_NOT_THERE, _SOMETHING, _AS_DOCUMENTED = range(3)


def first_server(contract: Contract) -> str | None:
    """The URL of the first server that a document names. Where it names none, it is where the document came
    from, or else what most of its operations or their paths name.
    """
    source, stated = contract.source, contract.document.get("servers")
    own = [next(_absolute(server_urls(each, source)), "") for each in _of_operations(contract)]
    is_default = not stated and not all(own)
    urls = _absolute(server_urls([{"url": "/"}] if is_default else stated, source))
    common = (url for url, _ in Counter(filter(None, own)).most_common(1))
    url = next(chain(urls, common), None)
    return None if url is None else url.rstrip("/")


def elsewhere(operations: Iterable[Operation], host: str) -> Mapping[str, str]:
    """Why operations are not at a host that the document names, by label: they have servers of their own."""
    place = urlsplit(host).netloc
    return {
        each.label: f"its server is {each.server}, not {host}; with --host, all are called there"
        for each in operations
        if urlsplit(each.server).netloc not in ("", place)
    }


def based(
    host: str,
    contract: Contract,
    operations: Iterable[Operation],
    credentials: Credentials,
    selection: Selection,
) -> tuple[str, int]:
    """A host with the path of the document's server, and how many calls it took to find out.

    A host with a path stands as it is. So does one without, when an operation answers, as it is documented,
    only without the path of the server.
    """
    whole = host if "://" in host else f"http://{host}"
    path = _path_at(whole, contract)
    if not path or urlsplit(whole).path.strip("/"):
        return host, 0
    schemes = security_schemes(contract)
    payloads, random = Payloads(), Random()

    def builder(of: Operation) -> CallBuilder:
        return CallBuilder(of, (), (), payloads, random, credentials.secret(of, schemes))

    search = _Search(Connection(host), path)
    try:
        for operation in _probes(operations, selection):
            if search.is_over:
                break
            try:
                search.look(builder(operation).build({}, bare=True))
            except (Unbuildable, ContractError):
                continue
    except NetworkError:
        return host.rstrip("/") + path, search.calls
    finally:
        search.connection.close()
    return host.rstrip("/") + ("" if search.is_bare else path), search.calls


class _Search:
    """Whether a service has its API under a path, or without. Changes nothing there."""

    def __init__(self, connection: Connection, path: str) -> None:
        self.connection = connection
        self.calls = 0
        self._path = path
        self._known = {path: _NOT_THERE, "": _NOT_THERE}
        self._strangers: dict[str, Reply] = {}

    @property
    def is_over(self) -> bool:
        return _AS_DOCUMENTED in self._known.values()

    @property
    def is_bare(self) -> bool:
        return self._known[""] > self._known[self._path]

    def look(self, call: Call) -> None:
        """Ask for an operation in both places. Raises NetworkError."""
        for base in self._known:
            reply = self._asked(base, call.sent_target, call)
            found = _SOMETHING
            if _is_as_documented(call.operation, reply):
                found = _AS_DOCUMENTED
            if base not in self._strangers:
                self._strangers[base] = self._asked(base, _NOWHERE, call)
            if _outline(reply, call.target) == _outline(self._strangers[base], _NOWHERE):
                found = _NOT_THERE
            self._known[base] = max(self._known[base], found)
            if self._known[self._path] == _AS_DOCUMENTED:
                return

    def _asked(self, base: str, target: str, call: Call) -> Reply:
        self.calls += 1
        # Whatever the operation's method: one that there is not for the path is answered unlike no path.
        headers = {name: each for name, each in call.sent_headers.items() if name.lower() != "content-type"}
        return self.connection.send("get", target, headers, b"", base)


def _is_as_documented(operation: Operation, reply: Reply) -> bool:
    is_stated = operation.response(reply.status) not in (None, operation.responses.get("default"))
    return (
        operation.method == "get"
        and reply.status < 400
        and is_stated
        and not response_violations(operation, reply.status, reply.headers, reply.body)
    )


def _outline(reply: Reply, target: str) -> tuple[int, str, str]:
    """What is the same for all paths that a service does not know: they may be told, as may the time."""
    text = reply.body.decode("utf-8", "replace").replace(target, "").replace(target.lstrip("/"), "")
    return (
        reply.status,
        reply.headers.get("content-type", ""),
        re.sub(r"[0-9a-fA-F]*\d[0-9a-fA-F]*", "", text),
    )


def _probes(operations: Iterable[Operation], selection: Selection) -> list[Operation]:
    """Operations of different paths to look for: first those that need nothing."""
    by_path: dict[str, Operation] = {}
    harmless = (each for each in operations if not each.server and not _is_left_alone(each, selection))
    for each in sorted(harmless, key=_effort):
        by_path.setdefault(each.path, each)
    return [*by_path.values()][:_PROBED]


def _effort(operation: Operation) -> tuple[bool, bool, int]:
    needs_query = any(each.required and each.location != "path" for each in operation.parameters)
    return operation.method != "get", needs_query, len(operation.path_names)


def _is_left_alone(operation: Operation, selection: Selection) -> bool:
    """Whether a path is not to be asked for, though it is only with a GET."""
    wanted = Selection(include=selection.include, exclude=selection.exclude, allow_destructive=True)
    return bool(wanted.refusal(operation)) or bool(destruction(replace(operation, method="get")))


def _path_at(host: str, contract: Contract) -> str:
    """The path of the document's server: of the one that is at a host, else of the first."""
    urls = [*server_urls(contract.document.get("servers"), contract.source)]
    place = urlsplit(host).netloc
    return path_of(next((each for each in urls if urlsplit(each).netloc == place), urls[0] if urls else ""))


def _absolute(urls: Iterator[str]) -> Iterator[str]:
    return (each for each in urls if each.startswith(("http://", "https://")))


def _of_operations(contract: Contract) -> Iterator[Json]:
    """The servers of every operation: its own, or its path's."""
    for item in contract.document["paths"].values():
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield item[method].get("servers") or item.get("servers")
