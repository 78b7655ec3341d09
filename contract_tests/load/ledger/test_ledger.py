"""The ledger keeps what each call has acknowledged, address by address."""

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.support.path_items import JSON, does, on
from contract_tests.support.shop import NAMED, SHOWN, Shop
from load.journeys.entities import Entity, EntityPool
from load.journeys.shown_identifiers import renamed_entity
from load.ledger.answer import Answer
from load.measurements.ledger_account import Account
from load.measurements.losses import Absence
from openapi.expressions import Exchange


def test_a_reused_identifier_addresses_a_new_entity() -> None:
    shop = Shop()
    entity = shop.create(1)
    entity.pool.remove(entity)
    shop.call("DELETE /things/{id}", entity, 2.0, 2.1, 204)
    assert shop.absence(entity, 20.0) is Absence.EXPLAINED
    again = shop.create(1, at=3.0)
    for _ in range(2):
        assert shop.read_back(again, 20.0, 200, SHOWN) == Account(read=1)
    assert shop.absence(again, 20.0) is Absence.LOST


def test_giving_an_identifier_twice_loses_the_first_entity() -> None:
    step = Shop().step("POST /things")
    step.call.payload.update(id=None, name="quite another")
    body = {**SHOWN, "name": "quite another", "price": 3, "state": "begun"}
    made = [Entity(EntityPool("/things/{}"), (1,), is_own=True)]
    # An entity that has a value in common with the first may be the first.
    for shown, losses in (
        (body, ["lost"]),
        ({**body, "name": "the first of them"}, []),
        ({**body, "state": "open"}, []),
    ):
        shop = Shop()
        for number in range(2, 12):
            shop.create(number)
        shop.create(1, name="the first of them")
        shop.ledger.creations.add(made, step, [], Answer(201, shown, 3.0, 3.1))
        assert [loss.title for loss in shop.settled().losses] == losses


def test_reusing_identifiers_by_design_is_no_loss() -> None:
    shop = Shop()
    made = [shop.create(number) for number in range(1, 12)][:1]
    for number in range(30):
        step = shop.step("POST /things")
        body = {**SHOWN, "name": f"another {number}", "price": 3.5 + number, "state": f"new {number}"}
        step.call.payload.update({**body, "id": None})
        shop.ledger.creations.add(made, step, [], Answer(201, body, 3.0 + number, 3.1 + number))
    account = shop.settled()
    assert account.losses == []
    assert account.notes["POST /things gives identifiers that it has given before"] > 10


def test_after_an_action_an_absence_is_explained() -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.call("POST /things/{id}/close", entity, 2.0, 2.1, 200)
    assert shop.absence(entity, 20.0) is Absence.EXPLAINED


@pytest.mark.parametrize("status", [202, 207, 301, 408, 409, 500, 0])
def test_an_unacknowledged_deletion_may_have_happened(status: int) -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.call("DELETE /things/{id}", entity, 2.0, 2.1, status)
    assert shop.absence(entity, 20.0) is Absence.EXPLAINED
    assert shop.read_back(entity, 20.0, 200, SHOWN) == Account(read=1)


@pytest.mark.parametrize("body", [{"success": False}, {"error": "no"}, {"status": "deleting"}])
def test_a_success_whose_body_reports_failure_acknowledges_nothing(body: Any) -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.call("DELETE /things/{id}", entity, 2.0, 2.1, 200, body)
    assert shop.read_back(entity, 20.0, 200, SHOWN) == Account(read=1)


def test_a_refused_deletion_has_not_happened() -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.call("DELETE /things/{id}", entity, 2.0, 2.1, 403)
    assert shop.absence(entity, 20.0) is Absence.LOST


def test_writes_to_subresources_are_reported_as_not_read_back() -> None:
    shop = Shop(5.0, (), False, on("/things/{id}/settings", "id", get=does(NAMED), put=does(NAMED, NAMED)))
    entity = shop.create(1)
    shop.call("PUT /things/{id}/settings", entity, 2.0, 2.1, 400)
    assert shop.settled().notes == {}
    shop.call("PUT /things/{id}/settings", entity, 2.0, 2.1, 200, SHOWN)
    note = "what PUT /things/{id}/settings wrote is not read back, so whether it was kept is unknown"
    assert shop.settled().notes == {note: 1}


def test_an_entity_that_an_update_moved_is_followed() -> None:
    shop = Shop()
    entity = shop.create(1)
    step = shop.step("PUT /things/{id}", entity)
    body = {"id": 2, "name": "renamed", "price": 7.5, "state": "done"}
    step.call.payload.update(name=body["name"])
    changes = shop.ledger.record_call(step, 2.0)
    shop.ledger.record_answer(changes, Answer(200, body, 2.0, 2.1))
    call = step.call
    moved = renamed_entity(
        shop.simulation.compiled.index, step, Exchange("", "", call.path, {}, {}, call.payload, 200, {}, body)
    )
    assert moved is not None
    shop.ledger.record_move(entity, changes, moved)
    assert shop.absence(entity, 20.0) is Absence.EXPLAINED
    assert shop.absence(moved, 20.0) is Absence.LOST
    assert moved.is_known
    assert not entity.is_known


def test_a_key_that_other_processes_may_have_written_is_not_recorded() -> None:
    shop = Shop()
    shop.ledger.creations.set_alone(False)
    step = shop.step("POST /things")
    step.call.payload["id"] = 5
    shop.ledger.creations._is_own = lambda _: False
    made = [Entity(EntityPool("/things/{}", is_linked=True), (5,), is_own=True)]
    shop.ledger.creations.add(made, step, [], Answer(201, {"id": 5}, 1.0, 1.1))
    assert shop.reconciliation.records == []
    assert JSON


