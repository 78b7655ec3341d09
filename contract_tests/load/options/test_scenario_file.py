"""Scenarios: those of the project, and files of users, right and wrong."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from load.cli.main import cli
from load.errors import LoadError
from load.options.scenario import Ramp, ThinkTime
from load.options.scenario_file import load_scenario, read_scenario, scenario_names, scenario_schema
from openapi.yaml_reader import read_yaml

SCHEMA = jsonschema_rs.Draft202012Validator(scenario_schema())
# What is wrong in the structure of a file, which its JSON Schema refuses as well, and what is told of it.
WRONG = {
    "weigths: {read: 1}": "weigths: there is no such key; did you mean 'weights'?",
    "zzz: 1": "zzz: there is no such key; there are name, description, weights, wait",
    "weights: {read: -1}": "weights.read: expected a number of at least 0",
    "weights: {read: 1, list: x}": "weights.list: expected a number, got text",
    "weights: [read]": "weights: expected a mapping, got a list",
    "weights:": "weights: it is empty; give a value, or leave it out",
    "stages: []": "stages: it is empty; give a value, or leave it out",
    "stages: [5]": "stages[0]: expected a mapping, got a whole number",
    "stages: [{users: 1, seconds: 1}, {usrs: 2, seconds: 3}]": "stages[1].usrs: there is no such key; did "
    "you mean 'users'?",
    "stages: [{users: 1, seconds: 1}, {users: two, seconds: 1}]": "stages[1].users: expected a whole number",
    "stages: [{users: 1.5, seconds: 1}]": "stages[0].users: expected a whole number, got a number",
    "stages: [{users: 1, seconds: 0}]": "stages[0].seconds: expected a number above 0",
    "stages: [{users: 1}]": "stages[0].seconds: it is missing",
    "stages: [{seconds: 1}]": "stages[0]: a stage has either 'users' or a 'rate'",
    "stages: [{users: 1, rate: 1, seconds: 1}]": "stages[0]: a stage has either 'users' or a 'rate'",
    "stages: [{rate: 1, spawn_rate: 1, seconds: 1}]": "stages[0]: 'spawn_rate' is for stages of 'users'",
    "stages: [{users: 1, seconds: 1}, {rate: 1, seconds: 1}]": "stages of 'users' and of 'rate' cannot be",
    "stages: [{rate: {from: 1, too: 2}, seconds: 1}]": "stages[0].rate.too: there is no such key; did "
    "you mean 'to'?",
    "stages: [{rate: -1, seconds: 1m}]": "stages[0].rate: expected a number of at least 0",
    "stages: [{rate: 1, seconds: soon}]": "stages[0].seconds: expected text such as 30s, 5m or 1h30m",
    "users: 3\nstages: [{users: 1, seconds: 1}]": "'users' and 'stages' exclude each other",
    "rate: 5\nusers: 3": "'users' and 'rate' exclude each other",
    "wait: -1": "wait: expected a number of at least 0",
    "wait: fast": "wait: expected a number or a mapping, got text",
    "wait: {}": "wait: give either 'between' or 'exponential'",
    "wait: {between: [0, 1], exponential: 1}": "wait: give either 'between' or 'exponential'",
    "wait: {between: [2]}": "wait.between: expected a list of length 2, got 1",
    "wait_after: {read: {exponentail: 1}}": "wait_after.read.exponentail: there is no such key; did you mean",
    "users: 0": "users: expected a whole number of at least 1",
    "run_time: 0s": "run_time: expected text such as 30s",
    "timeout: 90x": "timeout: expected text such as 30s",
    "read_only: yes": "read_only: expected true or false, got text",
    "include: GET": "include: expected a list, got text",
    "headers: {X-A: 5}": "headers.X-A: expected text, got a whole number",
    "arrivals: uniform": "arrivals: 'uniform' is not one of constant, poisson",
    "- a": "not a scenario: expected a mapping",
}
# What JSON Schema cannot express, or no JSON can.
WRONG_BESIDES = {
    "wait: {between: [2, 1]}": "wait: the first time of 'between' is longer than the second",
    "wait: .inf": "wait: expected a finite number",
    "weights: {read: .nan}": "weights.read: expected a finite number",
    "stages: [{rate: 0, seconds: 5}]": "no stage has a 'rate' above 0",
    "users: 1\nusers: 2": "line 2, column 1: the key 'users' is there twice; the first is in line 1",
    "weights: {": "line 2, column 1: not YAML",
}
# What is wrong together with a document.
WRONG_KEYS = {
    "weights: {list_student: 1}": "weights.list_student: no operation has this id, path, tag, method or kind"
    "; did you mean 'list_students'?",
    "weights: {reed: 1}": "did you mean 'read'?",
    "wait_after: {/student: 1}": "did you mean '/students'?",
    "include: [get_student, create_studnet]": "mine: include: create_studnet: no operation has this id, tag, "
    "path or method; did you mean 'create_student'?",
    "weights: {read: 0}": "weights: no operation of the document has one above 0",
    "headers: {X-Tenant: 'Bearer ${NOT_SET_AT_ALL}'}": "headers.X-Tenant: the environment has no NOT_SET",
    'headers: {X-Tenant: ""}': "headers.X-Tenant: its value is empty",
}


@pytest.mark.parametrize("text", [*WRONG, *WRONG_BESIDES, *WRONG_KEYS])
def test_what_is_wrong_is_told_in_one_line_with_its_place(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    result = CliRunner().invoke(cli, ["run", "--scenario", str(file), "--show-plan"])
    assert result.exit_code == 1
    assert isinstance(result.exception, LoadError), result.output
    message = str(result.exception)
    assert (WRONG | WRONG_BESIDES | WRONG_KEYS)[text] in message
    assert "mine" in message
    assert "\n" not in message


@pytest.mark.parametrize("text", WRONG)
def test_the_json_schema_refuses_what_reading_refuses(text: str) -> None:
    assert not SCHEMA.is_valid(read_yaml("mine.yaml", text))


def test_scenarios_are_included_and_read_from_files(tmp_path: Path) -> None:
    assert scenario_names() == ["mixed", "read-heavy", "steps", "write-heavy"]
    assert [stage.users for stage in load_scenario("steps").stages] == [5, 10, 20, 40]
    for name in scenario_names():
        included = Path(f"load/scenarios/{name}.yaml").read_text()
        assert SCHEMA.is_valid(read_yaml(name, included))
    own = tmp_path / "mine.yaml"
    own.write_text("weights: {read: 1}\nwait: 0.5")
    mine = load_scenario(str(own))
    assert (mine.name, mine.wait, mine.weights) == ("mine", 0.5, {"read": 1})
    own.write_text("")
    assert load_scenario(str(own)).weights == load_scenario("mixed").weights
    with pytest.raises(LoadError, match="give one of mixed, read-heavy"):
        load_scenario("nothing")


def test_stages_and_think_times_are_read() -> None:
    text = (
        "stages: [{rate: {from: 1, to: 9.5}, seconds: 2m}, {rate: 5, seconds: 0.5}]\n"
        "wait: {between: [0.5, 2]}\nwait_after: {read: 3, create: {exponential: 1}}"
    )
    assert SCHEMA.is_valid(read_yaml("", text))
    scenario = read_scenario("mine.yaml", text)
    assert scenario.length_s == 120.5
    assert scenario.stages[0].rate == Ramp(first=1, last=9.5)
    assert scenario.wait == ThinkTime(between=(0.5, 2))
    assert scenario.wait_after == {"read": 3, "create": ThinkTime(exponential=1)}


def test_the_older_option_names_the_same(tmp_path: Path) -> None:
    def plan(*arguments: Any) -> Any:
        return CliRunner().invoke(cli, ["run", "--show-plan", *arguments])

    assert plan("--profile", "read-heavy").output == plan("--scenario", "read-heavy").output
    assert plan("--profile", "steps", "--scenario", "steps").exit_code == 0
    both = plan("--profile", "steps", "--scenario", "mixed")
    assert "--profile steps is an older name of --scenario mixed; give one of them" in str(both.exception)
    assert "--profile" not in CliRunner().invoke(cli, ["run", "--help"]).output
