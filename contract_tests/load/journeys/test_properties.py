"""The ledger holds the properties that were sent against those that are read later."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.shop import NAMED, SHOP, SHOWN, Shop, replaced
from contract_tests.support.simulation import Simulation
from load.journeys.envelopes import unwrapped
from load.measurements.losses import Account
from openapi.operation_reader import read_operations


def test_a_replacement_of_which_nothing_shows_is_lost() -> None:
    shop = Shop()
    thing = shop.made(1)
    replaced(shop, thing)
    assert shop.read_back(thing, 3.0, 200, SHOWN) is None
    account = shop.read_back(thing, 20.0, 200, SHOWN)
    assert account is not None
    assert [each.kind for each in account.losses] == ["stale name"]


def test_what_is_to_be_published_may_not_show_before() -> None:
    shop = Shop(5.0, (), False, on("/things/{id}/publish", "id", post=does()))
    for number in range(30):
        thing = shop.made(number)
        replaced(shop, thing, id=number)
        shown = {**SHOWN, "id": number, "name": f"thing {number}"}
        account = shop.read_back(thing, 20.0, 200, shown)
        assert account == Account(read=1)
    account = shop.settled()
    assert account.losses == []
    note = "what PUT /things/{id} changed did not show; it may do so only after POST /things/{id}/publish"
    assert account.notes[note] == 30


def test_an_identifier_in_a_body_changes_nothing() -> None:
    """The path says which thing it is, whatever is sent."""
    shop = Shop()
    for number in range(30):
        thing = shop.made(number)
        answer = {"id": number, "name": "renamed", "price": 7.5, "state": "done"}
        shop.call("PUT /things/{id}", thing, 2.0, 2.1, 200, answer, id=1_000_000 + number)
        assert shop.read_back(thing, 20.0, 200, answer) == Account(read=1)
    assert shop.settled() == Account()


def test_a_state_that_others_may_have_changed_back_is_no_loss() -> None:
    shop = Shop()
    thing = shop.made(1)
    replaced(shop, thing, name="thing 1", price=2.5)
    assert shop.read_back(thing, 20.0, 200, SHOWN) == Account(read=1)
    replaced(shop, thing, at=30.0)
    assert shop.read_back(thing, 40.0, 200, {**SHOWN, "name": "renamed", "price": 7.5}) == Account(read=1)


def test_what_a_service_does_as_a_rule_is_a_note_and_what_it_loses_a_loss() -> None:
    for every, kinds in ((1, []), (30, ["altered name"])):
        shop = Shop()
        for number, thing in enumerate([shop.made(number) for number in range(60)]):
            name = "somebody else" if number % every == 0 else f"thing {number}"
            shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": name})
        account = shop.settled()
        assert [each.kind for each in account.losses] == kinds * 2
        assert bool(account.notes) is not bool(kinds)


def test_null_may_leave_what_was_there() -> None:
    for written, kinds in ((None, []), ("renamed", ["ignored name"])):
        shop = Shop()
        for number in range(60):
            thing = shop.made(number)
            kept = {"id": number, "name": f"thing {number}", "price": 7.5, "state": "done"}
            ignored = {"name": written} if number % 30 == 0 else {}
            shop.call("PUT /things/{id}", thing, 2.0, 2.1, 200, kept, **ignored)
            if written is None:
                assert shop.read_back(thing, 20.0, 200, kept) == Account(read=1)
        account = shop.settled()
        assert [each.kind for each in account.losses] == kinds * 2
        assert account.notes == {}


def test_what_lacks_a_property_may_be_from_before() -> None:
    shop = Shop(optional=("price",))
    thing = shop.made(1)
    answer = {**SHOWN, "name": "renamed", "state": "done"}
    shop.call("PUT /things/{id}", thing, 10.0, 10.1, 200, answer, price=2.5)
    lacking = {"id": 1, "name": "renamed", "state": "done"}
    assert shop.read_back(thing, 12.0, 200, lacking) is None
    assert shop.read_back(thing, 20.0, 200, lacking) == Account(read=1)


@pytest.mark.parametrize("changed", [lambda name: name[:5], str.upper, "{} ".format])
def test_a_text_that_was_shown_whole_and_is_changed_now_and_then_is_a_loss(changed: Any) -> None:
    shop = Shop()
    for number, thing in enumerate([shop.made(number) for number in range(60)]):
        name = changed(f"thing {number}") if number % 30 == 0 else f"thing {number}"
        shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": name})
    assert [each.kind for each in shop.settled().losses] == ["altered name"] * 2


@pytest.mark.parametrize("independent", [True, False])
def test_a_number_that_no_call_can_have_changed_is_lost(independent: bool) -> None:
    """Where there are calls for other things, they may have changed it."""
    shop = Shop(independent=independent)
    for number in range(60):
        thing = shop.made(number)
        price = 1.5 if number % 30 == 0 else SHOWN["price"]
        shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "price": price})
    account = shop.settled()
    assert [each.kind for each in account.losses] == ["altered price"] * 2 * independent
    assert bool(account.notes) is not independent


def test_things_that_no_call_for_others_changes() -> None:
    paths = {path: item for each in SHOP[:2] for path, item in each.items()}
    compiled = Simulation(read_operations(contract(paths))).compiled
    assert compiled.indirect_changes.independent_resources == {"/things/{}"}
    assert not Shop().simulation.compiled.indirect_changes.independent_resources
    # What is referred to may be changed by what refers to it, and not the other way round.
    orders = on("/orders", post=does(NAMED, an_object(thing_id=ID), "201"))
    order = on("/orders/{order_id}", "order_id", get=does(NAMED), delete=does(status="204"))
    both = Simulation(read_operations(contract({**paths, **orders, **order}))).compiled
    assert both.indirect_changes.independent_resources == {"/orders/{}"}


def test_a_value_that_is_not_kept_is_told_once() -> None:
    shop = Shop()
    for number in range(30):
        thing = shop.made(number)
        shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "price": None})
    (loss,) = shop.settled().losses
    assert (loss.kind, loss.label, loss.count) == ("dropped price", "POST /things", 30)


def test_a_property_that_is_not_to_be_used_any_more_proves_nothing() -> None:
    shop = Shop()
    for number in range(30):
        thing = shop.made(number, former=5)
        shown = {**SHOWN, "id": number, "name": f"thing {number}", "former": None}
        assert shop.read_back(thing, 20.0, 200, shown) == Account(read=1)
    assert shop.settled() == Account()


def test_what_an_answer_wraps_is_read() -> None:
    shop = Shop()
    thing = shop.made(1)
    replaced(shop, thing)
    kept = {"id": 1, "name": "renamed", "price": 7.5, "state": "done"}
    assert shop.read_back(thing, 20.0, 200, {"data": kept}) == Account(read=1)
    account = shop.read_back(thing, 20.0, 200, {"data": SHOWN})
    assert account is not None
    assert [each.kind for each in account.losses] == ["stale name"]


def test_a_body_of_another_thing_under_the_right_identifier_is_a_loss() -> None:
    shop = Shop()
    one, other = shop.made(1, price=1234.5, state="open"), shop.made(2, price=9876.5, state="shut")
    assert one is not other
    read = shop.step("GET /things/{id}", one)
    mixed = {**SHOWN, "id": 1, "name": "thing 2", "price": 9876.5, "state": "shut"}
    assert [each.kind for each in shop.reconciliation.read(read, mixed, 10.0, 10.1)] == ["altered name"]
    # What nobody wrote may be the work of others.
    shop = Shop()
    one = shop.made(1, price=1234.5, state="open")
    assert shop.reconciliation.read(shop.step("GET /things/{id}", one), mixed, 10.0, 10.1) == []


def test_a_state_that_moves_by_itself_is_no_loss() -> None:
    """Another thing was sent the state that this one has come to."""
    shop = Shop()
    states = ["open", "done", "begun"]
    things = [shop.made(number, state=states[number % 3]) for number in range(60)]
    for number, thing in enumerate(things):
        state = "done" if number % 30 == 0 else states[number % 3]
        shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "state": state})
    account = shop.settled()
    assert account.losses == []
    assert len(account.notes) == 1


@pytest.mark.parametrize(
    ("sign", "becomes", "losses"),
    [
        # Whatever has such a character comes back otherwise: escaped, or spelt out.
        ("&", "thing &amp; {}", 0),
        ("ö", "thing oe {}", 0),
        ("x", "[removed by a moderator]", 0),
        ("x", "***", 0),
        ("x", "quite another {}", 2),
    ],
)
def test_a_rule_of_the_service_is_no_loss(sign: str, becomes: str, losses: int) -> None:
    shop = Shop()
    written = [f"thing {'x' if number % 30 else sign} {number}" for number in range(60)]
    things = [shop.made(number, name=name) for number, name in enumerate(written)]
    for number, thing in enumerate(things):
        name = written[number] if number % 30 else becomes.format(number)
        shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": name})
    account = shop.settled()
    assert len(account.losses) == losses
    assert bool(account.notes) is not bool(losses)


ADDRESS = {"street": "Long Street", "city": "Some City"}
TAGS = ["one of them", "and another"]
STARTS = [f"2026-01-01T10:00:{number:02}Z" for number in range(60)]


@pytest.mark.parametrize(
    ("written", "found", "kind"),
    [
        ([ADDRESS] * 60, {"street": "Long Street"}, "altered more/city"),
        ([ADDRESS] * 60, {**ADDRESS, "city": "Another City"}, "altered more/city"),
        ([ADDRESS] * 60, {**ADDRESS, "zone": "of the service"}, None),
        ([TAGS] * 60, TAGS[:1], "altered more"),
        ([TAGS] * 60, TAGS[::-1], None),
        (STARTS, "2026-01-02T10:00:01Z", "altered more"),
        (STARTS, "2026-01-01T11:00:01+01:00", None),
    ],
)
def test_what_was_shown_within_a_property_is_kept(written: list[Any], found: Any, kind: str | None) -> None:
    shop, shown = Shop(), [{**SHOWN, "id": number, "more": more} for number, more in enumerate(written)]
    things = [shop.call("POST /things", None, 1.0, 1.1, 201, each, more=each["more"])[0] for each in shown]
    for number, thing in enumerate(things):
        more = found if number == 1 else written[number]
        shop.read_back(thing, 20.0, 200, {**shown[number], "more": more})
    assert [each.kind for each in shop.settled().losses] == ([kind] if kind else [])


def test_names_may_be_spelt_otherwise() -> None:
    assert unwrapped({"fullName": "a", "other": 1}, ["full_name"]) == {"full_name": "a", "other": 1}
    both = {"full_name": "a", "fullName": "b"}
    assert unwrapped(both, ["full_name"]) == both


@pytest.mark.parametrize(("every", "is_lost"), [(3, True), (1, False)])
def test_what_an_answer_has_shown_is_seldom_changed_by_habit(every: int, is_lost: bool) -> None:
    shop = Shop()
    for number, thing in enumerate([shop.made(number) for number in range(60)]):
        name = f"quite another {number}" if number % every == 0 else f"thing {number}"
        shop.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": name})
    assert bool(shop.settled().losses) is is_lost


def a_list_of(items: Any) -> Any:
    """Things with a list of their own."""
    listed = {"type": "array", "items": items}
    shown = an_object(**NAMED["properties"], parts=listed)
    return on("/lists", post=does(shown, shown, "201")) | on(
        "/lists/{id}", "id", get=does(shown), delete=does(status="204")
    )


@pytest.mark.parametrize(
    ("kept", "kinds"),
    [
        (lambda parts: parts, []),
        # A text in another case, wherever it stands, is a habit where all are so.
        (lambda parts: [{"label": each["label"].lower()} for each in parts], []),
        (lambda parts: parts[:-1], ["altered parts"] * 2),
    ],
)
def test_what_stands_in_the_objects_of_a_list(kept: Any, kinds: list[str]) -> None:
    shop = Shop(5.0, (), False, a_list_of(an_object(label=TEXT)))
    for number in range(60):
        parts = [
            {"label": f"the first of {number}"},
            {"label": f"the {'S' if number % 30 == 0 else 's'}econd"},
        ]
        sent = {"id": number, "name": f"list {number}", "parts": parts}
        (thing,) = shop.call("POST /lists", None, 1.0, 1.1, 201, sent)
        thing.pool.resolved_by.add("GET /lists/{id}")
        shown = {**sent, "parts": kept(parts) if number % 30 == 0 else parts}
        step = shop.step("GET /lists/{id}", thing)
        (record,) = (each for each in shop.reconciliation.records if each.entity is thing)
        shop.reconciliation.read_back(record, step, 200, shown, (20.0, 20.1))
    assert [each.kind for each in shop.settled().losses] == kinds


@pytest.mark.parametrize(("longest", "kinds"), [(30, []), (60, ["altered name"] * 2)])
def test_a_text_is_cut_by_a_limit_only_where_no_longer_one_is_kept(longest: int, kinds: list[str]) -> None:
    shop = Shop()
    for number in range(60):
        thing = shop.made(number)
        is_cut = number % 30 == 0
        name = f"{number:02} " + "x" * (40 if is_cut else longest)
        shop.call("PUT /things/{id}", thing, 2.0, 2.1, 200, None, name=name)
        (record,) = (each for each in shop.reconciliation.records if each.entity is thing)
        record.writes[-1].properties = {"name": name}
        shop.read_back(thing, 20.0, 200, {"id": number, "name": name[:20] if is_cut else name})
    assert [each.kind for each in shop.settled().losses] == kinds


def test_a_mask_is_no_value_from_before() -> None:
    mask = "**********"
    shop = Shop()
    for number in range(30):
        thing = shop.made(number, name=mask)
        shown = {**SHOWN, "id": number, "name": mask}
        shop.call("PUT /things/{id}", thing, 2.0, 2.1, 200, shown, name=f"secret {number}")
    account = shop.settled()
    assert account.losses == []
    assert any("name is not as written: 30 times another value" in each for each in account.notes)