def test_a_creation_that_returns_an_existing_identifier_is_noted() -> None:
    shop = Shop()
    shop.simulation.knowledge.add_foreign("/things/{}", (7,))
    for number in (7, 8):
        shop.call("POST /things", None, 1.0, 1.1, 201, {**SHOWN, "id": number}, id=number + 10)
    before = "POST /things was answered 201 with an entity that had existed before"
    counts = [count for note, count in shop.settled().notes.items() if note.startswith(before)]
    assert counts == [1]
    # Where it does nothing else, nothing that needs what it creates can be tested.
    shop = Shop()
    for number in range(1, 6):
        shop.simulation.knowledge.add_foreign("/things/{}", (number,))
        shop.call("POST /things", None, 1.0, 1.1, 201, {**SHOWN, "id": number}, id=number + 10)
    (untraced,) = shop.settled().untraced.items()
    assert untraced[0].startswith(before)
    assert untraced[1] == 5


def test_200_for_a_creation_may_mean_an_existing_entity() -> None:
    other = {"id": 1, "name": "quite another", "price": 3, "state": "begun"}
    for status, losses in ((200, []), (201, ["lost"])):
        shop = Shop()
        entities = [shop.create(number) for number in range(1, 12)]
        step = shop.step("POST /things")
        step.call.payload.update(other, id=None)
        shop.ledger.creations.add(entities[:1], step, [], Answer(status, other, 2.0, 2.1))
        assert [loss.title for loss in shop.settled().losses] == losses
    shop = Shop()
    entity = shop.create(1)
    shop.ledger.creations.add([entity], step, [], Answer(200, other, 2.0, 2.1))
    # It may have been changed, or only found.
    assert shop.read_back(entity, 20.0, 200, SHOWN) == Account(read=1)
    assert shop.read_back(entity, 20.0, 200, other) == Account(read=1)
    assert shop.absence(entity, 30.0) is Absence.LOST


def test_a_referenced_entity_may_have_been_consumed() -> None:
    shop = Shop()
    entity, other = shop.create(1), shop.create(2)
    step = shop.step("PUT /things/{id}", entity)
    step.leases = (entity, other)
    shop.ledger.record_answer(shop.ledger.record_call(step, 2.0), Answer(200, None, 2.0, 2.1))
    assert shop.absence(other, 20.0) is Absence.EXPLAINED
    assert shop.absence(entity, 20.0) is Absence.LOST
    # Once it has been read again, its absence is a loss again.
    for _ in range(2):
        shown = {**SHOWN, "id": 2, "name": "thing 2"}
        shop.reconciliation.read(shop.step("GET /things/{id}", other), shown, 21.0, 21.1)
    assert shop.absence(other, 30.0) is Absence.LOST


@pytest.mark.parametrize(
    ("status", "payload", "doubtful"),
    [
        (404, {"part_id": 5}, True),
        (410, {"part_id": 5}, True),
        (404, {"enough": True}, False),
        (409, {"part_id": 5}, False),
        (409, {"name": "taken"}, True),
    ],
)
def test_a_404_may_concern_an_identifier_in_the_body(
    status: int, payload: dict[str, Any], doubtful: bool
) -> None:
    shop = Shop()
    shop.ledger._is_own = lambda _: False
    step = shop.step("POST /things")
    step.call.payload.clear()
    step.call.payload.update(payload)
    assert shop.ledger.is_refusal_doubtful(step, status) is doubtful


@pytest.mark.parametrize("shown", [{"id": 9, "supersedes": 1}, {"change": 9, "status": "pending"}])
def test_a_change_may_be_answered_with_another_entity(shown: Any) -> None:
    shop = Shop()
    entity = shop.create(1)
    step = shop.step("PUT /things/{id}", entity)
    step.call.payload.update(id=1, name="renamed for good")
    changes = shop.ledger.record_call(step, 2.0)
    body = {**shown, **({} if "status" in shown else {"name": "renamed for good"})}
    shop.ledger.record_answer(changes, Answer(200, body, 2.0, 2.1))
    call = step.call
    exchange = Exchange("", call.target, call.path, call.query, {}, call.payload, 200, {}, body)
    moved = renamed_entity(shop.simulation.compiled.index, step, exchange)
    if moved is not None:
        shop.ledger.record_move(entity, changes, moved)
    assert [record.entity.values for record in shop.reconciliation.records] == [(1,)]
    assert shop.read_back(entity, 20.0, 200, SHOWN) in (Account(read=1), None)
    assert shop.settled().losses == []


def test_an_entity_in_use_by_an_action_may_have_changed() -> None:
    shop = Shop()
    entity, other = shop.create(1), shop.create(2)
    shop.ledger.record_call(shop.step("POST /things/{id}/close", entity), 3.0)
    assert shop.ledger.may_be_another(entity)
    assert not shop.ledger.may_be_another(other)


def test_form_fields_are_compared_as_they_were_sent() -> None:
    shop = Shop()
    entity = shop.create(1)
    step = shop.step("PUT /things/{id}", entity)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    payload = {"name": "one line", "state": "two\nlines", "price": 2.5}
    step.call = replace(step.call, headers=headers, payload=payload)
    ((_, write),) = shop.ledger.record_call(step, 2.0)
    assert write.properties == {"name": "one line"}
