"""Conditional requests (RFC 9110, section 13)."""

import hashlib
import re

TAG_CHARACTERS = 32
ANY = "*"
_TAG = re.compile(r'(W/)?"([^"]*)"')


def tag_of(row: str) -> str:
    """The opaque tag of a row: the same for the same bytes, and no other."""
    return hashlib.sha256(row.encode()).hexdigest()[:TAG_CHARACTERS]


def entity_tag(row: str) -> str:
    """The value of ETag for a row, which is a strong one (RFC 9110, section 8.8.3)."""
    return f'"{tag_of(row)}"'


def strong_tags(if_match: str | None) -> list[str] | None:
    """The opaque tags of an If-Match header; None if there is none, or any row will do.

    Weak ones match nothing (RFC 9110, section 13.1.1).
    """
    if if_match is None or if_match.strip() == ANY:
        return None
    return [tag for weak, tag in _TAG.findall(if_match) if not weak]


def is_known(if_none_match: str, row: str) -> bool:
    """Whether an If-None-Match header names the row, by a weak comparison (RFC 9110, section 13.1.2)."""
    if if_none_match.strip() == ANY:
        return True
    return tag_of(row) in {tag for _, tag in _TAG.findall(if_none_match)}
