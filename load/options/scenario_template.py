"""A scenario to begin with, which says of each key what it is for."""

import re
import textwrap
from collections.abc import Iterator, Sequence

import yaml

from load.options.operation_keys import OperationKeys, Reach
from load.options.scenario import DEFAULT_SCENARIO
from load.options.scenario_file import load_scenario, scenario_schema
from load.options.weights import weights_of
from load.printable import printable
from openapi.contract import Json
from openapi.operations import Operation

_WIDTH = 100
_FILLED_IN = ("description", "weights")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Words that YAML does not take for text.
_NO_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def template(title: str, operations: Sequence[Operation]) -> str:
    """A scenario for the operations of a document with this title, each with its default weight; all other
    keys are comments with an example.
    """
    keys = scenario_schema()["$defs"]["Scenario"]["properties"]
    lines = [
        *_comment(f"A scenario for {printable(title)}: contract-load run DOCUMENT --scenario FILE. "
                  "Editors know its keys by the JSON Schema that contract-load scenario --schema prints."),
        "",
        *_comment(keys["description"]["description"]),
        f"description: {_quoted(f'Calls of {printable(title)}')}",
        "",
        *_comment(keys["weights"]["description"]),
        *_weights(operations),
    ]  # fmt: skip
    for key, schema in keys.items():
        if key not in _FILLED_IN:
            lines += ["", *_comment(schema["description"]), *_example(key, schema["examples"][0])]
    return "\n".join(lines) + "\n"


def _weights(operations: Sequence[Operation]) -> Iterator[str]:
    default = weights_of(load_scenario(DEFAULT_SCENARIO).weights, operations)
    keys = OperationKeys(operations)
    yield "weights:" if default else "weights: {}"
    for operation in operations:
        key = operation.operation_id
        if keys.reach(key) is not Reach.OPERATION or len(keys.named(key)) > 1:
            key = operation.label
        shown = f"  {_quoted(key)}: {default[operation.label]:.6g}"
        yield f"{shown}  # {printable(operation.label)}" if key != operation.label else shown


def _quoted(text: str) -> str:
    """A text as YAML has it, in quotes where it could be taken for something else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _example(key: str, value: Json) -> Iterator[str]:
    if isinstance(value, (dict, list)):
        text: str = yaml.safe_dump({key: value}, default_flow_style=None, sort_keys=False, width=_WIDTH)
        yield from (f"# {line}" for line in text.splitlines())
    else:
        yield f"# {key}: {yaml.safe_dump(value).splitlines()[0]}"


def _comment(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(text, _WIDTH - 2, break_on_hyphens=False))
