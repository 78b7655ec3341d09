"""Counts have the right plural wherever people read them."""

import pytest

from load.quantities import quantity, times


@pytest.mark.parametrize(("count", "text"), [(0, "0 entities"), (1, "1 entity"), (2, "2 entities")])
def test_a_noun_is_singular_after_one_and_plural_otherwise(count: int, text: str) -> None:
    assert quantity(count, "entity", "entities") == text
    assert quantity(count, "call") == text.replace("entities", "calls").replace("entity", "call")


def test_what_happened_one_time_happened_once() -> None:
    assert [times(count) for count in (1, 2, 30)] == ["once", "2 times", "30 times"]
