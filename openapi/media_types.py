"""Media types and ranges of them (RFC 9110, sections 8.3 and 12.5.1)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

Described = TypeVar("Described")


def essence(content_type: str) -> str:
    """`application/json` of `Application/JSON; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def described(content: Mapping[str, Described], content_type: str) -> Described | None:
    """What a `content` map says of a media type: exact names before ranges, or None."""
    wanted = essence(content_type)
    ranges = {essence(name): each for name, each in content.items()}
    kind = wanted.partition("/")[0]
    return ranges.get(wanted) or ranges.get(f"{kind}/*") or ranges.get("*/*")


@lru_cache(maxsize=1_000)
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


@lru_cache(maxsize=1_000)
def acceptable(accept: str, offered: tuple[str, ...]) -> bool:
    """Whether an Accept header allows one of the media types offered; none offered is always fine."""
    names = [essence(each) for each in offered]
    ranges = _ranges(accept)
    return not names or not ranges or any(_quality(name, ranges) > 0 for name in names)


def _ranges(accept: str) -> dict[str, float]:
    ranges = {}
    for part in accept.split(","):
        name, *parameters = (each.strip() for each in part.lower().split(";"))
        if name:
            ranges[name] = next((_number(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
    return ranges


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _quality(name: str, ranges: Mapping[str, float]) -> float:
    for candidate in (name, f"{name.partition('/')[0]}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
