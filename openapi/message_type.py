"""The two types of HTTP messages (RFC 9110, section 6)."""

from enum import Enum


class MessageType(Enum):
    """Whether a value is part of a request or of a response. EITHER is for values that are neither, such as
    rows of a database.

    Its value is the keyword of properties that such messages must not have: read-only properties do not
    belong in requests, write-only ones not in responses (OpenAPI 3.0.3, Schema Object, Fixed Fields).
    """

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"
    EITHER = ""
