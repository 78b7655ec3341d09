"""The entity in the answer to POST is own only if it cannot have existed before."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from load.calls.call import Call
from load.journeys.entities import EntityPool
from load.journeys.ownership import Ownership
from load.journeys.step import Step
from load.options.credentials import Secret
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations

COLOUR = {"enum": ["red", "blue", "a long and winding red"]}
LABEL = {"type": "object", "properties": {"colour": COLOUR, "rim": COLOUR, "name": TEXT, "size": {}}}
(POST,) = read_operations(contract(on("/labels", post=does(an_object(id=ID), LABEL, "201"))))
OWN = "x7k2-own"


def a_step(sent: Any) -> Step:
    return Step(Call(POST, "/labels", {}, b"", {}, {}, sent, Secret()), None)


def made(
    ownership: Ownership, home: EntityPool, number: int, sent: Any, shown: Any, status: int = 201
) -> bool:
    exchange = Exchange("POST", "/labels", {}, {}, {}, sent, status, {}, shown)
    is_own = ownership.has_created(a_step(sent), exchange, home, (number,))
    home.add((number,), is_own=is_own)
    return is_own


@pytest.mark.parametrize(
    ("sent", "shown", "is_own"),
    [
        ({}, {"id": 1}, True),
        ({"name": OWN}, {"id": 1}, True),
        ({"name": "some words of our own"}, {"id": 1}, True),
        # A label of this colour may be foreign.
        ({"colour": "red"}, {"id": 1, "colour": "red"}, False),
        ({"colour": "red"}, {"id": 1}, False),
        # It is long, but anybody may have chosen it from the enum.
        ({"colour": "a long and winding red"}, {"id": 1, "colour": "a long and winding red"}, False),
        ({"colour": "red", "name": OWN}, {"id": 1, "colour": "red", "name": OWN}, True),
        ({"colour": "red", "name": "ours"}, {"id": 1, "colour": "red", "name": "theirs"}, False),
        # So may one of this name, but hardly one of this name and size.
        ({"name": "garden"}, {"id": 1, "name": "garden"}, False),
        ({"name": "garden", "size": 12345}, {"id": 1, "name": "garden", "size": 12345}, True),
        ({"name": "garden", "size": 12345}, None, True),
    ],
)
def test_the_answer_shows_whether_an_entity_is_own(sent: Any, shown: Any, is_own: bool) -> None:
    ownership = Ownership(lambda value: value == OWN)
    assert made(ownership, EntityPool("/labels/{}"), 1, sent, shown) is is_own


def test_two_entities_from_equal_creations_are_own() -> None:
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    owned = [made(ownership, home, number, {"colour": "red"}, None) for number in (1, 2, 3)]
    assert owned == [False, True, True]


def test_combinations_of_few_values_do_not_prove_ownership() -> None:
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    pairs = [("red", "red"), ("red", "blue"), ("blue", "red"), ("blue", "blue")]
    owned = [
        made(ownership, home, number, {"colour": colour, "rim": rim}, None)
        for number, (colour, rim) in enumerate(pairs)
    ]
    assert owned == [False] * 4


def test_an_identifier_given_again_was_found_not_created() -> None:
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    sent = {"colour": "red", "name": "some words of our own"}
    assert made(ownership, home, 1, sent, sent)
    assert not made(ownership, home, 1, sent, sent)
    assert not made(ownership, home, 2, sent, sent)
    # An entity that has nothing in common with the first is another one, even under the same identifier.
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    assert made(ownership, home, 1, sent, sent)
    other = {"colour": "blue", "name": "quite some other words"}
    assert made(ownership, home, 1, other, other)
    # One answer may identify the same entity in its body and in Location.
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    exchange = Exchange("POST", "/labels", {}, {}, {}, sent, 201, {}, sent)
    home.add((1,), is_own=True)
    assert all(ownership.has_created(a_step(sent), exchange, home, (1,)) for _ in range(2))
    # A deleted entity may have been created again.
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    assert made(ownership, home, 1, sent, sent)
    home.remove(home.add((1,), is_own=True))
    assert made(ownership, home, 1, sent, sent)


def test_one_refusal_proves_nothing() -> None:
    """A call may be refused because of a lock or a full disk. Two entities that were created, and whose
    repeated creation was refused, are proof.
    """
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    for number, colour in enumerate(("red", "blue")):
        sent = {"colour": colour, "name": f"some words of number {number}"}
        assert made(ownership, home, number, sent, sent)
        assert ownership.trials.next(POST.label) is not None
        ownership.trials.record_refusal(POST.label, 503)
        assert ownership.trials.next(POST.label) is None
        ownership.trials.allow(POST.label)
        for _ in range(2):
            ownership.trials.record_refusal(POST.label, 409)
        assert ownership.trials.is_pending(POST.label) is (number == 0)


def test_proof_for_one_property_is_no_proof_for_another() -> None:
    ownership, home = Ownership(lambda _: False), EntityPool("/labels/{}")
    red = {"colour": "red", "name": "some words of our own"}
    for number in range(2):
        made(ownership, home, number, red, red)
    assert not ownership.trials.is_pending(POST.label)
    made(ownership, home, 3, {**red, "rim": "blue"}, red)
    assert ownership.trials.is_pending(POST.label)


def test_a_creation_with_a_name_of_its_own_is_own_again_after_others_were_found_by_name() -> None:
    ownership, home = Ownership(lambda value: str(value).startswith(OWN)), EntityPool("/labels/{}")
    made(ownership, home, 1, {"name": "garden"}, {"id": 1, "name": "garden"})
    made(ownership, home, 1, {"name": "garden"}, {"id": 1, "name": "garden"})
    assert {*ownership.finding} == {"POST /labels"}
    assert not made(ownership, home, 2, {"name": "house"}, {"id": 2, "name": "house"})
    fresh = {"name": f"{OWN}1", "rim": "red"}
    assert made(ownership, home, 3, fresh, {"id": 3, **fresh})
