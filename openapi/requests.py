"""Checks requests against their operation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote_plus

from openapi import media_types, strict_json
from openapi.contract import ContractError, Json
from openapi.forms import is_form, read_form
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.validation_errors import schema_violations
from openapi.violations import Violation

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
        body = self.operation.request_body
        schemas = [parameter.schema for parameter in self.operation.parameters]
        for schema in (*schemas, *(body.content.values() if body else ())):
            schema.validator  # noqa: B018 - a cached property, read for its effect
            if schema.unreadable:
                raise ContractError(schema.unreadable)

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
            yield from self._query(_occurrences(request.query), values)
        except UnicodeDecodeError:
            yield Violation("query", "", "utf-8", "is not UTF-8")
            return
        headers = {
            parameter.name: [request.headers[parameter.name.lower()]]
            for parameter in self._by_location["header"]
            if parameter.name.lower() in request.headers
        }
        yield from self._located("header", headers, values)
        if self._by_location["cookie"]:
            cookies = _cookies(request.headers.get("cookie", ""))
            yield from self._located("cookie", cookies, values)

    def _query(self, query: Mapping[str, Sequence[str]], values: dict[str, Json]) -> Iterator[Violation]:
        """Add the parameters of the query to `values`."""
        parameters = self._by_location["query"]
        found = {parameter: parameter.occurrences(query, self._query_names) for parameter in parameters}
        known = {name for occurrences in found.values() for name in occurrences}
        for name in query.keys() - known:
            yield Violation("query", name, "unknown", "is not a parameter of this operation")
        for parameter, occurrences in found.items():
            yield from _read_parameter(parameter, occurrences, values)

    @cached_property
    def _query_names(self) -> frozenset[str]:
        """The names of parameters of the query, and of properties that are such parameters."""
        names = frozenset[str]()
        for parameter in self._by_location["query"]:
            is_spread = not parameter.media_type and parameter.styled.is_spread
            names |= parameter.schema.facts.property_names if is_spread else {parameter.name}
        return names

    def _located(
        self, location: str, texts: Mapping[str, Sequence[str]], values: dict[str, Json]
    ) -> Iterator[Violation]:
        """Add the parameters of a location to `values`; `texts` are their occurrences by name."""
        for parameter in self._by_location[location]:
            name = parameter.name
            yield from _read_parameter(parameter, {name: texts[name]} if name in texts else {}, values)

    def _body(self, request: Request, values: dict[str, Json]) -> Iterable[Violation]:
        """Add the value of the body to `values`."""
        body = self.operation.request_body
        if body is None:
            return ()
        values["body"] = None
        if not request.body:
            missing = Violation("body", "", "required", "a body is required and none was sent")
            return (missing,) if body.required else ()
        content_type = request.headers.get("content-type", "")
        schema = media_types.find(body.content, content_type)
        if schema is None or not (media_types.is_json(content_type) or is_form(content_type)):
            values["body"] = request.body
            return ()
        encodings = media_types.find(body.encodings, content_type) or {}
        try:
            if is_form(content_type):
                value = read_form(request.body, content_type, schema, encodings)
            else:
                value = strict_json.loads(request.body)
        except ValueError as error:
            return (Violation("body", "", "form" if is_form(content_type) else "json", str(error)),)
        values["body"] = value
        return schema_violations(schema, value, "body")


def _read_parameter(
    parameter: Parameter, occurrences: Mapping[str, Sequence[str]], values: dict[str, Json]
) -> Iterator[Violation]:
    """Add a parameter to `values`, which are its occurrences by name."""
    name, location = parameter.name, parameter.location
    if not occurrences:
        if parameter.required:
            yield Violation(location, name, "required", "is missing")
    elif len(occurrences.get(name, ())) > 1 and not parameter.may_repeat:
        yield Violation(location, name, "repeated", "occurs more than once")
    else:
        value = values[name] = parameter.read_query(occurrences)
        yield from schema_violations(parameter.schema, value, location, name)


def _occurrences(query: str) -> dict[str, list[str]]:
    """The texts of each name in a query, not decoded, as their delimiters are only told apart in that form.
    Raises UnicodeDecodeError.
    """
    values: dict[str, list[str]] = {}
    for field in filter(None, query.split("&")):
        name, _, text = field.partition("=")
        values.setdefault(unquote_plus(name, errors="strict"), []).append(text)
    return values


def _cookies(header: str) -> dict[str, list[str]]:
    try:
        return {name: [morsel.value] for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
