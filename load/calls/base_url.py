"""Finds the path of the API at a host, by calling operations that need nothing and change nothing."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import IntEnum
from http import HTTPStatus
from random import Random
from urllib.parse import urlsplit

from load.calls.builder import CallBuilder
from load.calls.call import Call
from load.calls.connection import Connection, NetworkError, Reply
from load.calls.document_servers import server_path
from load.errors import LoadError
from load.options.credentials import Credentials
from load.options.selection import Selection
from load.options.tls import SYSTEM_TLS, Tls
from load.planning.side_effects import destruction
from openapi.contract import Contract, ContractError
from openapi.operations import Operation
from openapi.payloads import PayloadFactory, Unbuildable
from openapi.responses import response_violations
from openapi.security import security_schemes

# How many operations are called in search of the API.
_PROBES = 6
# When a service takes longer to answer, the document's path is used.
_PROBE_TIMEOUT_S = 3.0
_NUMBER = re.compile(r"[0-9a-fA-F]*\d[0-9a-fA-F]*")
# A path that no service has.
_UNKNOWN_PATH = "/contract-load-looks-for-the-api"
# Where many services have their API although their documents do not say so.
_USUAL_PATHS = ("/api", "/api/v1", "/v1")


class _Certainty(IntEnum):
    """How certain it is that the API is at an address."""

    NOT_THERE = 0
    SOMETHING = 1
    AS_DOCUMENTED = 2


def find_base_url(
    host: str,
    contract: Contract,
    operations: Iterable[Operation],
    credentials: Credentials,
    selection: Selection,
    tls: Tls = SYSTEM_TLS,
) -> tuple[str, int]:
    """The URL of the API at a host, and how many calls it took to find it.

    A host with a path is used as it is. Otherwise, the path is that of the document's server, unless an
    operation answers as documented only without that path, or only under a usual one such as `/api`.

    Raises LoadError when no operation of the document is there.
    """
    url = host if "://" in host else f"http://{host}"
    given = urlsplit(url).path.rstrip("/")
    path = given or server_path(url, contract)
    root = host.rstrip("/").removesuffix(given)
    probes = [*_probes(operations, credentials, selection, contract)]
    connection = Connection(host, _PROBE_TIMEOUT_S, tls=tls)
    search = _Search(connection, dict.fromkeys([path, given]))
    usual = _Search(connection, {} if given else dict.fromkeys(_USUAL_PATHS))
    try:
        search.run(probes)
        if search.is_absent:
            usual.run(probes)
    except NetworkError:
        return root + path, search.calls + usual.calls
    finally:
        connection.close()
    if usual.is_found:
        return root + usual.best, search.calls + usual.calls
    if search.is_absent:
        raise LoadError(
            f"no operation of the document is at {host}: {search.absence}, the same as a path that does not "
            f"exist; give the base URL of the API with --host, as in {root}/api"
        )
    return root + search.best, search.calls


@dataclass
class _Search:
    """Searches for the API under some base paths, with calls that change nothing. `bases` holds how certain
    it is that the API is at each.
    """

    connection: Connection
    bases: dict[str, _Certainty | None]
    calls: int = 0
    absence: str = ""
    _unknown_replies: dict[str, Reply] = field(default_factory=dict)
    _is_there: bool = False

    @property
    def best(self) -> str:
        """The first of the paths with the highest certainty."""
        return max(self.bases, key=lambda base: self.bases[base] or _Certainty.NOT_THERE)

    @property
    def is_found(self) -> bool:
        """Whether an operation answers as documented."""
        return _Certainty.AS_DOCUMENTED in self.bases.values()

    @property
    def is_absent(self) -> bool:
        """Whether the service answers an operation that anybody may call like a path that does not exist,
        under every base path, and answers no operation in another way.
        """
        return bool(self.absence) and not self._is_there

    def run(self, probes: Iterable[Call]) -> None:
        """Make calls under each base path until the result is clear. Raises NetworkError."""
        first, *others = self.bases or [""]
        for call in probes:
            for base in self.bases:
                certainty = self._probe(base, call)
                self.bases[base] = max(self.bases[base] or certainty, certainty)
                if self.bases[first] is _Certainty.AS_DOCUMENTED:
                    return
            if self.is_found or (not others and self._is_there):
                return

    def _probe(self, base: str, call: Call) -> _Certainty:
        operation, reply = call.operation, self._get(base, call.sent_target, call)
        if base not in self._unknown_replies:
            self._unknown_replies[base] = self._get(base, _UNKNOWN_PATH, call)
        is_documented = _is_as_documented(operation, reply)
        is_unspecific = _is_unspecific(operation, reply)
        is_root = not call.target.strip("/")
        is_same = _is_same_reply(reply, call.target, self._unknown_replies[base])
        if not (is_root and is_unspecific) and not is_same:
            self._is_there = True
            return _Certainty.AS_DOCUMENTED if is_documented else _Certainty.SOMETHING
        if is_documented or not is_unspecific:
            # A 401 for every path, for example, does not show that the API is absent.
            self._is_there = True
        elif operation.method == "get" and not operation.path_names and not is_root:
            media_type = reply.headers.get("content-type", "no media type")
            self.absence = self.absence or f"{operation.label} is answered {reply.status} ({media_type})"
        return _Certainty.NOT_THERE

    def _get(self, base: str, target: str, call: Call) -> Reply:
        self.calls += 1
        # GET for all methods: a path that has only other methods is not answered like one that does not
        # exist.
        headers = {name: value for name, value in call.sent_headers.items() if name.lower() != "content-type"}
        return self.connection.send("get", target, headers, b"", base)


def _is_as_documented(operation: Operation, reply: Reply) -> bool:
    is_documented = operation.response(reply.status) not in (None, operation.responses.get("default"))
    return (
        operation.method == "get"
        and reply.status < 400
        and is_documented
        and not response_violations(operation, reply.status, reply.headers, reply.body)
    )


def _is_unspecific(operation: Operation, reply: Reply) -> bool:
    """Whether any other service could answer like this: with 404, or with a page that the document does not
    have.
    """
    if reply.status == HTTPStatus.NOT_FOUND:
        return True
    violations = response_violations(operation, reply.status, reply.headers, reply.body)
    is_other_page = any(violation.location in ("status", "media type") for violation in violations)
    return reply.status < 300 and is_other_page


def _is_same_reply(reply: Reply, target: str, unknown: Reply) -> bool:
    """Whether a path is answered like one that does not exist, apart from the path and numbers, such as a
    time, in the answer.
    """
    path = target.partition("?")[0]
    body = unknown.body.decode("utf-8", "replace")
    expected = {
        _NUMBER.sub("", body.replace(_UNKNOWN_PATH, shown).replace(_UNKNOWN_PATH[1:], path[1:]))
        for shown in (target, path)
    }
    return (
        reply.status == unknown.status
        and reply.headers.get("content-type", "") == unknown.headers.get("content-type", "")
        and _NUMBER.sub("", reply.body.decode("utf-8", "replace")) in expected
    )


def _probes(
    operations: Iterable[Operation], credentials: Credentials, selection: Selection, contract: Contract
) -> Iterator[Call]:
    """Calls of operations with different paths; first of those that need the least."""
    schemes = security_schemes(contract)
    payloads, random = PayloadFactory(), Random()
    by_path: dict[str, Operation] = {}
    callable_operations = (
        operation for operation in operations if not operation.server and _may_be_probed(operation, selection)
    )
    for operation in sorted(callable_operations, key=_effort):
        by_path.setdefault(operation.path, operation)
    for operation in [*by_path.values()][:_PROBES]:
        secret = credentials.secret(operation, schemes)
        with suppress(Unbuildable, ContractError):
            yield CallBuilder(operation, payloads, random, secret).build({}, bare=True)


def _effort(operation: Operation) -> tuple[bool, bool, int]:
    needs_query = any(
        parameter.required and parameter.location != "path" for parameter in operation.parameters
    )
    return operation.method != "get", needs_query, len(operation.path_names)


def _may_be_probed(operation: Operation, selection: Selection) -> bool:
    """Whether a path may be called with GET."""
    wanted = Selection(include=selection.include, exclude=selection.exclude, allow_destructive=True)
    return not wanted.refusal(operation) and not destruction(replace(operation, method="get"))
