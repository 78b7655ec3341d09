"""Media types and ranges of them (RFC 9110, sections 8.3 and 12.5.1)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from openapi.limits import HEADERS_KEPT

Entry = TypeVar("Entry")


def essence(content_type: str) -> str:
    """The type without parameters: `application/json` for `Application/JSON; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def find(content: Mapping[str, Entry], content_type: str) -> Entry | None:
    """The entry of a `content` map for a media type: that of the type itself, or else of a range; None if
    there is none.
    """
    name = essence(content_type)
    entries = {essence(media_type): entry for media_type, entry in content.items()}
    kind = name.partition("/")[0]
    return entries.get(name) or entries.get(f"{kind}/*") or entries.get("*/*")


@lru_cache(maxsize=HEADERS_KEPT)
def is_json(content_type: str) -> bool:
    """Whether bodies of this type are JSON texts (RFC 6839, section 3.1)."""
    name = essence(content_type)
    return name in ("application/json", "text/json") or name.endswith("+json")


def charset(content_type: str) -> str | None:
    """The charset parameter in lower case, or None."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return None


@lru_cache(maxsize=HEADERS_KEPT)
def is_acceptable(accept: str, offered: tuple[str, ...]) -> bool:
    """Whether an Accept header allows one of the media types offered. Without any offered, it always does."""
    names = [essence(media_type) for media_type in offered]
    qualities = _qualities(accept)
    return not names or not qualities or any(_quality(name, qualities) > 0 for name in names)


def _qualities(accept: str) -> dict[str, float]:
    """The quality of each media range of an Accept header, from 0 to 1."""
    qualities = {}
    for media_range in accept.split(","):
        name, *parameters = (part.strip() for part in media_range.lower().split(";"))
        if name:
            weights = (_number(parameter[2:]) for parameter in parameters if parameter.startswith("q="))
            qualities[name] = next(weights, 1.0)
    return qualities


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _quality(name: str, qualities: Mapping[str, float]) -> float:
    """The quality of the most specific range that includes a media type."""
    for media_range in (name, f"{name.partition('/')[0]}/*", "*/*"):
        if media_range in qualities:
            return qualities[media_range]
    return 0.0
