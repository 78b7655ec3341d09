"""The scenario that somebody begins with."""

import re
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from click.testing import CliRunner

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, a_list, does, on
from load.cli.main import cli
from load.options.scenario import Scenario
from load.options.scenario_file import load_scenario, read_scenario, scenario_schema
from load.options.scenario_template import template
from load.options.weights import never_called, weights_of
from openapi.contract import load_contract, students_document
from openapi.operation_reader import read_operations, readable_operations
from openapi.operations import Operation
from openapi.yaml_reader import read_yaml

SCHEMA = jsonschema_rs.Draft202012Validator(scenario_schema())
STUDENTS, _ = readable_operations(load_contract(students_document()))
# Ids that are kinds, methods, numbers, or none; and paths that need quotes.
STRANGE = read_operations(
    contract(
        on("/a", get=does(a_list(ID), operationId="read"), post=does(operationId="get"))
        | on("/b: #x", get=does(operationId="200"), post=does(operationId="no"))
        | on('/"c"\\', put=does(operationId="a:b"), delete=does())
        | on("/d/{id}", "id", get=does())
    )
)


def without_comments(text: str) -> str:
    return "\n".join(re.sub(r"(^| +)# .*", "", line) for line in text.splitlines())


@pytest.mark.parametrize("operations", [STUDENTS, STRANGE, []], ids=["students", "strange", "none"])
@pytest.mark.parametrize("prepare", [str, without_comments])
def test_it_is_read_back(operations: list[Operation], prepare: Callable[[str], str]) -> None:
    text = prepare(template("A 'title': \x1b[0m\n# of \"mine\"", operations))
    assert SCHEMA.is_valid(read_yaml("mine.yaml", text))
    scenario = read_scenario("mine.yaml", text)
    assert never_called(scenario, operations) == {}
    default = weights_of(load_scenario("mixed").weights, operations)
    assert weights_of(scenario.weights, operations) == pytest.approx(default, rel=1e-5)


def test_every_key_has_an_example_that_is_valid() -> None:
    shown = re.findall(
        r"^# (\w+):((?: .*)?\n(?:# [ -] ?.*\n)*)", template("A service", STUDENTS), re.MULTILINE
    )
    examples = {key: f"{key}:{rest.replace(chr(10) + '# ', chr(10))}" for key, rest in shown}
    fields = {field.encode_name for field in msgspec.structs.fields(Scenario)}
    assert examples.keys() == fields - {"description", "weights"}
    for key, text in examples.items():
        assert getattr(read_scenario("mine.yaml", text), key)
        assert SCHEMA.is_valid(read_yaml("mine.yaml", text))


def test_the_command_writes_it(tmp_path: Path) -> None:
    written = CliRunner().invoke(cli, ["scenario"]).output
    file = tmp_path / "mine.yaml"
    file.write_text(written)
    plan = CliRunner().invoke(cli, ["run", "--show-plan", "--scenario", str(file)]).output
    assert "GET /students/{student_id}: 40.000% of the calls" in plan
    printed = CliRunner().invoke(cli, ["scenario", "--schema"]).output
    assert msgspec.json.decode(printed) == msgspec.json.decode(msgspec.json.encode(scenario_schema()))
