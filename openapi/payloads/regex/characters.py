"""Sets of characters, as ranges of their code points: classes, general categories and scripts."""

import unicodedata
from functools import cache

from openapi.payloads.tuning import LAST_CATEGORISED

# First and last code point of each range, ascending, without overlaps.
Ranges = tuple[tuple[int, int], ...]

# Marks before and behind a text, so that ^ and $ are characters like others.
BEGIN, END = -2, -1
HIGHEST = 0x10FFFF
TEXT: Ranges = ((0, 0xD7FF), (0xE000, HIGHEST))
ANYTHING: Ranges = ((BEGIN, 0xD7FF), (0xE000, HIGHEST))

_DIGITS: Ranges = ((0x30, 0x39),)
WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES: Ranges = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
CLASSES = {"d": _DIGITS, "w": WORD, "s": _SPACES}
_CATEGORIES = {
    "Letter": "L", "Alphabetic": "L", "Alpha": "L", "Uppercase": "Lu", "Lowercase": "Ll", "Upper": "Lu",
    "Lower": "Ll", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Mark": "M", "Number": "N",
    "Decimal_Number": "Nd", "Digit": "Nd", "digit": "Nd", "Punctuation": "P", "Punct": "P", "punct": "P",
    "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Symbol": "S", "Separator": "Z",
    "Space_Separator": "Zs", "Alnum": "LN",
}  # fmt: skip
_RANGES: dict[str, Ranges] = {
    "Any": TEXT,
    "ASCII": ((0x00, 0x7F),),
    "Join_Control": ((0x200C, 0x200D),),
    "Emoji": ((0x1F300, 0x1F64F),),
    "Han": ((0x4E00, 0x9FFF),),
}


def union(one: Ranges, other: Ranges) -> Ranges:
    """The characters of either set."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted((*one, *other)):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def intersection(one: Ranges, other: Ranges) -> Ranges:
    """The characters of both sets."""
    if other in (one, ANYTHING):
        return one
    return tuple(
        (max(low, least), min(high, most))
        for low, high in one
        for least, most in other
        if max(low, least) <= min(high, most)
    )


def difference(one: Ranges, other: Ranges) -> Ranges:
    """The characters of one set that are not in the other."""
    remaining = list(one)
    for least, most in other:
        remaining = [
            piece
            for low, high in remaining
            for piece in ((low, min(high, least - 1)), (max(low, most + 1), high))
            if piece[0] <= piece[1]
        ]
    return tuple(remaining)


@cache
def category(name: str) -> Ranges:
    """The characters of a general category (Unicode Standard, section 4.5) or of a script."""
    short = name.rpartition("=")[2].removeprefix("Is")
    if short in _RANGES:
        return _RANGES[short]
    wanted = _CATEGORIES.get(short, short)
    if wanted == "LN":
        return union(category("L"), category("N"))
    if len(wanted) <= 2:

        def belongs(code: int) -> bool:
            return unicodedata.category(chr(code)).startswith(wanted)
    else:
        script = f"{wanted.upper()} "

        def belongs(code: int) -> bool:
            return unicodedata.name(chr(code), "").startswith(script)

    ranges: list[tuple[int, int]] = []
    for code in range(LAST_CATEGORISED + 1):
        if 0xD800 <= code <= 0xDFFF or not belongs(code):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)
