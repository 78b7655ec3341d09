"""Numbers that make sense, by their name or their format."""

import re
from collections.abc import Mapping

from openapi.formats import RANGES
from openapi.payloads.realistic_names import name_in_words
from openapi.payloads.string_formats import canonical_format
from openapi.payloads.tuning import USUAL_YEARS

# Seconds since 1970 until 2000 and 2030.
_UNIX_TIMES = (946_684_800, 1_893_455_999)

_BY_FORMAT: Mapping[str, tuple[int, int]] = {
    **RANGES,
    "double-int": (-(2**53) + 1, 2**53 - 1),
    "sf-integer": (-(10**15) + 1, 10**15 - 1),
    "sf-decimal": (-(10**12) + 1, 10**12 - 1),
    "unixtime": _UNIX_TIMES,
    "year": USUAL_YEARS,
}

_BY_NAME: Mapping[re.Pattern[str], tuple[int, int | None]] = {
    re.compile(pattern): bounds
    for pattern, bounds in {
        "(.*_)?(lat|latitude)": (-90, 90),
        "(.*_)?(lon|lng|longitude)": (-180, 180),
        "(.*_)?(percent(age)?|pct|progress)": (0, 100),
        "(.*_)?year": USUAL_YEARS,
        "(.*_)?month": (1, 12),
        "(.*_)?day(_of_month)?": (1, 28),
        "(.*_)?(hours?)(_of_day)?": (0, 23),
        "(.*_)?(minutes?|seconds?)": (0, 59),
        "(.*_)?age": (18, 99),
        "(.*_)?port": (1, 65_535),
        "(.*_)?(rating|stars)": (1, 5),
        "(.*_)?(at|timestamp|epoch|unix_?time)": _UNIX_TIMES,
        "(.*_)?(ids?|page|page_(no|number|size)|per_page|limit|size|version|rank|level)": (1, None),
        "(.*_)?(count|quantity|qty|number|no|num|offset|skip|index|position)":
            (0, None),
        "(.*_)?(amount|total|price|cost|fee|salary|stock|length|width|height|weight|distance|credits)":
            (0, None),
    }.items()
}  # fmt: skip


def bounds_of_format(name: str) -> tuple[int, int] | None:
    """The least and the greatest number of a format; None where the format does not say."""
    return _BY_FORMAT.get(canonical_format(name))


def bounds_of_name(name: str) -> tuple[int, int | None] | None:
    """The least and the greatest number that make sense under a name, the latter None where that can be any;
    None when the name says nothing.
    """
    words = name_in_words(name)
    return next((bounds for pattern, bounds in _BY_NAME.items() if pattern.fullmatch(words)), None)
