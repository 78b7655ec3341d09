"""Nothing that was acknowledged may be lost, and nobody is blamed for what may be so: address by address."""

from math import inf
from typing import Any

import pytest

from contract_tests.load.shop import NAMED, READ, SHOWN, Told
from contract_tests.load.test_plans import JSON, does, on
from load.journeys.entities import Entities, Entity
from load.measurements.losses import Absence, Account
from openapi.expressions import Exchange


def test_what_is_not_there_yet_is_late_and_then_lost() -> None:
    told = Told()
    thing = told.made(1)
    assert told.absence(thing, 2.0) is Absence.LATE
    assert told.absence(thing, 20.0) is Absence.LOST


def test_what_came_late_is_told_where_it_was_right_afterwards_for_sure() -> None:
    told = Told()
    thing = told.made(1)
    assert told.absence(thing, 2.0) is Absence.LATE
    assert told.read_back(thing, 20.0, 200, SHOWN) == Account(read=1)
    assert told.settled().late == 1
    told = Told()
    thing = told.made(1)
    assert told.absence(thing, 2.0) is Absence.LATE
    # A deletion whose answer never came: whatever is there afterwards is right.
    told.call("DELETE /things/{id}", thing, 3.0, inf, 0)
    assert told.read_back(thing, 20.0, 404, None) == Account(read=1)
    assert told.settled().late == 0


def test_an_identifier_that_is_used_again_is_a_thing_of_its_own() -> None:
    told = Told()
    thing = told.made(1)
    thing.home.forget(thing)
    told.call("DELETE /things/{id}", thing, 2.0, 2.1, 204)
    assert told.absence(thing, 20.0) is Absence.EXPLAINED
    again = told.made(1, at=3.0)
    assert told.read_back(again, 20.0, 200, SHOWN) == Account(read=1)
    assert told.absence(again, 20.0) is Absence.LOST


def test_an_identifier_that_is_given_twice_has_lost_its_first_thing() -> None:
    step = Told().step("POST /things")
    step.call.payload.update(id=None, name="quite another")
    body = {**SHOWN, "name": "quite another", "price": 3, "state": "begun"}
    made = [Entity(Entities("/things/{}"), (1,), owned=True)]
    # What has anything in common with the first may be the first, found by that.
    for shown, losses in (
        (body, ["lost"]),
        ({**body, "name": "the first of them"}, []),
        ({**body, "state": "open"}, []),
    ):
        told = Told()
        for number in range(2, 12):
            told.made(number)
        told.made(1, name="the first of them")
        told.ledger.made(made, step, shown, [], (3.0, 3.1))
        assert [each.kind for each in told.settled().losses] == losses


def test_a_service_that_gives_identifiers_again_as_a_rule_keeps_no_more_by_design() -> None:
    told = Told()
    made = [told.made(number) for number in range(1, 12)][:1]
    for number in range(30):
        step = told.step("POST /things")
        body = {**SHOWN, "name": f"another {number}", "price": 3.5 + number, "state": f"new {number}"}
        step.call.payload.update({**body, "id": None})
        told.ledger.made(made, step, body, [], (3.0 + number, 3.1 + number))
    account = told.settled()
    assert account.losses == []
    assert account.notes["POST /things gives identifiers again that it has given before"] > 10


def test_a_child_dies_with_its_parent() -> None:
    told = Told()
    thing = told.made(1)
    (part,) = told.call("POST /things/{id}/parts", thing, 2.0, 2.1, 201, {"id": 7})
    part.home.finders.add(READ)
    assert told.absence(part, 20.0) is Absence.LOST
    thing.home.forget(thing)
    assert told.absence(part, 20.0) is Absence.UNKNOWN


def test_what_an_action_does_to_a_thing_nobody_knows() -> None:
    told = Told()
    thing = told.made(1)
    told.call("POST /things/{id}/close", thing, 2.0, 2.1, 200)
    assert told.absence(thing, 20.0) is Absence.EXPLAINED


