"""Scenarios: those of the project, and files of users."""

from typing import Any

import pytest

from load.errors import LoadError
from load.options.scenario_file import load_scenario, scenario_names


def test_scenarios_are_included_and_read_from_files(tmp_path: Any) -> None:
    assert scenario_names() == ["mixed", "read-heavy", "steps", "write-heavy"]
    assert [stage.users for stage in load_scenario("steps").stages] == [5, 10, 20, 40]
    own = tmp_path / "mine.yaml"
    own.write_text("weights: {read: 1}\nwait: 0.5")
    assert load_scenario(str(own)).wait == 0.5
    with pytest.raises(LoadError, match="give one of mixed, read-heavy"):
        load_scenario("nothing")
