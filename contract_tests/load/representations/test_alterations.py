"""Values that were written are compared with those that are read."""

import pytest

from load.representations.alterations import Alteration, alteration


@pytest.mark.parametrize(
    ("written", "shown", "how"),
    [
        (2, 1, Alteration.OTHER),
        (0.86, 0.9, Alteration.ROUNDED),
        (0.86, 0.8, Alteration.ROUNDED),
        (2.5, 2, Alteration.ROUNDED),
        (2.5, 3.5, Alteration.OTHER),
        (1234, 1200, Alteration.ROUNDED),
        (1234, 1234.5, Alteration.OTHER),
        (0.1, 0.10000000149011612, Alteration.ROUNDED),
        (16_777_217, 16_777_216, Alteration.ROUNDED),
        (1e400, 5, Alteration.OTHER),
        (100, 99, Alteration.OTHER),
    ],
)
def test_rounded_numbers_are_recognised(written: float, shown: float, how: Alteration) -> None:
    assert alteration(written, shown) == how


@pytest.mark.parametrize(
    ("written", "shown", "how"),
    [
        ("Zoë Müller", "Zo? M?ller", Alteration.DROPPED),
        ("Zoë", "Zo", Alteration.DROPPED),
        ("Zoë", "ZoÃ«", Alteration.DROPPED),
        ("Zoë 日本", "Zoë ??", Alteration.DROPPED),
        ("Zoë", "Zo\ufffd", Alteration.DROPPED),
        ("Zoë", "Zoe", Alteration.OTHER),
        ("Zoë", "zoë", Alteration.RECASED),
        ("what?", "what", Alteration.CUT),
    ],
)
def test_texts_with_lost_characters_are_recognised(written: str, shown: str, how: Alteration) -> None:
    assert alteration(written, shown) == how
