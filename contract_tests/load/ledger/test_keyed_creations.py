"""A creation that was sent twice under one key must be there once; a second one is a finding."""

from contract_tests.support.shop import Shop
from load.ledger.keyed_creations import KeyedCreation, ShownCreations


def sent(name: str, *acknowledged: int) -> KeyedCreation:
    step = Shop().step("POST /things")
    step.call.payload.update(name=name)
    creation = KeyedCreation.of(step, lambda value: value == name)
    creation.acknowledged.update((number,) for number in acknowledged)
    return creation


def places(shown: ShownCreations, *known: int) -> list[str]:
    return [finding.detail for _, finding in shown.twice({(number,) for number in known})]


def test_two_entities_with_a_value_of_one_creation_are_one_too_many() -> None:
    shown = ShownCreations([sent("mine"), sent("other")])
    for number, name in ((1, "mine"), (2, "somebody's"), (3, "mine"), (4, "other"), (4, "other")):
        shown.add((number,), {"id": number, "name": name})
    assert places(shown) == ["sent under one key, and created as 1 and 3, with the name 'mine'"]
    assert shown.findable == 2


def test_an_entity_beside_the_acknowledged_one_is_one_too_many() -> None:
    shown = ShownCreations([sent("mine", 1)])
    shown.add((3,), {"name": "mine"})
    # Lists that show identifiers of another kind prove nothing.
    assert places(shown) == []
    shown.add((7,), {"name": "of a creation that was sent once"})
    assert len(places(shown, 7)) == 1


def test_a_value_within_another_entity_is_no_second_creation() -> None:
    shown = ShownCreations([sent("mine", 1)])
    shown.add((1,), {"name": "mine"})
    shown.add((2,), {"name": "a part", "parent": {"name": "mine"}, "title": "mine"})
    assert places(shown, 1, 2) == []
