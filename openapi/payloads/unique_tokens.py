"""Tokens that nobody else has: no other user, process, host or run."""

import secrets
from collections.abc import Iterator
from itertools import count

from openapi.payloads.tuning import PREFIX_BITS, PREFIX_DIGITS

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def token_prefix(seed: int | None = None) -> str:
    """The prefix of all tokens of one series, drawn from 2**60. The same seed gives the same prefix; without
    one it is random: draw it once per process, after the process has forked.
    """
    return _base36(secrets.randbits(PREFIX_BITS) if seed is None else seed).zfill(PREFIX_DIGITS)


def unique_tokens(prefix: str) -> Iterator[str]:
    """An endless series of short strings that begin with a prefix."""
    return (f"{prefix}{_base36(number)}" for number in count(len(_ALPHABET) ** 2))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits or "0"
