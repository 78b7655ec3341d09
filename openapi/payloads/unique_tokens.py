"""Values that nobody else has: no other user, process, host or run."""

from collections.abc import Iterator
from itertools import count
from random import Random

from openapi.payloads.tuning import PREFIX_BITS, PREFIX_DIGITS

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_VARIANT = "89ab"


class UniqueTokens:
    """Short strings of one series, which begin with the same prefix, one of 2**60, and UUIDs. Two sources of
    random bits give two series; where it is not seeded, make one per process, after the process has forked.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.prefix = _base36(random.getrandbits(PREFIX_BITS)).zfill(PREFIX_DIGITS)
        self._tokens = _series(self.prefix)

    def next(self) -> str:
        """Another string of the series."""
        return next(self._tokens)

    def uuid(self) -> str:
        """A UUID of version 4 (RFC 9562, section 5.4)."""
        digits = f"{self.random.getrandbits(128):032x}"
        variant = _VARIANT[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _series(prefix: str) -> Iterator[str]:
    return (f"{prefix}{_base36(number)}" for number in count(len(_ALPHABET) ** 2))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits or "0"
