"""What reads show is compared with what was acknowledged."""

from dataclasses import replace
from math import inf
from typing import Any

import pytest

from contract_tests.support.shop import READ, SHOWN, Shop
from load.journeys.entities import Entity, EntityPool
from load.ledger.answer import Answer
from load.measurements.ledger_account import Account
from load.measurements.losses import Absence


def test_an_absent_entity_is_first_late_and_then_lost() -> None:
    shop = Shop()
    entity = shop.create(1)
    assert shop.absence(entity, 2.0) is Absence.LATE
    assert shop.absence(entity, 20.0) is Absence.LOST


def test_lateness_counts_only_if_a_later_read_was_certainly_right() -> None:
    shop = Shop()
    entity = shop.create(1)
    assert shop.absence(entity, 2.0) is Absence.LATE
    assert shop.read_back(entity, 20.0, 200, SHOWN) == Account(read=1)
    assert shop.settled().late == 1
    shop = Shop()
    entity = shop.create(1)
    assert shop.absence(entity, 2.0) is Absence.LATE
    # A deletion without an answer may have happened or not: every later read is right.
    shop.call("DELETE /things/{id}", entity, 3.0, inf, 0)
    assert shop.read_back(entity, 20.0, 404, None) == Account(read=1)
    assert shop.settled().late == 0


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ({"expires_at": "1970-01-01T00:16:43Z"}, 9.5),
        ({"expiresAt": 1_003_000_000_000}, inf),
        ({"expires_in": 3}, 9.5),
        ({"ttl": "soon"}, 9.5),
    ],
)
def test_an_expired_entity_is_no_loss(words: dict[str, Any], then: float) -> None:
    shop = Shop()
    entity = shop.create(1, **words)
    assert shop.absence(entity, 9.5) is (Absence.EXPLAINED if then < inf else Absence.LOST)


def test_410_explains_an_absence() -> None:
    shop = Shop()
    assert shop.absence(shop.create(1), 20.0, 410) is Absence.EXPLAINED


def test_an_address_that_never_worked_is_untraced() -> None:
    shop = Shop()
    entity = shop.create(1)
    entity.pool.resolved_by.clear()
    assert shop.absence(entity, 20.0) is Absence.UNKNOWN
    account = shop.read_back(entity, 20.0, 404)
    assert account is not None
    (untraced,) = account.untraced
    assert untraced.startswith("what POST /things made was never found by GET /things/{id}: it is lost, or")
    assert not account.losses


def test_an_address_that_worked_only_elsewhere_is_untraced() -> None:
    shop = Shop()
    entity = shop.create(1)
    entity.pool.resolved_by.clear()
    shop.call("PUT /things/{id}", entity, 2.0, 2.1, 200, SHOWN)
    assert shop.absence(entity, 20.0) is Absence.UNKNOWN
    account = shop.read_back(entity, 20.0, 404)
    assert account is not None
    (untraced,) = account.untraced
    assert untraced.startswith(
        "what PUT /things/{id} made was never found by GET /things/{id}: it is lost, or"
    )


def test_entities_in_a_state_that_was_never_shown_may_be_hidden() -> None:
    shop = Shop()
    entities = [shop.create(number, state=("open", "done")[number % 2]) for number in range(30)]
    read = shop.step("GET /things/{id}", entities[0])
    shop.reconciliation.read(read, {**SHOWN, "id": 0, "name": "thing 0"}, 3.0, 3.1)
    assert shop.absence(entities[1], 20.0) is Absence.UNKNOWN
    assert shop.absence(entities[2], 20.0) is Absence.LOST
    read = shop.step("GET /things/{id}", entities[3])
    shop.reconciliation.read(read, {**SHOWN, "id": 3, "name": "thing 3", "state": "done"}, 21.0, 21.1)
    assert shop.absence(entities[1], 30.0) is Absence.LOST
    # The entities count as untraced, so the run does not pass.
    assert shop.settled().untraced == {
        "nothing that POST /things left with state 'done' was ever found: it is lost or hidden": 1
    }


def test_another_entity_at_the_address_is_a_loss() -> None:
    shop = Shop()
    for number, entity in enumerate([shop.create(number) for number in range(30)]):
        shown = {**SHOWN, "id": number, "name": "thing 5" if number == 4 else f"thing {number}"}
        shop.read_back(entity, 20.0, 200, shown)
    (loss,) = shop.settled().losses
    assert (loss.target, loss.expected, loss.found) == ("/things/4", "name 'thing 4'", "'thing 5'")


@pytest.mark.parametrize(("status", "is_noted"), [(404, True), (200, False)])
def test_absences_after_an_action_are_noted(status: int, is_noted: bool) -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.call("POST /things/{id}/close", entity, 2.0, 2.1, 200)
    shop.read_back(entity, 20.0, status, SHOWN if status == 200 else None)
    (note,) = shop.settled().notes if is_noted else ("",)
    assert note.startswith("entities were gone after POST /things/{id}/close") is is_noted


def test_an_entity_gone_after_one_read_may_have_been_consumed() -> None:
    """A secret may be readable only once. If another entity is read twice, that is no rule."""
    for times, kinds in ((1, []), (2, ["lost"])):
        shop = Shop()
        entity, other = shop.create(1), shop.create(2)
        shop.show(entity, 2.0)
        assert shop.absence(entity, 20.0) is Absence.UNKNOWN
        shop.show(other, 21.0, times)
        account = shop.settled()
        assert [loss.title for loss in account.losses] == kinds
        assert bool(account.untraced) is not bool(kinds)
    # An entity that was never read is lost.
    shop = Shop()
    assert shop.absence(shop.create(1), 20.0) is Absence.LOST


