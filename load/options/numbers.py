"""How many users there are, and for how long: of the command line, or else of the scenario."""

from collections.abc import Iterator, Mapping
from typing import Any

from load.options.options import Options
from load.options.scenario import Scenario
from load.options.workload import seconds

NUMBERS = ("users", "spawn_rate", "run_time")


def numbers(scenario: Scenario, given: Mapping[str, Any]) -> dict[str, Any]:
    """Users, spawn rate (users/s) and run time (s): as given, or else as the scenario says, or None. Raises
    LoadError when the scenario's time is none.
    """
    run_time = None if scenario.run_time is None else seconds(str(scenario.run_time), of="run_time: ")
    said = {"users": scenario.users, "spawn_rate": scenario.spawn_rate, "run_time": run_time}
    return {name: said[name] if given.get(name) is None else given[name] for name in NUMBERS}


def unused_by_search(scenario: Scenario) -> Iterator[str]:
    """A line for what a scenario says that has no effect on a search for the capacity."""
    kept = [key for key in (*NUMBERS, "rate", "wait", "wait_after") if getattr(scenario, key)]
    if kept:
        why = "a search for the capacity tries rates of its own, each for --step-time"
        yield f"{' and '.join(kept)} of the scenario: no effect, because {why}"


def unused(given: Mapping[str, Any], options: Options) -> Iterator[str]:
    """A line for what was given, on the command line or in the scenario, that has no effect."""
    scenario = options.scenario
    names = [f"--{name.replace('_', '-')}" for name in NUMBERS if given.get(name) is not None]
    if scenario.stages and names:
        what = "users" if scenario.has_user_stages else "rates"
        why = f"the stages of scenario {scenario.name} set {what} and time"
        yield f"{' and '.join(names)}: no effect, because {why}"
    if not options.workload.is_open:
        return
    if not scenario.stages and (users := [name for name in names if name != "--run-time"]):
        why = "with a rate there are as many connections as are needed"
        yield f"{' and '.join(users)}: no effect, because {why}"
    kept = [key for key in ("users", "spawn_rate", "wait", "wait_after") if getattr(scenario, key)]
    if kept:
        yield f"{' and '.join(kept)} of the scenario: no effect, because a rate says when calls are due"
