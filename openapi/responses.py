"""Responses held against their operation."""

from collections.abc import Iterator, Mapping

import orjson

from openapi import media_types
from openapi.operations import Operation, Response
from openapi.violations import Violation, schema_violations

_SHOWN_BYTES = 200


def compile_responses(operation: Operation) -> None:
    """Build every validator now rather than at the first response. Raises ContractError."""
    for response in operation.responses.values():
        for schema in (*response.content.values(), *(each.schema for each in response.headers.values())):
            schema.validator  # noqa: B018 - a cached property, wanted for its effect


def response_violations(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes | None
) -> list[Violation]:
    """Every rule of the contract that a response breaks: status, headers, media type, body.

    Header names are in lower case. `body` is None for an answer to HEAD, which has none.
    """
    response = operation.response(status)
    if response is None:
        documented = ", ".join(operation.responses)
        leads = f"; it leads to {headers['location']}" if "location" in headers else ""
        detail = f"{status} is not documented; {documented} are{leads}"
        return [Violation("status", "", "status", detail, documented, str(status))]
    return [*_headers(response, headers), *(() if body is None else _body(response, headers, body))]


def _headers(response: Response, headers: Mapping[str, str]) -> Iterator[Violation]:
    for name, header in response.headers.items():
        if name in headers:
            value = header.read([headers[name]])
            yield from schema_violations(header.schema, value, "header", header.name)
        elif header.required:
            yield Violation("header", header.name, "required", "is missing")


def _body(response: Response, headers: Mapping[str, str], body: bytes) -> Iterator[Violation]:
    if not response.content:
        return
    stated = headers.get("content-type", "")
    schema = media_types.described(response.content, stated)
    if schema is None:
        documented = ", ".join(response.content)
        detail = f"{stated or 'none'} is not documented; {documented} is"
        yield Violation("media type", "", "media type", detail, documented, stated)
    elif media_types.is_json(stated):
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            found = body[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
            yield Violation("body", "", "json", f"not JSON: {error}", "JSON", found)
        else:
            yield from schema_violations(schema, value, "body")
    elif media_types.essence(stated).startswith("text/") and "string" in schema.types:
        yield from schema_violations(schema, body.decode("utf-8", "replace"), "body")
