"""What hooks see of a call: its request and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from openapi.contract import Json


@dataclass
class Request:
    """A request. Hooks marked with `change` may change its `headers` and its `body`.

    `operation` is the operationId, or method and path where the document gives none; `target` is path and
    query as they are sent. `body` is a value of JSON, and None where nothing is sent, or another media type.
    Credentials are not among the headers.
    """

    operation: str
    method: str
    target: str
    headers: dict[str, str]
    body: Json


@dataclass(frozen=True)
class Answer:
    """An answer, with the names of its header fields in lower case, and its response time (ms).

    `body` is its value if it is JSON, else None; `content` has its bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: Json
    content: bytes
    response_ms: float
