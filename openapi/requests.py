"""Requests held against their operation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from openapi import media_types, strict_json
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.violations import Violation, schema_violations

MEDIA_TYPE = "media type"
ACCEPT = "accept"


@dataclass(frozen=True)
class Request:
    """A request as it came. `path` are the percent-decoded texts of the path's parameters, by name; `query`
    is not decoded; header names are in lower case.
    """

    path: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Arguments:
    """What a request tells an operation: the values of its parameters by name, defaults included, and of its
    body as `body`; or every rule that it breaks. A refused media type or Accept header stands alone, as
    its `rule`.
    """

    values: dict[str, Json]
    violations: list[Violation]


@dataclass(frozen=True, eq=False)
class RequestCheck:
    """The compiled check of one operation's requests."""

    operation: Operation

    def read(self, request: Request) -> Arguments:
        """What a request says, checked."""
        refused = [*self._accept(request)] or [*self._media_type(request)]
        if refused:
            return Arguments({}, refused)
        values = dict(self._defaults)
        violations = [*self._parameters(request, values), *self._body(request, values)]
        return Arguments(values, violations)

    def compile(self) -> None:
        """Build every validator now rather than at the first request. Raises ContractError."""
        for parameter in self.operation.parameters:
            parameter.schema.validator  # noqa: B018 - a cached property, wanted for its effect
        if self.operation.request_body:
            for schema in self.operation.request_body.content.values():
                schema.validator  # noqa: B018

    @cached_property
    def _defaults(self) -> Mapping[str, Json]:
        stated = ((each.name, each.schema.default) for each in self.operation.parameters)
        return {name: default for name, default in stated if default is not None}

    @cached_property
    def _offered(self) -> tuple[str, ...]:
        return tuple(sorted({name for each in self.operation.successes for name in each.content}))

    @cached_property
    def _by_location(self) -> Mapping[str, tuple[Parameter, ...]]:
        return {
            location: tuple(each for each in self.operation.parameters if each.location == location)
            for location in ("path", "query", "header", "cookie")
        }

    def _accept(self, request: Request) -> Iterator[Violation]:
        accept = request.headers.get("accept", "*/*")
        if not media_types.acceptable(accept, self._offered):
            offers = ", ".join(self._offered)
            yield Violation("header", "Accept", ACCEPT, f"{accept!r} does not allow {offers}")

    def _media_type(self, request: Request) -> Iterator[Violation]:
        body = self.operation.request_body
        if body is None or not request.body:
            return
        stated = request.headers.get("content-type", "")
        known = media_types.described(body.content, stated) is not None
        encoding = request.headers.get("content-encoding", "identity")
        charset = media_types.charset(stated) or "utf-8"
        takes = f"this operation takes {', '.join(body.content)}"
        if not known:
            yield Violation("header", "Content-Type", MEDIA_TYPE, f"{stated!r} is not supported; {takes}")
        elif encoding.lower() != "identity":
            yield Violation("header", "Content-Encoding", MEDIA_TYPE, f"{encoding!r} is not supported")
        elif media_types.is_json(stated) and charset not in ("utf-8", "utf8"):
            yield Violation("header", "Content-Type", MEDIA_TYPE, f"JSON is UTF-8, not {charset!r}")

    def _parameters(self, request: Request, values: dict[str, Json]) -> Iterator[Violation]:
        path = {name: [text] for name, text in request.path.items()}
        yield from self._located("path", path, values)
        try:
            query = _query(request.query)
        except UnicodeDecodeError:
            yield Violation("query", "", "utf-8", "is not UTF-8")
            return
        known = {each.name for each in self._by_location["query"]}
        for name in query.keys() - known:
            yield Violation("query", name, "unknown", "is not a parameter of this operation")
        yield from self._located("query", query, values)
        headers = {
            each.name: [request.headers[each.name.lower()]]
            for each in self._by_location["header"]
            if each.name.lower() in request.headers
        }
        yield from self._located("header", headers, values)
        if self._by_location["cookie"]:
            cookies = _cookies(request.headers.get("cookie", ""))
            yield from self._located("cookie", cookies, values)

    def _located(
        self, location: str, texts: Mapping[str, Sequence[str]], values: dict[str, Json]
    ) -> Iterator[Violation]:
        for parameter in self._by_location[location]:
            found = texts.get(parameter.name)
            if found is None:
                if parameter.required:
                    yield Violation(location, parameter.name, "required", "is missing")
            elif len(found) > 1 and "array" not in parameter.schema.types:
                yield Violation(location, parameter.name, "repeated", "stands more than once")
            else:
                value = values[parameter.name] = parameter.read(found)
                yield from schema_violations(parameter.schema, value, location, parameter.name)

    def _body(self, request: Request, values: dict[str, Json]) -> Iterable[Violation]:
        body = self.operation.request_body
        if body is None:
            return ()
        values["body"] = None
        if not request.body:
            missing = Violation("body", "", "required", "a body is required and none was sent")
            return (missing,) if body.required else ()
        stated = request.headers["content-type"]
        schema = media_types.described(body.content, stated)
        if schema is None or not media_types.is_json(stated):
            values["body"] = request.body
            return ()
        try:
            value = values["body"] = strict_json.loads(request.body)
        except ValueError as error:
            return (Violation("body", "", "json", str(error)),)
        return schema_violations(schema, value, "body")


def _query(text: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="strict"):
        values.setdefault(name, []).append(value)
    return values


def _cookies(header: str) -> dict[str, list[str]]:
    try:
        return {name: [morsel.value] for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
