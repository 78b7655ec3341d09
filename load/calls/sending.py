"""Sends calls, and pairs them with their answers."""

from load.calls.call import Call
from load.calls.connection import Connection, NetworkError, Reply
from openapi import lenient_json
from openapi.contract import Json
from openapi.expressions import Exchange


def send(connection: Connection, call: Call) -> tuple[Reply | None, NetworkError | None]:
    """Send a call. Returns its answer, or the reason why there is none."""
    operation = call.operation
    target, headers = call.sent_target, call.sent_headers
    try:
        return connection.send(operation.method, target, headers, call.body, operation.base), None
    except NetworkError as error:
        return None, error


def exchange_of(call: Call, reply: Reply) -> Exchange:
    """A call and its answer, as runtime expressions refer to them."""
    return Exchange(
        method=call.operation.method.upper(),
        url=call.target,
        path=call.path,
        query=call.query,
        request_headers={name.lower(): value for name, value in call.headers.items()},
        request_body=call.payload,
        status=reply.status,
        response_headers=reply.headers,
        response_body=json_body(reply),
    )


def json_body(reply: Reply) -> Json:
    """The body of an answer as JSON, or None when it is not JSON."""
    try:
        return lenient_json.loads(reply.body)
    except ValueError:
        return None
