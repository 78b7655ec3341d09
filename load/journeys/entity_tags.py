"""The ETags that answers have shown of entities, and the preconditions that calls make of them."""

import re
from typing import NamedTuple

# A strong validator changes with everything that a read shows, a weak one may stay (RFC 9110, section 8.8.3).
_STRONG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')


class EntityTag(NamedTuple):
    """A strong ETag of an entity, and when the call that was answered with it was sent and answered (s since
    the start of the run): at some moment between these, it was the entity's.
    """

    text: str
    since: float
    until: float


class Precondition(NamedTuple):
    """That an entity still has an ETag (`If-Match`), or no longer (`If-None-Match`). The call may also be
    made without saying so (`is_sent`).
    """

    field: str
    tag: EntityTag
    is_sent: bool = True


def strong_tag(field: str) -> str:
    """The ETag in a header field; empty when it is weak or invalid."""
    return field if _STRONG.fullmatch(field) else ""
