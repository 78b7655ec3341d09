"""Checks requests against their operation."""

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
    """A request as it was received. `path` has the percent-decoded texts of the path's parameters, by name;
    `query` is not decoded; header names are in lower case.
    """

    path: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Arguments:
    """The arguments of an operation in a request: the values of its parameters by name, defaults included,
    and of its body as `body`; or all rules that the request breaks. If its media type or Accept header is
    refused, that is the only violation, with MEDIA_TYPE or ACCEPT as its `rule`.
    """

    values: dict[str, Json]
    violations: list[Violation]


@dataclass(frozen=True, eq=False)
class RequestCheck:
    """Checks the requests of one operation."""

    operation: Operation

    def read(self, request: Request) -> Arguments:
        """The arguments in a request, checked."""
        refused = [*self._accept(request)] or [*self._media_type(request)]
        if refused:
            return Arguments({}, refused)
        values = dict(self._defaults)
        violations = [*self._parameters(request, values), *self._body(request, values)]
        return Arguments(values, violations)

    def compile(self) -> None:
        """Build every validator now rather than at the first request. Raises ContractError."""
        for parameter in self.operation.parameters:
            parameter.schema.validator  # noqa: B018 - a cached property, read for its effect
        if self.operation.request_body:
            for schema in self.operation.request_body.content.values():
                schema.validator  # noqa: B018 - a cached property, read for its effect

    @cached_property
    def _defaults(self) -> Mapping[str, Json]:
        defaults = {parameter.name: parameter.schema.default for parameter in self.operation.parameters}
        return {name: default for name, default in defaults.items() if default is not None}

    @cached_property
    def _offered(self) -> tuple[str, ...]:
        """The media types of successful responses."""
        return tuple(sorted({name for response in self.operation.successes for name in response.content}))

    @cached_property
    def _by_location(self) -> Mapping[str, tuple[Parameter, ...]]:
        return {
            location: tuple(
                parameter for parameter in self.operation.parameters if parameter.location == location
            )
            for location in ("path", "query", "header", "cookie")
        }

    def _accept(self, request: Request) -> Iterator[Violation]:
        accept = request.headers.get("accept", "*/*")
        if not media_types.is_acceptable(accept, self._offered):
            offers = ", ".join(self._offered)
            yield Violation("header", "Accept", ACCEPT, f"{accept!r} does not allow {offers}")

    def _media_type(self, request: Request) -> Iterator[Violation]:
        body = self.operation.request_body
        if body is None or not request.body:
            return
        content_type = request.headers.get("content-type", "")
        encoding = request.headers.get("content-encoding", "identity")
        charset = media_types.charset(content_type) or "utf-8"
        if media_types.find(body.content, content_type) is None:
            detail = f"{content_type!r} is not supported; this operation takes {', '.join(body.content)}"
            yield Violation("header", "Content-Type", MEDIA_TYPE, detail)
        elif encoding.lower() != "identity":
            yield Violation("header", "Content-Encoding", MEDIA_TYPE, f"{encoding!r} is not supported")
        elif media_types.is_json(content_type) and charset not in ("utf-8", "utf8"):
            yield Violation("header", "Content-Type", MEDIA_TYPE, f"JSON is UTF-8, not {charset!r}")

    def _parameters(self, request: Request, values: dict[str, Json]) -> Iterator[Violation]:
        """Add the values of all parameters to `values`."""
        path = {name: [text] for name, text in request.path.items()}
        yield from self._located("path", path, values)
        try:
            query = _query(request.query)
        except UnicodeDecodeError:
            yield Violation("query", "", "utf-8", "is not UTF-8")
            return
        declared = {parameter.name for parameter in self._by_location["query"]}
        for name in query.keys() - declared:
            yield Violation("query", name, "unknown", "is not a parameter of this operation")
        yield from self._located("query", query, values)
        headers = {
            parameter.name: [request.headers[parameter.name.lower()]]
            for parameter in self._by_location["header"]
            if parameter.name.lower() in request.headers
        }
        yield from self._located("header", headers, values)
        if self._by_location["cookie"]:
            cookies = _cookies(request.headers.get("cookie", ""))
            yield from self._located("cookie", cookies, values)

    def _located(
        self, location: str, texts: Mapping[str, Sequence[str]], values: dict[str, Json]
    ) -> Iterator[Violation]:
        """Add the parameters of a location to `values`; `texts` are their occurrences by name."""
        for parameter in self._by_location[location]:
            occurrences = texts.get(parameter.name)
            if occurrences is None:
                if parameter.required:
                    yield Violation(location, parameter.name, "required", "is missing")
            elif len(occurrences) > 1 and "array" not in parameter.schema.types:
                yield Violation(location, parameter.name, "repeated", "occurs more than once")
            else:
                value = values[parameter.name] = parameter.read(occurrences)
                yield from schema_violations(parameter.schema, value, location, parameter.name)

    def _body(self, request: Request, values: dict[str, Json]) -> Iterable[Violation]:
        """Add the value of the body to `values`."""
        body = self.operation.request_body
        if body is None:
            return ()
        values["body"] = None
        if not request.body:
            missing = Violation("body", "", "required", "a body is required and none was sent")
            return (missing,) if body.required else ()
        content_type = request.headers["content-type"]
        schema = media_types.find(body.content, content_type)
        if schema is None or not media_types.is_json(content_type):
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