def test_what_is_made_within_a_thing_leaves_it_there() -> None:
    told = Told()
    thing = told.made(1)
    told.call("POST /things/{id}/parts", thing, 2.0, 2.1, 201, {"id": 7})
    assert told.absence(thing, 20.0) is Absence.LOST


@pytest.mark.parametrize("status", [202, 207, 301, 408, 409, 500, 0])
def test_what_is_not_acknowledged_may_have_happened(status: int) -> None:
    told = Told()
    thing = told.made(1)
    told.call("DELETE /things/{id}", thing, 2.0, 2.1, status)
    assert told.absence(thing, 20.0) is Absence.EXPLAINED
    assert told.read_back(thing, 20.0, 200, SHOWN) == Account(read=1)


@pytest.mark.parametrize("body", [{"success": False}, {"error": "no"}, {"status": "deleting"}])
def test_a_success_that_says_otherwise_acknowledges_nothing(body: Any) -> None:
    told = Told()
    thing = told.made(1)
    told.call("DELETE /things/{id}", thing, 2.0, 2.1, 200, body)
    assert told.read_back(thing, 20.0, 200, SHOWN) == Account(read=1)


def test_what_was_refused_has_not_happened() -> None:
    told = Told()
    thing = told.made(1)
    told.call("DELETE /things/{id}", thing, 2.0, 2.1, 403)
    assert told.absence(thing, 20.0) is Absence.LOST


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ({"expires_at": "1970-01-01T00:16:43Z"}, 9.5),
        ({"expiresAt": 1_003_000_000_000}, inf),
        ({"expires_in": 3}, 9.5),
        ({"ttl": "soon"}, 9.5),
    ],
)
def test_what_expires_by_its_own_words_is_no_loss(words: dict[str, Any], then: float) -> None:
    told = Told()
    thing = told.made(1, **words)
    assert told.absence(thing, 9.5) is (Absence.EXPLAINED if then < inf else Absence.LOST)


def test_410_says_that_it_is_meant() -> None:
    told = Told()
    assert told.absence(told.made(1), 20.0, 410) is Absence.EXPLAINED


def test_an_identifier_that_never_led_anywhere_proves_nothing_and_passes_nothing() -> None:
    told = Told()
    thing = told.made(1)
    thing.home.finders.clear()
    assert told.absence(thing, 20.0) is Absence.UNKNOWN
    account = told.read_back(thing, 20.0, 404)
    assert account is not None
    assert account.untraced == {"what POST /things made was never found by GET /things/{id}": 1}
    assert not account.losses


def test_an_identifier_that_works_elsewhere_proves_nothing() -> None:
    told = Told()
    thing = told.made(1)
    thing.home.finders.clear()
    told.call("PUT /things/{id}", thing, 2.0, 2.1, 200, SHOWN)
    assert told.absence(thing, 20.0) is Absence.UNKNOWN
    account = told.read_back(thing, 20.0, 404)
    assert account is not None
    assert account.untraced == {"what PUT /things/{id} made was never found by GET /things/{id}": 1}


def test_what_is_written_below_a_thing_is_told_as_not_read_back() -> None:
    told = Told(5.0, (), False, on("/things/{id}/settings", "id", get=does(NAMED), put=does(NAMED, NAMED)))
    thing = told.made(1)
    told.call("PUT /things/{id}/settings", thing, 2.0, 2.1, 400)
    assert told.settled().notes == {}
    told.call("PUT /things/{id}/settings", thing, 2.0, 2.1, 200, SHOWN)
    note = "what PUT /things/{id}/settings wrote is not read back, so whether it was kept is unknown"
    assert told.settled().notes == {note: 1}


