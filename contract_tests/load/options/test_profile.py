"""Profiles: those of the project, and files of users."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from contract_tests.support.simulation import Simulation
from load.errors import LoadError
from load.journeys.entities import EntityPool, Origin, release
from load.journeys.step import Step
from load.options.options import Options
from load.options.profile import Kind, kind_of, load_profile, profile_names
from openapi.contract import load_contract, students_document
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations


def test_profiles(tmp_path: Any) -> None:
    assert profile_names() == ["mixed", "read-heavy", "steps", "write-heavy"]
    assert [each.users for each in load_profile("steps").stages] == [5, 10, 20, 40]
    own = tmp_path / "mine.yaml"
    own.write_text("weights: {read: 1}\nwait: 0.5")
    assert load_profile(str(own)).wait == 0.5
    for text in ("weights: {sleep: 1}", "wait: 1", "[", "- a"):
        own.write_text(text)
        with pytest.raises(LoadError, match=r"mine.yaml: not a profile"):
            load_profile(str(own))
    with pytest.raises(LoadError, match="there are mixed, read-heavy"):
        load_profile("nothing")
