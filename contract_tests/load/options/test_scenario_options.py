"""What the command line says wins over a scenario; lists of both add up."""

from typing import Any

import pytest

from load.errors import LoadError
from load.measurements.rate_course import RateStage
from load.options.numbers import numbers, unused, unused_by_search
from load.options.options import Options, read_options
from load.options.scenario_file import read_scenario


def options_of(text: str, **given: Any) -> Options:
    """The options of a scenario and of the command line."""
    return read_options(read_scenario("mine.yaml", text), given, {}, 2)


def test_the_command_line_wins() -> None:
    text = "rate: 5\narrivals: poisson\nwarm_up: 7\ntimeout: 1m\nconsistency: 0s\nread_only: true"
    said = options_of(text)
    assert (said.workload.rate, said.workload.arrivals, said.workload.warm_up) == (5, "poisson", 7)
    assert (said.timeout, said.consistency, said.selection.read_only) == (60, 0, True)
    given = options_of(text, rate="9", arrivals="constant", warm_up="0s", timeout="3s", consistency="4")
    assert (given.workload.rate, given.workload.arrivals, given.workload.warm_up) == (9, "constant", 0)
    assert (given.timeout, given.consistency) == (3, 4)
    assert options_of("").workload.warm_up == 2


def test_lists_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANT", "se cret")
    text = (
        "include: [a]\nexclude: [b]\nobjectives: [p95 < 5ms]\n"
        "headers: {X-Tenant: 'of ${TENANT}', X-Trace: from the file}"
    )
    options = options_of(
        text, include=["c"], exclude=["d"], objective=["p99 < 9ms"], header=["x-trace: given", "X-C: d"]
    )
    assert (options.selection.include, options.selection.exclude) == (("a", "c"), ("b", "d"))
    assert options.objectives == ("p95 < 5ms", "p99 < 9ms")
    headers = (("X-Tenant", "of se cret"), ("x-trace", "given"), ("X-C", "d"))
    assert options.credentials.headers == headers
    assert "se cret" not in options.credentials.mask("a se cret text")
    assert "from the file" not in repr(options)


def test_stages_of_rates_are_the_workload() -> None:
    options = options_of(
        "stages: [{rate: {from: 1, to: 5}, seconds: 3}, {rate: 5, seconds: 1m}]", arrivals="poisson"
    )
    assert options.workload.stages == (RateStage(1, 5, 3), RateStage(5, 5, 60))
    assert "poisson arrivals in 2 stages of rates" in options.workload.manner
    with pytest.raises(LoadError, match="sets the rate by stages; leave out --rate"):
        options_of("stages: [{rate: 1, seconds: 1}]", rate="5")
    with pytest.raises(LoadError, match="sets the number of users by stages; leave out --rate"):
        options_of("stages: [{users: 1, seconds: 1}]", rate="5")


def test_numbers_are_given_or_said() -> None:
    scenario = read_scenario("mine.yaml", "users: 3\nrun_time: 2m")
    assert numbers(scenario, {}) == {"users": 3, "spawn_rate": None, "run_time": 120}
    assert numbers(scenario, {"users": 5, "spawn_rate": 2.5, "run_time": 7}) == {
        "users": 5,
        "spawn_rate": 2.5,
        "run_time": 7,
    }


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        (
            "stages: [{users: 1, seconds: 1}]",
            {"users": 3, "run_time": 5},
            "--users and --run-time: no effect",
        ),
        ("stages: [{rate: 1, seconds: 1}]", {"spawn_rate": 3}, "--spawn-rate: no effect"),
        ("rate: 5", {"users": 3}, "--users: no effect, because with a rate there are as many connections"),
        ("rate: 5\nwait: 1", {}, "wait of the scenario: no effect, because a rate says when calls are due"),
    ],
)
def test_what_has_no_effect_is_told(text: str, given: dict[str, Any], message: str) -> None:
    (line,) = unused(given, options_of(text))
    assert message in line
    assert [*unused({"users": 3, "run_time": 5}, options_of("wait: 1"))] == []


def test_what_a_search_for_the_capacity_does_not_use_is_told() -> None:
    (line,) = unused_by_search(read_scenario("mine.yaml", "rate: 5\nrun_time: 1m\nwarm_up: 3s"))
    assert line.startswith("run_time and rate of the scenario: no effect")
    assert [*unused_by_search(read_scenario("mine.yaml", "warm_up: 3s"))] == []