def test_things_with_the_same_number_in_different_places_are_different() -> None:
    told = Told()
    one, other = told.made(1), told.made(2)
    parts = [told.call("POST /things/{id}/parts", each, 2.0, 2.1, 201, {"id": 7})[0] for each in (one, other)]
    told.call("DELETE /things/{id}/parts/{part_id}", parts[0], 3.0, 3.1, 204)
    read = "GET /things/{id}/parts/{part_id}"
    parts[1].home.finders.add(read)
    assert told.reconciliation.absence(parts[1], read, 404, 20.0, 20.1)[0] is Absence.LOST


def test_what_stood_in_an_update_of_another_address_is_followed() -> None:
    told = Told()
    thing = told.made(1)
    step = told.step("PUT /things/{id}", thing)
    changes = told.ledger.sending(step, 2.0)
    body = {"id": 2, "name": "renamed", "price": 7.5, "state": "done"}
    told.ledger.answered(changes, 200, body, 2.1)
    call = step.call
    moved = told.walk.known.moved(step, Exchange("", "", call.path, {}, {}, call.payload, 200, {}, body))
    assert moved is not None
    told.ledger.moved(thing, changes, moved)
    assert told.absence(thing, 20.0) is Absence.EXPLAINED
    assert told.absence(moved, 20.0) is Absence.LOST
    assert moved.is_known
    assert not thing.is_known


def test_a_key_that_other_processes_may_have_written_to_is_not_claimed() -> None:
    told = Told()
    told.ledger.alone = False
    step = told.step("POST /things")
    step.call.payload["id"] = 5
    told.ledger._is_own = lambda _: False
    made = [Entity(Entities("/things/{}", documented=True), (5,), owned=True)]
    told.ledger.made(made, step, {"id": 5}, [], (1.0, 1.1))
    assert told.reconciliation.records == []
    assert JSON


def test_a_creation_that_names_what_was_there_before_is_told() -> None:
    told = Told()
    told.walk.known.know("/things/{}", (7,))
    for number in (7, 8):
        told.call("POST /things", None, 1.0, 1.1, 201, {**SHOWN, "id": number}, id=number + 10)
    before = "POST /things was answered 201 with the identifier of something that was there before"
    counts = [count for note, count in told.settled().notes.items() if note.startswith(before)]
    assert counts == [1]


def test_what_was_there_already_is_no_creation() -> None:
    other = {"id": 1, "name": "quite another", "price": 3, "state": "begun"}
    for status, losses in ((200, []), (201, ["lost"])):
        told = Told()
        things = [told.made(number) for number in range(1, 12)]
        step = told.step("POST /things")
        step.call.payload.update(other, id=None)
        told.ledger.made(things[:1], step, other, [], (2.0, 2.1), status=status)
        assert [each.kind for each in told.settled().losses] == losses
    told = Told()
    thing = told.made(1)
    told.ledger.made([thing], step, other, [], (2.0, 2.1), status=200)
    # Perhaps it was changed, perhaps it was only found.
    assert told.read_back(thing, 20.0, 200, SHOWN) == Account(read=1)
    assert told.read_back(thing, 20.0, 200, other) == Account(read=1)
    assert told.absence(thing, 30.0) is Absence.LOST


def test_things_in_a_state_in_which_none_was_ever_found_may_be_hidden() -> None:
    told = Told()
    things = [told.made(number, state=("open", "done")[number % 2]) for number in range(30)]
    read = told.step("GET /things/{id}", things[0])
    told.reconciliation.read(read, {**SHOWN, "id": 0, "name": "thing 0"}, 3.0, 3.1)
    assert told.absence(things[1], 20.0) is Absence.UNKNOWN
    assert told.absence(things[2], 20.0) is Absence.LOST
    read = told.step("GET /things/{id}", things[3])
    told.reconciliation.read(read, {**SHOWN, "id": 3, "name": "thing 3", "state": "done"}, 21.0, 21.1)
    assert told.absence(things[1], 30.0) is Absence.LOST
    # Until somebody has looked, nothing passes.
    assert told.settled().untraced == {"nothing that POST /things left with state 'done' was ever found": 1}


