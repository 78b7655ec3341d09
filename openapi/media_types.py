"""Media types and ranges of them (RFC 9110, sections 8.3 and 12.5.1)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from openapi.limits import HEADERS_KEPT

Entry = TypeVar("Entry")

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')
_OF_TRANSFER = ("charset", "boundary", "q")
_NO_MATCH = (0, 0, 0)


def essence(content_type: str) -> str:
    """The type without parameters: `application/json` for `Application/JSON; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def find(content: Mapping[str, Entry], content_type: str) -> Entry | None:
    """The entry of a `content` map for a media type: that of the type itself, or else of a range, whichever
    has most parameters in common; None if there is none. An entry whose parameters say something else, such
    as another version, is none for it.
    """
    name, parameters = essence(content_type), _parameters(content_type)
    ranks = {media_type: _rank(media_type, name, parameters) for media_type in content}
    best = max(ranks, key=lambda media_type: ranks[media_type], default="")
    return content[best] if ranks.get(best, _NO_MATCH) > _NO_MATCH else None


def _rank(entry: str, name: str, parameters: Mapping[str, str]) -> tuple[int, int, int]:
    """How specific an entry is for a media type (RFC 9110, section 12.5.1): by its type, by the parameters in
    common, by those that the media type lacks.
    """
    own = _parameters(entry)
    common = own.keys() & parameters.keys()
    if essence(entry) not in _ranges(name) or any(own[key] != parameters[key] for key in common):
        return _NO_MATCH
    return 3 - _ranges(name).index(essence(entry)), len(common), len(common) - len(own)


def _ranges(name: str) -> tuple[str, str, str]:
    """The ranges that include a media type, from the most specific one."""
    return name, f"{name.partition('/')[0]}/*", "*/*"


@lru_cache(maxsize=HEADERS_KEPT)
def _parameters(content_type: str) -> Mapping[str, str]:
    """The parameters that tell media types apart, which those of the transfer do not."""
    return {
        name.lower(): value.strip().strip('"').lower()
        for name, value in _PARAMETER.findall(content_type)
        if name.lower() not in _OF_TRANSFER
    }


@lru_cache(maxsize=HEADERS_KEPT)
def is_json(content_type: str) -> bool:
    """Whether bodies of this type are JSON texts (RFC 6839, section 3.1)."""
    name = essence(content_type)
    return name in ("application/json", "text/json") or name.endswith("+json")


def charset(content_type: str) -> str | None:
    """The charset parameter in lower case, or None."""
    value = parameter(content_type, "charset")
    return value.lower() if value else None


def parameter(content_type: str, name: str) -> str | None:
    """The value of a parameter, or None."""
    values = (value for key, value in _PARAMETER.findall(content_type) if key.lower() == name)
    return next((value.strip().strip('"') for value in values), None)


@lru_cache(maxsize=HEADERS_KEPT)
def is_acceptable(accept: str, offered: tuple[str, ...]) -> bool:
    """Whether an Accept header allows one of the media types offered. Without any offered, it always does."""
    qualities = _qualities(accept)
    return not offered or not qualities or any(find(qualities, name) for name in offered)


def _qualities(accept: str) -> dict[str, float]:
    """The quality of each media range of an Accept header, from 0 to 1."""
    qualities = {}
    for media_range in filter(None, (part.strip() for part in accept.split(","))):
        weights = [value for name, value in _PARAMETER.findall(media_range) if name.lower() == "q"]
        qualities[media_range] = _number(weights[0]) if weights else 1.0
    return qualities


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
