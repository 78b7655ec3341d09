"""x"""

from typing import Any


def as_openapi_3(document: dict[str, Any]) -> dict[str, Any]:
    """The document."""
    return document
