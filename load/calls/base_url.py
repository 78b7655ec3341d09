"""Where a service is, as its document and people say."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import IntEnum
from http import HTTPStatus
from itertools import chain
from random import Random
from urllib.parse import urlsplit

from load.calls.builder import CallBuilder
from load.calls.call import Call
from load.calls.connection import Connection, NetworkError, Reply
from load.errors import LoadError
from load.options.credentials import Credentials
from load.options.selection import Selection
from load.planning.side_effects import destruction
from openapi.contract import Contract, ContractError, Json
from openapi.operation_reader import METHODS
from openapi.operations import Operation
from openapi.payloads import PayloadFactory, Unbuildable
from openapi.responses import response_violations
from openapi.security import security_schemes
from openapi.servers import path_of, server_urls

_PROBED = 6
# A service that takes longer is called where it is said to be.
_PATIENCE_S = 3.0
_NUMBER = re.compile(r"[0-9a-fA-F]*\d[0-9a-fA-F]*")
# No service has anything there.
_NOWHERE = "/contract-load-looks-for-the-api"
# Where many services have their API, though their documents do not say so.
_USUAL_PATHS = ("/api", "/api/v1", "/v1")


class _Certainty(IntEnum):
    """How sure it is that an API is at an address."""

    NOT_THERE = 0
    SOMETHING = 1
    AS_DOCUMENTED = 2


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
    """A host with the path of the API there, and how many calls it took to find out.

    A host with a path stands as it is. Else it is the path of the document's server, unless an operation
    answers, as it is documented, only without it; or a usual path, where one answers so only there.

    Raises LoadError when nothing of the API is there.
    """
    whole = host if "://" in host else f"http://{host}"
    given = urlsplit(whole).path.rstrip("/")
    path = "" if given else _path_at(whole, contract)
    start = host.rstrip("/").removesuffix(given)
    calls = [*_probes(operations, credentials, selection, contract)]
    connection = Connection(host, _PATIENCE_S)
    search = _Search(connection, dict.fromkeys([given or path, given]))
    usual = _Search(connection, {} if given else dict.fromkeys(_USUAL_PATHS))
    try:
        search.look(calls)
        if search.is_absent:
            usual.look(calls)
    except NetworkError:
        return start + (given or path), search.calls + usual.calls
    finally:
        connection.close()
    if usual.is_found:
        return start + usual.best, search.calls + usual.calls
    if search.is_absent:
        raise LoadError(
            f"nothing of the document is at {host}: {search.told}, as is a path that nothing has; give the "
            f"base URL of the API with --host, as in {start}/api"
        )
    return start + search.best, search.calls


@dataclass
class _Search:
    """Under which path, of some, a service has its API; by path, how sure that is. Changes nothing there."""

    connection: Connection
    bases: dict[str, _Certainty | None]
    calls: int = 0
    told: str = ""
    _strangers: dict[str, Reply] = field(default_factory=dict)
    _is_there: bool = False

    @property
    def best(self) -> str:
        """The path at which it is most certain, the first of several."""
        return max(self.bases, key=lambda each: self.bases[each] or _Certainty.NOT_THERE)

    @property
    def is_found(self) -> bool:
        """Whether an operation answers as it is documented."""
        return _Certainty.AS_DOCUMENTED in self.bases.values()

    @property
    def is_absent(self) -> bool:
        """Whether an operation that anybody may ask for is answered as what there is not, at every path, and
        no other is answered otherwise.
        """
        return bool(self.told) and not self._is_there

    def look(self, calls: Iterable[Call]) -> None:
        """Ask for operations at each path, until it is clear where they are. Raises NetworkError."""
        first, *others = self.bases or [""]
        for call in calls:
            for base in self.bases:
                found = self._found(base, call)
                self.bases[base] = max(self.bases[base] or found, found)
                if self.bases[first] is _Certainty.AS_DOCUMENTED:
                    return
            if self.is_found or (not others and self._is_there):
                return

    def _found(self, base: str, call: Call) -> _Certainty:
        reply = self._asked(base, call.sent_target, call)
        if base not in self._strangers:
            self._strangers[base] = self._asked(base, _NOWHERE, call)
        is_documented = _is_as_documented(call.operation, reply)
        told_by_any = _may_be_anyones(call.operation, reply)
        is_home = not call.target.strip("/")
        if not (is_home and told_by_any) and not _is_alike(reply, call.target, self._strangers[base]):
            self._is_there = True
            return _Certainty.AS_DOCUMENTED if is_documented else _Certainty.SOMETHING
        if is_documented or not told_by_any:
            # As what is forbidden to all, for instance, tells nothing.
            self._is_there = True
        elif call.operation.method == "get" and not call.operation.path_names and not is_home:
            media_type = reply.headers.get("content-type", "no media type")
            self.told = self.told or f"{call.operation.label} is answered {reply.status} ({media_type})"
        return _Certainty.NOT_THERE

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


def _may_be_anyones(operation: Operation, reply: Reply) -> bool:
    """Whether any other service could answer so: with 404, or with a page that the document does not have."""
    if reply.status == HTTPStatus.NOT_FOUND:
        return True
    broken = response_violations(operation, reply.status, reply.headers, reply.body)
    return reply.status < 300 and any(each.location in ("status", "media type") for each in broken)


def _is_alike(reply: Reply, target: str, stranger: Reply) -> bool:
    """Whether a path is answered as one that a service does not know, for which that answer shows its path
    and perhaps the time.
    """
    path = target.partition("?")[0]
    about = (stranger.body.decode("utf-8", "replace").replace(_NOWHERE, each) for each in (target, path))
    texts = {_NUMBER.sub("", each.replace(_NOWHERE[1:], path[1:])) for each in about}
    return (
        reply.status == stranger.status
        and reply.headers.get("content-type", "") == stranger.headers.get("content-type", "")
        and _NUMBER.sub("", reply.body.decode("utf-8", "replace")) in texts
    )


def _probes(
    operations: Iterable[Operation], credentials: Credentials, selection: Selection, contract: Contract
) -> Iterator[Call]:
    """Calls to look for operations of different paths: first those that need nothing."""
    schemes = security_schemes(contract)
    payloads, random = PayloadFactory(), Random()
    by_path: dict[str, Operation] = {}
    harmless = (each for each in operations if not each.server and not _is_left_alone(each, selection))
    for each in sorted(harmless, key=_effort):
        by_path.setdefault(each.path, each)
    for each in [*by_path.values()][:_PROBED]:
        secret = credentials.secret(each, schemes)
        with suppress(Unbuildable, ContractError):
            yield CallBuilder(each, (), (), payloads, random, secret).build({}, bare=True)


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
