"""Times as services get them: mostly of these decades, sometimes of others. They don't follow the clock,
so that the same seed gives the same values at any time.
"""

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from random import Random

from openapi.payloads.tuning import (
    BIRTH_YEARS,
    CENTURY_YEARS,
    FAR_TIME,
    FAR_YEARS,
    FRACTION,
    LEAP_DAY,
    OTHER_CENTURY_TIME,
    OTHER_ZONE,
    USUAL_YEARS,
)

# Offsets (min) that are in use, whole hours or not; at most 14 h, which is all that parsers take.
_OFFSETS = (60, 120, 330, 345, 480, 540, 570, 840, -60, -180, -210, -300, -480, -600, -720)


def day(random: Random) -> date:
    """A day, sometimes the 29th of February, sometimes long ago or far ahead."""
    drawn = random.random()
    years = USUAL_YEARS
    if drawn < FAR_TIME:
        years = FAR_YEARS
    elif drawn < OTHER_CENTURY_TIME:
        years = CENTURY_YEARS
    year = random.randint(*years)
    if random.random() < LEAP_DAY:
        return date(year // 100 * 100 + 4 * random.randint(1, 24), 2, 29)
    return date(year, 1, 1) + timedelta(days=random.randrange(365))


def birthday(random: Random) -> date:
    """The birthday of an adult."""
    return date(random.randint(*BIRTH_YEARS), 1, 1) + timedelta(days=random.randrange(365))


def clock_time(random: Random) -> str:
    """A time of day without its offset, with milliseconds or microseconds now and then."""
    seconds = random.randrange(86_400)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if random.random() >= FRACTION:
        return text
    digits = random.choice((3, 6))
    return f"{text}.{random.randrange(10**digits):0{digits}}"


def offset(random: Random) -> str:
    """An offset from UTC, mostly none, as `Z` (RFC 3339, section 5.6)."""
    if random.random() >= OTHER_ZONE:
        return "Z"
    if random.random() < FRACTION:
        return "+00:00"
    minutes = random.choice(_OFFSETS)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def http_date(random: Random) -> str:
    """A time as HTTP writes it (RFC 9110, section 5.6.7)."""
    at_midnight = datetime.combine(day(random), datetime.min.time(), UTC)
    return format_datetime(at_midnight + timedelta(seconds=random.randrange(86_400)), usegmt=True)
