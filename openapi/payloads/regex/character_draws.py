"""Draws the characters of strings: mostly letters and digits, as people use them."""

from random import Random

from openapi.payloads.regex.characters import ANYTHING, Ranges, difference, intersection
from openapi.payloads.tuning import LISTED_CHARACTERS, PLAIN_CHARACTER

_PLAIN_RANGES: Ranges = ((ord("0"), ord("9")), (ord("A"), ord("Z")), (ord("a"), ord("z")))
# The first of these that a set has characters of are those drawn besides plain ones.
_OTHER_RANGES: tuple[Ranges, ...] = (
    ((ord(" "), ord("~")),),
    ((0x00A1, 0x024F), (0x0391, 0x03C9), (0x0410, 0x044F)),
    ANYTHING,
)

# The letters and digits of a set, and other characters of it.
Characters = tuple[str, str]


def usual_characters(ranges: Ranges) -> Characters:
    """The letters and digits of a set, and others from the most usual ranges that it has any of."""
    rest = difference(ranges, _PLAIN_RANGES)
    others = next((shared for usual in _OTHER_RANGES if (shared := intersection(rest, usual))), ())
    return _listed(intersection(ranges, _PLAIN_RANGES)), _listed(others)


def draw_character(characters: Characters, random: Random) -> str:
    """One of the characters; none where there are only marks."""
    plain, others = characters
    chance = random.random
    drawn = others if not plain or (others and chance() > PLAIN_CHARACTER) else plain
    return drawn[int(chance() * len(drawn))] if drawn else ""


def _listed(ranges: Ranges) -> str:
    per_range = LISTED_CHARACTERS // max(len(ranges), 1) + 1
    return "".join(
        chr(code) for low, high in ranges for code in range(max(low, 0), min(high, low + per_range) + 1)
    )
