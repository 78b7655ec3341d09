"""The operations of a contract, with everything that can be compiled beforehand."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from openapi import media_types
from openapi.bodies import Encoding
from openapi.contract import Json
from openapi.parameters import Parameter
from openapi.schema import Schema
from openapi.servers import path_of

TEMPLATE_EXPRESSION = re.compile(r"\{([^}]*)\}")
# Not that of an expression, as in {name#}.
_FRAGMENT = re.compile(r"#[^{}]*(\{[^}]*\}[^{}]*)*$")
_NO_ENCODING = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Link:
    """From a response to an operation (OpenAPI 3.0.3, Link Object). `parameters` are keyed by location,
    empty where the link does not say, and name; `request_body` is None when it says nothing of one.
    """

    name: str
    target: str
    parameters: Mapping[tuple[str, str], Json]
    request_body: Json = None


@dataclass(frozen=True, eq=False)
class Response:
    """A documented response; `content` maps media types to schemas."""

    description: str
    headers: Mapping[str, Parameter]
    content: Mapping[str, Schema]
    links: tuple[Link, ...]
    _described: dict[str, Schema | None] = field(default_factory=dict)

    def schema(self, content_type: str) -> Schema | None:
        """What is documented of bodies of a media type, as a response states it; None when nothing is."""
        if content_type not in self._described:
            self._described[content_type] = media_types.described(self.content, content_type)
        return self._described[content_type]


@dataclass(frozen=True, eq=False)
class RequestBody:
    """A documented request body; `content` maps media types to schemas, `encodings` and `examples`
    to what is said beside those.
    """

    required: bool
    content: Mapping[str, Schema]
    encodings: Mapping[str, Mapping[str, Encoding]]
    examples: Mapping[str, tuple[Json, ...]]


@dataclass(frozen=True, eq=False)
class Operation:
    """One method of one path. `responses` is keyed as the document does: 200, 4XX, default; `security`
    are the alternatives that a caller has, each the names of schemes needed together; `server` the URL of its
    own server, or its path's, empty when it has that of the document (OpenAPI 3.0.3, Path Item Object).
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

    @cached_property
    def base(self) -> str | None:
        """The path of its own server, which comes before its own path; None when it has no server."""
        return path_of(self.server) if self.server else None

    @cached_property
    def label(self) -> str:
        """Method and templated path, as people name it: `GET /students/{student_id}`."""
        return f"{self.method.upper()} {self.path}"

    def response(self, status: int) -> Response | None:
        """What is documented of a status: itself, its range, or the default."""
        by_key = self.responses
        return by_key.get(str(status)) or by_key.get(f"{status // 100}XX") or by_key.get("default")

    def links(self, status: int) -> tuple[Link, ...]:
        """The links that lead on from a response of this status."""
        response = self.response(status)
        return response.links if response else ()

    @cached_property
    def successes(self) -> tuple[Response, ...]:
        """The documented 2xx responses."""
        return tuple(each for key, each in self.responses.items() if key.startswith("2"))

    @cached_property
    def path_names(self) -> list[str]:
        """The names of the path parameters, in the order of the path."""
        declared = {each.name for each in self.parameters if each.location == "path"}
        return [path_name(each, declared) for each in TEMPLATE_EXPRESSION.findall(self.path)]

    @cached_property
    def _path_pattern(self) -> re.Pattern[str]:
        literals = TEMPLATE_EXPRESSION.sub("\0", self.path).split("\0")
        return re.compile("([^/]+)".join(re.escape(each) for each in literals))

    def match(self, path: str) -> dict[str, str] | None:
        """The texts of the path parameters of a decoded path, or None when it is another path."""
        found = self._path_pattern.fullmatch(path)
        return dict(zip(self.path_names, found.groups(), strict=True)) if found else None

    def url(self, values: Mapping[str, Json]) -> str:
        """The path with its parameters filled in, percent-encoded; with a query if the document's has one.
        Raises KeyError on a missing parameter.
        """
        if not self.path_names:
            return "".join(map(str, self._template))
        return "".join(
            part if isinstance(part, str) else part.write(values[part.name]) for part in self._template
        )

    @cached_property
    def _template(self) -> list[str | Parameter]:
        """The path in parts: literal text, encoded, and parameters in turn. A fragment is not for the service
        (RFC 9110, section 7.1).
        """
        by_name = {each.name: each for each in self.parameters if each.location == "path"}
        path = self.path if self.path.startswith("/") else f"/{self.path}"
        parts = re.split(r"(\{[^}]*\})", _FRAGMENT.sub("", path))
        return [
            by_name[path_name(part[1:-1], by_name)] if part.startswith("{") else _encoded(part)
            for part in parts
            if part
        ]


def path_name(expression: str, declared: Container[str]) -> str:
    """The name of the parameter that an expression of a path stands for: `path` of {path:.*}, {path+} and
    {*path}, as routers write them, unless there is a parameter of just that name.
    """
    bare = expression.partition(":")[0].strip("*+?")
    return bare if expression not in declared and bare in declared else expression


def _encoded(literal: str) -> str:
    """Literal text of a path, percent-encoded where it is not yet (RFC 3986, sections 2.1 and 3.3)."""
    return quote(_NO_ENCODING.sub("%25", literal), safe="%/:?&=@!$'()*+,;~")
