"""How much a service is asked for, and how."""

import re
from collections.abc import Mapping
from typing import Any

from load.errors import LoadError
from load.measurements.arrivals import CONSTANT, KINDS
from load.measurements.workload import Workload

ANSWER_TIMEOUT_S = 60.0
_TIMESPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def workload(given: Mapping[str, Any], warm_up: int) -> Workload:
    """The workload that values of options give, with a warm-up (s) where they give none.

    Raises LoadError on a value that is none.
    """
    stated, kind = given.get("rate"), given.get("arrivals") or CONSTANT
    if kind not in KINDS:
        raise LoadError(f"--arrivals {kind}: it must be {' or '.join(KINDS)}")
    if given.get("arrivals") and stated is None:
        raise LoadError("--arrivals spreads the calls of --rate; give that, too")
    if given.get("warm_up"):
        warm_up = seconds(given["warm_up"], at_least=0, of="--warm-up ")
    return Workload(None if stated is None else _rate(stated), kind, warm_up)


def seconds(text: str, at_least: int = 1, of: str = "") -> int:
    """A time as in 30, 30s, 5m or 1h30m, in s. Raises LoadError when it is none."""
    parts = _TIMESPAN.fullmatch(str(text).strip())
    hours, minutes, rest = (int(each or 0) for each in parts.groups()) if parts else (0, 0, -1)
    total = hours * 3600 + minutes * 60 + rest
    if total < at_least or not str(text).strip():
        raise LoadError(f"{of}{text!r} is not a time; write it as 30s, 5m or 1h30m")
    return total


def _rate(text: str) -> float:
    try:
        rate = float(str(text).removesuffix("/s"))
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise LoadError(f"--rate {text}: it must be a number of calls per second above 0, such as 200")
    return rate
