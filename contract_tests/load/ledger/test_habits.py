"""What a service does to a property every time is a habit, and what it does now and then is a loss."""

from typing import Any

import pytest

from contract_tests.support.shop import SHOWN, Shop


def test_a_habit_is_a_note_and_an_exception_is_a_loss() -> None:
    for every, kinds in ((1, []), (30, ["altered name"])):
        shop = Shop()
        for number, entity in enumerate([shop.create(number) for number in range(60)]):
            name = "somebody else" if number % every == 0 else f"thing {number}"
            shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": name})
        account = shop.settled()
        assert [loss.title for loss in account.losses] == kinds * 2
        assert bool(account.notes) is not bool(kinds)


@pytest.mark.parametrize("changed", [lambda name: name[:5], str.upper, "{} ".format])
def test_a_text_that_is_sometimes_altered_is_a_loss(changed: Any) -> None:
    shop = Shop()
    for number, entity in enumerate([shop.create(number) for number in range(60)]):
        name = changed(f"thing {number}") if number % 30 == 0 else f"thing {number}"
        shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": name})
    assert [loss.title for loss in shop.settled().losses] == ["altered name"] * 2


@pytest.mark.parametrize("independent", [True, False])
def test_a_number_that_no_call_can_have_changed_is_a_loss(independent: bool) -> None:
    """If calls for other entities exist, they may have changed it."""
    shop = Shop(independent=independent)
    for number in range(60):
        entity = shop.create(number)
        price = 1.5 if number % 30 == 0 else SHOWN["price"]
        shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "price": price})
    account = shop.settled()
    assert [loss.title for loss in account.losses] == ["altered price"] * 2 * independent
    assert bool(account.notes) is not independent


def test_a_state_that_moves_by_itself_is_no_loss() -> None:
    """Another entity was sent the state that this one now has."""
    shop = Shop()
    states = ["open", "done", "begun"]
    entities = [shop.create(number, state=states[number % 3]) for number in range(60)]
    for number, entity in enumerate(entities):
        state = "done" if number % 30 == 0 else states[number % 3]
        shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "state": state})
    account = shop.settled()
    assert account.losses == []
    assert len(account.notes) == 1


@pytest.mark.parametrize(
    ("sign", "becomes", "losses"),
    [
        # Every text with this character is read differently: escaped, or transcribed.
        ("&", "thing &amp; {}", 0),
        ("ö", "thing oe {}", 0),
        ("x", "[removed by a moderator]", 0),
        ("x", "***", 0),
        ("x", "quite another {}", 2),
    ],
)
def test_a_rule_for_certain_values_is_no_loss(sign: str, becomes: str, losses: int) -> None:
    shop = Shop()
    written = [f"thing {'x' if number % 30 else sign} {number}" for number in range(60)]
    entities = [shop.create(number, name=name) for number, name in enumerate(written)]
    for number, entity in enumerate(entities):
        name = written[number] if number % 30 else becomes.format(number)
        shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": name})
    account = shop.settled()
    assert len(account.losses) == losses
    assert bool(account.notes) is not bool(losses)


@pytest.mark.parametrize(("every", "is_lost"), [(3, True), (1, False)])
def test_a_value_shown_in_the_answer_is_seldom_altered_by_habit(every: int, is_lost: bool) -> None:
    shop = Shop()
    for number, entity in enumerate([shop.create(number) for number in range(60)]):
        name = f"quite another {number}" if number % every == 0 else f"thing {number}"
        shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": name})
    assert bool(shop.settled().losses) is is_lost


@pytest.mark.parametrize(("longest", "kinds"), [(30, []), (60, ["altered name"] * 2)])
def test_a_cut_text_is_a_habit_only_if_no_longer_one_is_kept(longest: int, kinds: list[str]) -> None:
    shop = Shop()
    for number in range(60):
        entity = shop.create(number)
        is_cut = number % 30 == 0
        name = f"{number:02} " + "x" * (40 if is_cut else longest)
        shop.call("PUT /things/{id}", entity, 2.0, 2.1, 200, None, name=name)
        (record,) = (record for record in shop.reconciliation.records if record.entity is entity)
        record.writes[-1].properties = {"name": name}
        shop.read_back(entity, 20.0, 200, {"id": number, "name": name[:20] if is_cut else name})
    assert [loss.title for loss in shop.settled().losses] == kinds


def test_a_masked_value_is_not_stale() -> None:
    mask = "**********"
    shop = Shop()
    for number in range(30):
        entity = shop.create(number, name=mask)
        shown = {**SHOWN, "id": number, "name": mask}
        shop.call("PUT /things/{id}", entity, 2.0, 2.1, 200, shown, name=f"secret {number}")
    account = shop.settled()
    assert account.losses == []
    assert any("name is not as written: 30 times another value" in note for note in account.notes)