def test_another_thing_at_an_address_is_a_loss() -> None:
    told = Told()
    for number, thing in enumerate([told.made(number) for number in range(30)]):
        shown = {**SHOWN, "id": number, "name": "thing 5" if number == 4 else f"thing {number}"}
        told.read_back(thing, 20.0, 200, shown)
    (loss,) = told.settled().losses
    assert (loss.target, loss.expected, loss.found) == ("/things/4", "name 'thing 4'", "'thing 5'")


def test_what_is_referred_to_may_be_used_up() -> None:
    told = Told()
    thing, other = told.made(1), told.made(2)
    step = told.step("PUT /things/{id}", thing)
    step.leases = (thing, other)
    told.ledger.answered(told.ledger.sending(step, 2.0), 200, None, 2.1)
    assert told.absence(other, 20.0) is Absence.EXPLAINED
    assert told.absence(thing, 20.0) is Absence.LOST
    # Once it has been seen again, it is claimed again.
    told.reconciliation.read(
        told.step("GET /things/{id}", other), {**SHOWN, "id": 2, "name": "thing 2"}, 21.0, 21.1
    )
    assert told.absence(other, 30.0) is Absence.LOST


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
def test_what_a_call_names_may_be_what_is_not_there(
    status: int, payload: dict[str, Any], doubtful: bool
) -> None:
    told = Told()
    told.ledger._is_own = lambda _: False
    step = told.step("POST /things")
    step.call.payload.clear()
    step.call.payload.update(payload)
    assert told.ledger.is_doubtful(step, status) is doubtful


@pytest.mark.parametrize("shown", [{"id": 9, "supersedes": 1}, {"change": 9, "status": "pending"}])
def test_what_a_change_was_answered_with_may_be_another_thing(shown: Any) -> None:
    told = Told()
    thing = told.made(1)
    step = told.step("PUT /things/{id}", thing)
    step.call.payload.update(id=1, name="renamed for good")
    changes = told.ledger.sending(step, 2.0)
    body = {**shown, **({} if "status" in shown else {"name": "renamed for good"})}
    told.ledger.answered(changes, 200, body, 2.1)
    call = step.call
    exchange = Exchange("", call.target, call.path, call.query, {}, call.payload, 200, {}, body)
    moved = told.walk.known.moved(step, exchange)
    if moved is not None:
        told.ledger.moved(thing, changes, moved)
    assert [each.entity.values for each in told.reconciliation.records] == [(1,)]
    assert told.read_back(thing, 20.0, 200, SHOWN) in (Account(read=1), None)
    assert told.settled().losses == []


def test_a_thing_that_a_call_did_something_with_may_be_another_by_now() -> None:
    told = Told()
    thing, other = told.made(1), told.made(2)
    told.ledger.sending(told.step("POST /things/{id}/close", thing), 3.0)
    assert told.ledger.may_be_another(thing)
    assert not told.ledger.may_be_another(other)


def test_what_the_service_made_a_thing_part_of_takes_it_along() -> None:
    told = Told()
    thing, home = told.made(1), Entities("/lists/{}")
    other = home.add((5,), owned=True)
    thing.chosen = ((home, (5,)),)
    assert told.absence(thing, 20.0) is Absence.LOST
    home.forget(other)
    assert told.absence(thing, 20.0) is Absence.UNKNOWN


@pytest.mark.parametrize(("status", "is_noted"), [(404, True), (200, False)])
def test_what_was_gone_after_a_call_that_may_have_done_it_is_told(status: int, is_noted: bool) -> None:
    told = Told()
    thing = told.made(1)
    told.call("POST /things/{id}/close", thing, 2.0, 2.1, 200)
    told.read_back(thing, 20.0, status, SHOWN if status == 200 else None)
    (note,) = told.settled().notes if is_noted else ("",)
    assert note.startswith("things were gone after POST /things/{id}/close") is is_noted