@pytest.mark.parametrize("nothing", [None, [], {"data": None}, {"code": 404, "msg": "none", "data": None}])
def test_an_empty_answer_means_absence(nothing: Any) -> None:
    shop = Shop()
    entity, other, deleted = shop.create(1), shop.create(2), shop.create(3)
    # An operation that has never shown anything may show nothing of any entity.
    assert shop.read_back(entity, 20.0, 200, nothing) == Account(read=1)
    shop.show(other, 20.0, 2)
    account = shop.read_back(entity, 21.0, 200, nothing)
    assert account is not None
    assert [loss.title for loss in account.losses] == ["lost"]
    deleted.pool.remove(deleted)
    shop.call("DELETE /things/{id}", deleted, 2.0, 2.1, 204)
    assert shop.read_back(deleted, 22.0, 200, nothing) == Account(read=1)


def deleted_ones(gone: int, there: int, shown: Any) -> Account:
    """The account when `gone` deleted entities are absent, and `there` others are read as `shown`."""
    shop = Shop()
    for number in range(gone + there):
        small: dict[str, Any] = {"price": 3, "state": "new"}
        entity = shop.create(number)
        (record,) = (record for record in shop.reconciliation.records if record.entity is entity)
        record.writes[0].properties = small
        entity.pool.remove(entity)
        shop.call("DELETE /things/{id}", entity, 2.0, 2.1, 204)
        is_there = number >= gone
        body = {"id": number, **small, **shown} if is_there else None
        shop.read_back(entity, 20.0, 200 if is_there else 404, body)
    return shop.settled()


def test_a_deleted_entity_is_undeleted_where_others_are_gone() -> None:
    assert [loss.title for loss in deleted_ones(8, 2, {}).losses] == ["undeleted"] * 2
    # The service may show something for every identifier.
    assert deleted_ones(0, 5, {}).losses == []
    assert deleted_ones(8, 4, {}).losses == []
    assert deleted_ones(8, 2, {"price": 0}).losses == []


@pytest.mark.parametrize("shown", [{"active": False}, {"state": "cancelled"}, {"meta": {"deletedAt": "now"}}])
def test_a_deletion_mark_that_clients_may_set_proves_nothing(shown: Any) -> None:
    shop = Shop()
    for number in range(8):
        entity = shop.create(number, **{name: value for name, value in shown.items() if name == "state"})
        if number:
            shop.show(entity, 1.5)
        entity.pool.remove(entity)
        shop.call("DELETE /things/{id}", entity, 2.0, 2.1, 204)
        body = {**SHOWN, "id": number, "name": f"thing {number}", **shown}
        account = shop.read_back(entity, 20.0, 200, body)
        assert account is not None
        assert account.losses == []
        assert [*account.notes] == ["deleted entities can be read, marked as such"]


def test_entities_created_in_an_unusual_state_may_be_hidden() -> None:
    shop = Shop()
    for number in range(40):
        entity = shop.create(number, moderation="spam" if number % 10 == 9 else "approved")
        if number % 10 != 9:
            shop.show(entity, 2.0, 2)
        elif number > 20:
            assert shop.absence(entity, 20.0) is Absence.UNKNOWN
            assert any("moderation 'spam' was ever found" in line for line in shop.settled().untraced)
    assert shop.absence(shop.create(50, moderation="approved"), 20.0) is Absence.LOST


def test_free_text_is_no_state() -> None:
    shop = Shop()
    for number in range(40):
        step = shop.step("POST /things")
        name = f"thing {number}" if number % 10 == 0 else None
        step.call.payload.update(id=number, name=name)
        made = [Entity(EntityPool("/things/{}"), (number,), is_own=True)]
        shop.ledger.creations.add(
            made, step, [], Answer(201, {**SHOWN, "id": number, "name": name}, 1.0, 1.1)
        )
    (record, *_) = shop.reconciliation.records
    assert dict(shop.properties.values.states(record.writes[0])) == {"state": "open"}


def test_writes_without_comparable_reads_are_reported() -> None:
    shop = Shop()
    entity = shop.create(1)
    step = shop.step("PUT /things/{id}", entity)
    step.call = replace(step.call, payload="a text")
    shop.ledger.record_answer(shop.ledger.record_call(step, 2.0), Answer(200, None, 2.0, 2.1))
    note = "what PUT /things/{id} wrote is not read back, so whether it was kept is unknown"
    assert shop.settled().notes == {note: 1}


def test_reads_without_written_properties_prove_nothing() -> None:
    shop = Shop()
    entities = [shop.create(number) for number in range(2)]
    assert shop.read_back(entities[0], 20.0, 200, {"size": 0}) == Account(read=1)
    note = f"{READ} showed none of the properties that were written, so whether they were kept is unknown"
    assert shop.reconciliation.report().notes == {note: 1}
    # If the same operation has shown some of them, somebody has to look at it.
    find_all = {**SHOWN, "id": 1, "name": "thing 1"}
    assert shop.read_back(entities[1], 20.0, 200, find_all) == Account(read=1)
    assert shop.reconciliation.report().untraced == {note: 1}


@pytest.mark.parametrize("is_set", [True, False])
def test_an_entity_without_values_may_be_read_as_an_empty_object(is_set: bool) -> None:
    shop = Shop()
    first, second = shop.create(1), shop.create(2)
    shop.read_back(first, 20.0, 200, {**SHOWN, "name": "thing 1"})
    (record,) = (record for record in shop.reconciliation.records if record.entity is second)
    if not is_set:
        record.writes[-1] = replace(record.writes[-1], properties={"name": None, "tags": []})
    account = shop.read_back(second, 20.0, 200, {})
    assert account is not None
    assert bool(account.losses) == is_set
