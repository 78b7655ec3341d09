"""Lengths of time as services write them: `PT5M` (ISO 8601), `5 min` or `{"minutes": 5}`."""

import re
from collections.abc import Mapping

from openapi.contract import Json

DAY_S = 86_400.0
# The length of each unit (s), by its names.
UNITS_S = {
    **dict.fromkeys(("ms", "millis", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3_600.0),
    **dict.fromkeys(("d", "day", "days"), DAY_S),
    **dict.fromkeys(("w", "week", "weeks"), 7 * DAY_S),
}
_ISO_8601 = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
# The shortest year and month, then week, day, hour, minute and second (s).
_ISO_8601_S = (365 * DAY_S, 28 * DAY_S, 7 * DAY_S, DAY_S, 3_600.0, 60.0, 1.0)
_PLAIN = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)")


def parse_duration(text: str) -> float | None:
    """The length of time in a text (s); None when the text is something else."""
    iso = _ISO_8601.fullmatch(text)
    if iso and any(iso.groups()):
        return sum(
            float(number or 0) * unit_s for number, unit_s in zip(iso.groups(), _ISO_8601_S, strict=True)
        )
    plain = _PLAIN.fullmatch(text.lower())
    return float(plain[1]) * UNITS_S[plain[2]] if plain and plain[2] in UNITS_S else None


def duration_of(body: Mapping[str, Json]) -> float | None:
    """The length of time in an object (s), such as `{"days": 30}`; None when it has no unit as a property."""
    lengths = [
        value * UNITS_S[name.lower()]
        for name, value in body.items()
        if name.lower() in UNITS_S and isinstance(value, (int, float))
    ]
    return sum(lengths) if lengths else None
