"""The workload: how many calls are made, and when."""

import re
from collections.abc import Mapping
from typing import Any

from load.errors import LoadError
from load.measurements.arrivals import CONSTANT, KINDS
from load.measurements.rate_course import RateStage
from load.measurements.workload import Workload

ANSWER_TIMEOUT_S = 60.0
_TIMESPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def workload(given: Mapping[str, Any], warm_up: int, stages: tuple[RateStage, ...] = ()) -> Workload:
    """The workload of the given option values, by default with this warm-up (s), with stages of rates if
    there are some.

    Raises LoadError on an invalid value.
    """
    rate, arrivals = given.get("rate"), given.get("arrivals") or CONSTANT
    if arrivals not in KINDS:
        raise LoadError(f"--arrivals {arrivals}: it must be {' or '.join(KINDS)}")
    if given.get("arrivals") and rate is None and not stages:
        raise LoadError("arrivals spread the calls of a rate; give --rate, too, or a scenario with one")
    if given.get("warm_up"):
        warm_up = seconds(given["warm_up"], at_least=0, of="--warm-up ")
    return Workload(None if rate is None else _parse_rate(rate), arrivals, warm_up, stages=stages)


def seconds(text: str, at_least: int = 1, of: str = "") -> int:
    """Parse a time such as 30, 30s, 5m or 1h30m, in s.

    `of` is the option, for the message. Raises LoadError when the text is not a time, or less than
    `at_least`.
    """
    match = _TIMESPAN.fullmatch(str(text).strip())
    hours, minutes, rest = (int(number or 0) for number in match.groups()) if match else (0, 0, -1)
    total = hours * 3600 + minutes * 60 + rest
    if total < at_least or not str(text).strip():
        raise LoadError(f"{of}{text!r} is not a time; write it as 30s, 5m or 1h30m")
    return total


def _parse_rate(text: str) -> float:
    try:
        rate = float(str(text).removesuffix("/s"))
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise LoadError(f"--rate {text}: it must be a number of calls per second above 0, such as 200")
    return rate
