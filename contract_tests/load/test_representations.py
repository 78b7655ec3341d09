"""Values that were sent are compared with those that were answered or read."""

from typing import Any

import pytest

from load.journeys.representations import CASED, CUT, OTHERWISE, ROUNDED, change, is_failure
from load.measurements.losses import DROPPED


@pytest.mark.parametrize(
    ("written", "found", "how"),
    [
        (2, 1, OTHERWISE),
        (0.86, 0.9, ROUNDED),
        (0.86, 0.8, ROUNDED),
        (2.5, 2, ROUNDED),
        (2.5, 3.5, OTHERWISE),
        (1234, 1200, ROUNDED),
        (1234, 1234.5, OTHERWISE),
        (0.1, 0.10000000149011612, ROUNDED),
        (16_777_217, 16_777_216, ROUNDED),
        (1e400, 5, OTHERWISE),
        (100, 99, OTHERWISE),
    ],
)
def test_numbers_that_were_rounded(written: float, found: float, how: str) -> None:
    assert change(written, found) == how


@pytest.mark.parametrize(
    ("written", "found", "how"),
    [
        ("Zoë Müller", "Zo? M?ller", DROPPED),
        ("Zoë", "Zo", DROPPED),
        ("Zoë", "ZoÃ«", DROPPED),
        ("Zoë 日本", "Zoë ??", DROPPED),
        ("Zoë", "Zo\ufffd", DROPPED),
        ("Zoë", "Zoe", OTHERWISE),
        ("Zoë", "zoë", CASED),
        ("what?", "what", CUT),
    ],
)
def test_texts_whose_characters_are_not_kept(written: str, found: str, how: str) -> None:
    assert change(written, found) == how


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ({"status": "failed"}, True),
        ({"status": {"phase": "Active"}}, False),
        ({"status": ["failed"]}, False),
        ({"success": False}, True),
        ([], False),
    ],
)
def test_answers_that_say_that_the_call_failed(body: Any, failed: bool) -> None:
    assert is_failure(body) is failed
