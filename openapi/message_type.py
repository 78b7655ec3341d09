"""Who sends a value."""

from enum import Enum


class MessageType(Enum):
    """Who sends the value; EITHER bars nothing.

    Read-only properties do not belong into requests, write-only ones not
    into responses (OpenAPI 3.0.3, Schema Object, Fixed Fields).
    """

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"
    EITHER = ""
