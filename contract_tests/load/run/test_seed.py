"""Runs with the same seed generate the same values, but for those that must be unique on the service."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from load.errors import LoadError
from load.options.options import Options, read_options
from load.options.scenario_file import load_scenario
from load.run.prepared_load import Prepared
from load.run.session import Session

PATHS = {
    "/things": {
        "post": {
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["email", "made_at", "title", "key", "size"],
                            "properties": {
                                "email": {"type": "string", "format": "email"},
                                "made_at": {"type": "string", "format": "date-time"},
                                "title": {"type": "string", "maxLength": 200},
                                "key": {"type": "string", "format": "uuid"},
                                "size": {"type": "integer"},
                                "note": {"type": "string"},
                            },
                        }
                    }
                },
            },
            "responses": {"201": {"description": "created"}},
        }
    }
}
UNIQUE = {"email", "key"}


def payloads(seed: int | None, number: int = 0) -> list[Any]:
    prepared = Prepared.of(contract(PATHS), Options(load_scenario("mixed"), seed=seed))
    build = Session(prepared, number=number).compiled.builders["POST /things"].build
    return [build({}).payload for _ in range(40)]


def repeated(made: list[Any]) -> list[Any]:
    return [{name: value for name, value in payload.items() if name not in UNIQUE} for payload in made]


def test_the_same_seed_gives_the_same_values_but_for_unique_ones() -> None:
    one, other = payloads(7), payloads(7)
    assert repeated(one) == repeated(other)
    for name in UNIQUE:
        assert not {payload[name] for payload in one} & {payload[name] for payload in other}


def test_other_seeds_and_other_processes_have_other_values() -> None:
    made = [payloads(7), payloads(8), payloads(7, 1), payloads(7, 2), payloads(None), payloads(None)]
    assert len({str(repeated(each)) for each in made}) == len(made)
    assert repeated(payloads(7, 1)) == repeated(payloads(7, 1))


def test_a_seed_is_a_whole_number() -> None:
    assert read_options(load_scenario("mixed"), {"seed": "7"}, {}).seed == 7
    assert read_options(load_scenario("mixed"), {}, {}).seed is None
    with pytest.raises(LoadError, match="--seed takes a whole number, such as 7, not 'x'"):
        read_options(load_scenario("mixed"), {"seed": "x"}, {})
