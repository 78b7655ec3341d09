"""The properties that were sent are compared with those that later reads show."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.shop import NAMED, SHOP, SHOWN, Shop
from contract_tests.support.simulation import Simulation
from load.measurements.ledger_account import Account
from openapi.operation_reader import read_operations


def test_a_replacement_that_never_shows_is_a_loss() -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.replace(entity)
    assert shop.read_back(entity, 3.0, 200, SHOWN) is None
    account = shop.read_back(entity, 20.0, 200, SHOWN)
    assert account is not None
    assert [loss.title for loss in account.losses] == ["stale name"]


def test_changes_may_show_only_after_publication() -> None:
    shop = Shop(5.0, (), False, on("/things/{id}/publish", "id", post=does()))
    for number in range(30):
        entity = shop.create(number)
        shop.replace(entity, id=number)
        shown = {**SHOWN, "id": number, "name": f"thing {number}"}
        account = shop.read_back(entity, 20.0, 200, shown)
        assert account == Account(read=1)
    account = shop.settled()
    assert account.losses == []
    note = "what PUT /things/{id} changed did not show; it may do so only after POST /things/{id}/publish"
    assert account.notes[note] == 30


def test_an_identifier_in_the_body_does_not_change_the_address() -> None:
    """The path addresses the entity, whatever the body says."""
    shop = Shop()
    for number in range(30):
        entity = shop.create(number)
        answer = {"id": number, "name": "renamed", "price": 7.5, "state": "done"}
        shop.call("PUT /things/{id}", entity, 2.0, 2.1, 200, answer, id=1_000_000 + number)
        assert shop.read_back(entity, 20.0, 200, answer) == Account(read=1)
    assert shop.settled() == Account()


def test_a_value_that_others_may_have_restored_is_no_loss() -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.replace(entity, name="thing 1", price=2.5)
    assert shop.read_back(entity, 20.0, 200, SHOWN) == Account(read=1)
    shop.replace(entity, at=30.0)
    assert shop.read_back(entity, 40.0, 200, {**SHOWN, "name": "renamed", "price": 7.5}) == Account(read=1)


def test_null_may_leave_the_old_value() -> None:
    for written, kinds in ((None, []), ("renamed", ["ignored name"])):
        shop = Shop()
        for number in range(60):
            entity = shop.create(number)
            kept = {"id": number, "name": f"thing {number}", "price": 7.5, "state": "done"}
            ignored = {"name": written} if number % 30 == 0 else {}
            shop.call("PUT /things/{id}", entity, 2.0, 2.1, 200, kept, **ignored)
            if written is None:
                assert shop.read_back(entity, 20.0, 200, kept) == Account(read=1)
        account = shop.settled()
        assert [loss.title for loss in account.losses] == kinds * 2
        assert account.notes == {}


def test_an_answer_without_the_property_may_be_an_old_one() -> None:
    shop = Shop(optional=("price",))
    entity = shop.create(1)
    answer = {**SHOWN, "name": "renamed", "state": "done"}
    shop.call("PUT /things/{id}", entity, 10.0, 10.1, 200, answer, price=2.5)
    lacking = {"id": 1, "name": "renamed", "state": "done"}
    assert shop.read_back(entity, 12.0, 200, lacking) is None
    assert shop.read_back(entity, 20.0, 200, lacking) == Account(read=1)


def test_independent_resources_are_recognised() -> None:
    paths = {path: item for path_item in SHOP[:2] for path, item in path_item.items()}
    compiled = Simulation(read_operations(contract(paths))).compiled
    assert compiled.indirect_changes.independent_resources == {"/things/{}"}
    assert not Shop().simulation.compiled.indirect_changes.independent_resources
    # A referenced entity may be changed through the one that refers to it, but not the other way round.
    orders = on("/orders", post=does(NAMED, an_object(thing_id=ID), "201"))
    order = on("/orders/{order_id}", "order_id", get=does(NAMED), delete=does(status="204"))
    both = Simulation(read_operations(contract({**paths, **orders, **order}))).compiled
    assert both.indirect_changes.independent_resources == {"/orders/{}"}
    # So it may be where it is referred to by its key, and its path has another name for it.
    row = {"x-table": "rows", **an_object(id={**ID, "x-generated": "identity"}, code=TEXT)}
    named = on("/things", post=does(row, row, "201")) | on("/things/{code}", "code", kind=TEXT, get=does(row))
    orders = on("/orders", post=does(NAMED, an_object(of={**ID, "x-references": "rows"}), "201"))
    both = Simulation(read_operations(contract({**named, **orders, **order}))).compiled
    assert both.indirect_changes.independent_resources == {"/orders/{}"}


def test_a_dropped_value_is_reported_once() -> None:
    shop = Shop()
    for number in range(30):
        entity = shop.create(number)
        shop.read_back(entity, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "price": None})
    (dropped,) = shop.settled().dropped
    assert (dropped.name, dropped.label, dropped.count) == ("price", "POST /things", 30)
    assert dropped.target.startswith("/things/")
    assert dropped.example.startswith(f"{dropped.target}: ")


@pytest.mark.parametrize("is_overlapped", [False, True])
def test_an_answer_may_show_what_another_write_has_made_of_a_value(is_overlapped: bool) -> None:
    shop = Shop()
    for number in range(30):
        entity = shop.create(number)
        if is_overlapped:
            shop.ledger.record_call(shop.step("PUT /things/{id}", entity), 1.9)
        answer = {**SHOWN, "id": number, "price": None}
        shop.call("PUT /things/{id}", entity, 2.0, 2.1, 200, answer, price=7.5)
    labels = [dropped.label for dropped in shop.settled().dropped]
    assert labels == ([] if is_overlapped else ["PUT /things/{id}"])


def test_deprecated_properties_prove_nothing() -> None:
    shop = Shop()
    for number in range(30):
        entity = shop.create(number, former=5)
        shown = {**SHOWN, "id": number, "name": f"thing {number}", "former": None}
        assert shop.read_back(entity, 20.0, 200, shown) == Account(read=1)
    assert shop.settled() == Account()


def test_entities_are_read_in_their_envelope() -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.replace(entity)
    kept = {"id": 1, "name": "renamed", "price": 7.5, "state": "done"}
    assert shop.read_back(entity, 20.0, 200, {"data": kept}) == Account(read=1)
    account = shop.read_back(entity, 20.0, 200, {"data": SHOWN})
    assert account is not None
    assert [loss.title for loss in account.losses] == ["stale name"]


def test_another_entitys_values_under_the_right_identifier_are_a_loss() -> None:
    shop = Shop()
    one, other = shop.create(1, price=1234.5, state="open"), shop.create(2, price=9876.5, state="shut")
    assert one is not other
    read = shop.step("GET /things/{id}", one)
    mixed = {**SHOWN, "id": 1, "name": "thing 2", "price": 9876.5, "state": "shut"}
    assert [finding.title for finding in shop.reconciliation.read(read, mixed, 10.0, 10.1)] == [
        "altered name"
    ]
    # A value that nobody in the run wrote may come from others.
    shop = Shop()
    one = shop.create(1, price=1234.5, state="open")
    assert shop.reconciliation.read(shop.step("GET /things/{id}", one), mixed, 10.0, 10.1) == []


ADDRESS = {"street": "Long Street", "city": "Some City"}
TAGS = ["one of them", "and another"]
STARTS = [f"2026-01-01T10:00:{number:02}Z" for number in range(60)]


@pytest.mark.parametrize(
    ("written", "shown_value", "kind"),
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
def test_nested_values_are_compared(written: list[Any], shown_value: Any, kind: str | None) -> None:
    shop, shown = Shop(), [{**SHOWN, "id": number, "more": more} for number, more in enumerate(written)]
    entities = [shop.call("POST /things", None, 1.0, 1.1, 201, body, more=body["more"])[0] for body in shown]
    for number, entity in enumerate(entities):
        more = shown_value if number == 1 else written[number]
        shop.read_back(entity, 20.0, 200, {**shown[number], "more": more})
    assert [loss.title for loss in shop.settled().losses] == ([kind] if kind else [])


def a_list_of(items: Any) -> Any:
    """The paths of entities that contain a list."""
    listed = {"type": "array", "items": items}
    shown = an_object(**NAMED["properties"], parts=listed)
    return on("/lists", post=does(shown, shown, "201")) | on(
        "/lists/{id}", "id", get=does(shown), delete=does(status="204")
    )


@pytest.mark.parametrize(
    ("kept", "kinds"),
    [
        (lambda parts: parts, []),
        # Changing the case of every text is a habit.
        (lambda parts: [{"label": part["label"].lower()} for part in parts], []),
        (lambda parts: parts[:-1], ["altered parts"] * 2),
    ],
)
def test_objects_in_lists_are_compared(kept: Any, kinds: list[str]) -> None:
    shop = Shop(5.0, (), False, a_list_of(an_object(label=TEXT)))
    for number in range(60):
        parts = [
            {"label": f"the first of {number}"},
            {"label": f"the {'S' if number % 30 == 0 else 's'}econd"},
        ]
        sent = {"id": number, "name": f"list {number}", "parts": parts}
        (entity,) = shop.call("POST /lists", None, 1.0, 1.1, 201, sent)
        entity.pool.resolved_by.add("GET /lists/{id}")
        shown = {**sent, "parts": kept(parts) if number % 30 == 0 else parts}
        step = shop.step("GET /lists/{id}", entity)
        (record,) = (record for record in shop.reconciliation.records if record.entity is entity)
        shop.reconciliation.read_back(record, step, 200, shown, (20.0, 20.1))
    assert [loss.title for loss in shop.settled().losses] == kinds
