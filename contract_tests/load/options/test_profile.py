"""Profiles: those of the project, and files of users."""

from typing import Any

import pytest

from load.errors import LoadError
from load.options.profile import load_profile, profile_names


def test_profiles_are_loaded_and_checked(tmp_path: Any) -> None:
    assert profile_names() == ["mixed", "read-heavy", "steps", "write-heavy"]
    assert [stage.users for stage in load_profile("steps").stages] == [5, 10, 20, 40]
    own = tmp_path / "mine.yaml"
    own.write_text("weights: {read: 1}\nwait: 0.5")
    assert load_profile(str(own)).wait == 0.5
    for text in ("weights: {sleep: 1}", "wait: 1", "[", "- a"):
        own.write_text(text)
        with pytest.raises(LoadError, match=r"mine.yaml: not a profile"):
            load_profile(str(own))
    with pytest.raises(LoadError, match="give one of mixed, read-heavy"):
        load_profile("nothing")
