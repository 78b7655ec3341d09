"""Responses held against their operation."""

from collections.abc import Mapping

from openapi import lenient_json, media_types
from openapi.operations import Operation, Response
from openapi.root_causes import root_causes
from openapi.violations import Violation

_SHOWN_BYTES = 200
_EVENT_STREAM = "text/event-stream"


def compile_responses(operation: Operation) -> None:
    """Build every validator now rather than at the first response. Raises ContractError."""
    for response in operation.responses.values():
        for schema in (*response.content.values(), *(each.schema for each in response.headers.values())):
            schema.validator  # noqa: B018 - a cached property, wanted for its effect


def response_violations(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes | None
) -> list[Violation]:
    """What a response does against the contract: status, headers, media type, body; each cause once.

    Header names are in lower case. `body` is None for an answer to HEAD, and for others that have none. That
    of an event stream is not looked at: its schema is one of events.
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
    found: list[Violation] = []
    for name, header in response.headers.items():
        if name in headers:
            value = header.read([headers[name]])
            found += root_causes(header.schema, value, "header", header.name)
        elif header.required:
            found.append(Violation("header", header.name, "required", "is missing"))
    return found


def _body(response: Response, headers: Mapping[str, str], body: bytes) -> list[Violation]:
    stated = headers.get("content-type", "")
    schema = response.schema(stated)
    if schema is None:
        documented = ", ".join(response.content)
        detail = f"{stated or 'none'} is not documented; {documented} is"
        return [Violation("media type", "", "media type", detail, documented, stated)]
    if schema.is_octets or media_types.essence(stated) == _EVENT_STREAM:
        return []
    if media_types.is_json(stated):
        try:
            value = lenient_json.loads(body)
        except ValueError as error:
            found = body[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
            return [Violation("body", "", "json", f"not JSON: {error}", "JSON", found)]
        return root_causes(schema, value, "body")
    if media_types.essence(stated).startswith("text/") and "string" in schema.types:
        return root_causes(schema, body.decode("utf-8", "replace"), "body")
    return []
