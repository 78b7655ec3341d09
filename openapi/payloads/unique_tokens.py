"""Values that nobody else has: no other user, process, host or run."""

import secrets
from collections.abc import Iterator
from itertools import count

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ORIGIN_BITS = 60
_ORIGIN_DIGITS = 12


def mark_of(origin: int | None = None) -> str:
    """What all tokens of a series begin with. Each series has an origin of its own, drawn from 2**60: make
    one per process, after it has forked. A given origin repeats its series.
    """
    return _base36(secrets.randbits(_ORIGIN_BITS) if origin is None else origin).zfill(_ORIGIN_DIGITS)


def tokens(mark: str) -> Iterator[str]:
    """An endless series of short texts that begin with a mark."""
    return (f"{mark}{_base36(number)}" for number in count(len(_ALPHABET) ** 2))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits or "0"
