"""Checks responses against their operation."""

from collections.abc import Iterator, Mapping
from itertools import starmap

from openapi import lenient_json, media_types
from openapi.limits import BODY_BYTES_SHOWN
from openapi.operations import Operation, Response
from openapi.root_causes import root_causes
from openapi.schema import Schema
from openapi.violations import Violation

_EVENT_STREAM = "text/event-stream"
_SCALARS = frozenset({"string", "number", "integer", "boolean"})


def unchecked_responses(operation: Operation) -> Iterator[str]:
    """What of an operation's responses is not checked, and why. Every validator is built now rather than at
    the first response.
    """
    for key, response in operation.responses.items():
        if response.fault:
            yield f"response {key}: {response.fault}"
        headers = {name: header.schema for name, header in response.headers.items()}
        for name, schema in (*response.content.items(), *headers.items()):
            if reason := schema.fault or schema.unreadable:
                yield f"response {key}, {name}: {reason}"
            elif name in response.content and all(starmap(_is_unread, response.content.items())):
                yield f"response {key}, {name}: bodies of this media type are not compared with their schema"


def _is_unread(media_type: str, schema: Schema) -> bool:
    """Whether bodies of a media type have a structure that only those of JSON are read for. A range of types
    includes JSON.
    """
    is_read = media_types.is_json(media_type) or media_type.endswith("/*")
    return not is_read and schema.types.isdisjoint(_SCALARS)


def response_violations(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes | None
) -> list[Violation]:
    """What is wrong with a response by the contract: its status, headers, media type or body, each cause
    once.

    Header names are in lower case. `body` is None for an answer to HEAD, and for others that have none. The
    body of an event stream is not checked, as its schema is that of one event.
    """
    response = operation.response(status)
    if response is None:
        documented = ", ".join(operation.responses)
        leads = f"; it leads to {headers['location']}" if "location" in headers else ""
        detail = f"{status} is not documented; {documented} are"
        return [Violation("status", "", "status", f"{detail}{leads}", documented, f"{status}{leads}")]
    violations = _headers(response, headers) if response.headers else []
    if body is None or not response.content:
        return violations
    return [*violations, *_body(response, headers, body)]


def _headers(response: Response, headers: Mapping[str, str]) -> list[Violation]:
    violations: list[Violation] = []
    for name, header in response.headers.items():
        if name in headers and not header.schema.fault:
            value = header.read([headers[name]])
            violations += root_causes(header.schema, value, "header", header.name)
        elif name not in headers and header.required:
            violations.append(Violation("header", header.name, "required", "is missing"))
    return violations


def _body(response: Response, headers: Mapping[str, str], body: bytes) -> list[Violation]:
    content_type = headers.get("content-type", "")
    schema = response.schema(content_type)
    if schema is None:
        documented = ", ".join(response.content)
        detail = f"{content_type or 'none'} is not documented; {documented} is"
        return [Violation("media type", "", "media type", detail, documented, content_type)]
    if schema.fault or schema.is_octets or media_types.essence(content_type) == _EVENT_STREAM:
        return []
    if media_types.is_json(content_type):
        try:
            value = lenient_json.loads(body)
        except ValueError as error:
            start = body[:BODY_BYTES_SHOWN].decode("utf-8", "backslashreplace")
            return [Violation("body", "", "json", f"not JSON: {error}", "JSON", start)]
        return root_causes(schema, value, "body")
    if media_types.essence(content_type).startswith("text/") and not schema.types.isdisjoint(_SCALARS):
        return root_causes(schema, schema.reader.text(_decoded(body, content_type)), "body")
    return []


def _decoded(body: bytes, content_type: str) -> str:
    try:
        return body.decode(media_types.charset(content_type) or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
