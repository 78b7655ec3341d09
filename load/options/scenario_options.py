"""What a scenario says about the options of a run, under what the command line says."""

import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from load.errors import LoadError
from load.measurements.rate_course import RateStage
from load.options.scenario import Ramp, Scenario

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# What can be given more than once adds up; the scenario's come first.
_LISTS = {"include": "include", "exclude": "exclude", "objective": "objectives"}
_SINGLE = ("rate", "arrivals", "warm_up", "timeout", "consistency")


def with_scenario(given: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """The values of the command line, and those of a scenario where the command line says nothing.

    Raises LoadError when a header field needs an environment variable that is not set, or a rate is given to
    a scenario that has stages.
    """
    if scenario.stages and given.get("rate"):
        what = "number of users" if scenario.has_user_stages else "rate"
        raise LoadError(f"scenario {scenario.name} sets the {what} by stages; leave out --rate")
    lists = {key: (*getattr(scenario, of), *(given.get(key) or ())) for key, of in _LISTS.items()}
    single = {key: given.get(key) or _text(getattr(scenario, key)) for key in _SINGLE}
    headers = tuple(given.get("header") or ())
    return {
        **given,
        **lists,
        **single,
        "read_only": bool(given.get("read_only")) or scenario.read_only,
        "header": (
            *_headers(scenario, {header.partition(":")[0].strip().lower() for header in headers}),
            *headers,
        ),
    }


def rate_stages(scenario: Scenario) -> tuple[RateStage, ...]:
    """The stages of rates of a scenario."""
    return tuple(
        RateStage(stage.rate.first, stage.rate.last, stage.length_s)
        if isinstance(stage.rate, Ramp)
        else RateStage(stage.rate, stage.rate, stage.length_s)
        for stage in scenario.stages
        if stage.rate is not None
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _headers(scenario: Scenario, replaced: set[str]) -> Iterator[str]:
    """The header fields of a scenario as --header takes them, without those that are replaced."""
    for name, value in scenario.headers.items():
        place = f"scenario {scenario.name}: headers.{name}"
        if not name.strip() or ":" in name:
            raise LoadError(f"{place}: this is not the name of a header field")
        if name.strip().lower() in replaced:
            continue
        filled = _VARIABLE.sub(partial(_of_environment, place), value)
        if not filled.strip() or not filled.isprintable():
            raise LoadError(f"{place}: its value is empty, or has more than one line")
        yield f"{name}: {filled}"


def _of_environment(place: str, match: re.Match[str]) -> str:
    name = match[1]
    if name not in os.environ:
        raise LoadError(f"{place}: the environment has no {name}; set it, or write the value itself")
    return os.environ[name]
