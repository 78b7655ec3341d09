"""The operations of a contract."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from openapi import media_types
from openapi.bodies import Encoding
from openapi.contract import Json
from openapi.parameters import Parameter
from openapi.path_template import encode_literal, parameter_name, parameter_names, path_parts, path_pattern
from openapi.schema import Schema
from openapi.servers import path_of


@dataclass(frozen=True)
class Link:
    """A link from a response to an operation (OpenAPI 3.0.3, Link Object). The keys of `parameters` are
    location and name; the location is empty where the link does not give it.
    """

    name: str
    target: str
    parameters: Mapping[tuple[str, str], Json]
    request_body: Json = None


@dataclass(frozen=True, eq=False)
class Response:
    """A documented response: `headers` by name in lower case, the schemas of `content` by media type.

    `fault` says what of it cannot be read, and is not checked; it is empty if all can.
    """

    description: str
    headers: Mapping[str, Parameter]
    content: Mapping[str, Schema]
    links: tuple[Link, ...]
    fault: str = ""
    _schemas: dict[str, Schema | None] = field(default_factory=dict)

    def schema(self, content_type: str) -> Schema | None:
        """The schema of bodies with a Content-Type header; None when it is not documented."""
        if content_type not in self._schemas:
            self._schemas[content_type] = media_types.find(self.content, content_type)
        return self._schemas[content_type]


@dataclass(frozen=True, eq=False)
class RequestBody:
    """A documented request body. `content`, `encodings` and `examples` have an entry per media type."""

    required: bool
    content: Mapping[str, Schema]
    encodings: Mapping[str, Mapping[str, Encoding]]
    examples: Mapping[str, tuple[Json, ...]]


@dataclass(frozen=True, eq=False)
class Operation:
    """One method of one path.

    Larger than usual: it has one field per field of the Operation Object.

    The keys of `responses` are those of the document: 200, 4XX, default. `security` has the alternatives of a
    caller, each the names of schemes that are needed together. `server` is the URL of the operation's or
    path's own server, empty when it uses that of the document (OpenAPI 3.0.3, Path Item Object).
    """

    operation_id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    request_body: RequestBody | None
    responses: Mapping[str, Response]
    objectives: Mapping[str, float]
    tags: tuple[str, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
    server: str = ""
    summary: str = ""

    @cached_property
    def base(self) -> str | None:
        """The path of its own server, which comes before its own path; None when it has no server."""
        return path_of(self.server) if self.server else None

    @cached_property
    def label(self) -> str:
        """Method and templated path, as people write it: `GET /students/{student_id}`."""
        return f"{self.method.upper()} {self.path}"

    def response(self, status: int) -> Response | None:
        """The documented response of a status: by the status, by its range, or the default."""
        by_key = self.responses
        return by_key.get(str(status)) or by_key.get(f"{status // 100}XX") or by_key.get("default")

    def links(self, status: int) -> tuple[Link, ...]:
        """The links of the response of a status."""
        response = self.response(status)
        return response.links if response else ()

    @cached_property
    def successes(self) -> tuple[Response, ...]:
        """The documented 2xx responses."""
        return tuple(response for key, response in self.responses.items() if key.startswith("2"))

    @cached_property
    def path_names(self) -> list[str]:
        """The names of the path parameters, in the order of the path."""
        return parameter_names(self.path, self._path_parameters)

    def match(self, path: str) -> dict[str, str] | None:
        """The texts of the path parameters in a decoded path; None when it is another path."""
        match = self._path_pattern.fullmatch(path)
        return dict(zip(self.path_names, match.groups(), strict=True)) if match else None

    def url(self, values: Mapping[str, Json]) -> str:
        """The path with the values of its parameters, percent-encoded; with a query if the path of the
        document has one. Raises KeyError when a parameter is missing.
        """
        if not self.path_names:
            return "".join(map(str, self._template))
        return "".join(
            part if isinstance(part, str) else part.write(values[part.name]) for part in self._template
        )

    @cached_property
    def _path_parameters(self) -> Mapping[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters if parameter.location == "path"}

    @cached_property
    def _path_pattern(self) -> re.Pattern[str]:
        return path_pattern(self.path)

    @cached_property
    def _template(self) -> list[str | Parameter]:
        """Literal texts of the path, encoded, and parameters in turn."""
        by_name = self._path_parameters
        return [
            by_name[parameter_name(part[1:-1], by_name)] if part.startswith("{") else encode_literal(part)
            for part in path_parts(self.path)
        ]
