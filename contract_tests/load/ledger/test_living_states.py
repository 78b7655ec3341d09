"""A deleted entity is recognised by a value that no living entity of its kind shows."""

from typing import Any

import pytest

from load.ledger.living_states import LivingStates

LIVING = [
    {
        "state": "open",
        "url": f"/things/{number}",
        "meta": {"size": number},
        "kind": 1,
        "labels": ["INBOX"],
        "version": 1 + number % 2,
    }
    for number in range(20)
]


@pytest.mark.parametrize(
    ("shown", "new"),
    [
        (LIVING[3], {}),
        ({**LIVING[3], "state": "trash"}, {"/state": "trash"}),
        ({**LIVING[3], "meta": {"size": 3, "deletionTimestamp": "2026-01-01T00:00:00Z"}},
         {"/meta/deletionTimestamp": "2026-01-01T00:00:00Z"}),
        # A property with a different value in every entity is no state.
        ({**LIVING[3], "url": "/things/99"}, {}),
        ({**LIVING[3], "meta": {"size": 99}}, {}),
        ({**LIVING[3], "is_deleted": 1}, {"/is_deleted": 1}),
        ({**LIVING[3], "kind": 9}, {"/kind": 9}),
        ({**LIVING[3], "labels": ["TRASH"]}, {"/labels": "TRASH"}),
        # A counter may have any value.
        ({**LIVING[3], "version": 3}, {}),
    ],
)  # fmt: skip
def test_a_mark_that_no_living_entity_has_means_deletion(shown: Any, new: Any) -> None:
    lives = LivingStates()
    for entity in LIVING:
        lives.observe("/things/{}", entity)
    assert lives.has_seen_enough("/things/{}")
    assert lives.unusual_properties("/things/{}", shown) == new


def test_too_few_living_entities_prove_nothing() -> None:
    lives = LivingStates()
    lives.observe("/things/{}", LIVING[0])
    assert not lives.has_seen_enough("/things/{}")
    assert lives.unusual_properties("/things/{}", {"state": "open", "meta": {"size": 0}}) == {
        "/state": "open", "/meta/size": 0
    }  # fmt: skip
