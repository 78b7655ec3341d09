"""Preconditions are judged only by what no other order of the calls explains."""

from math import inf
from typing import Any

import pytest

from contract_tests.support.shop import Shop
from load.journeys.entities import Entity
from load.journeys.entity_tags import EntityTag, Precondition, strong_tag
from load.ledger.answer import Answer
from load.measurements.findings import Finding

PUT, READ = "PUT /things/{id}", "GET /things/{id}"
FIRST = EntityTag('"1"', 1.0, 1.1)
UNSEEN = "changes without If-Match overwrote what their writer had not seen: with it, they would not"


class Versioned(Shop):
    """A shop with one thing, which was created with the ETag "1"."""

    def __init__(self) -> None:
        super().__init__()
        self.entity: Entity = self.create(1)
        creation = Answer(201, None, 1.0, 1.1)
        self.ledger.conditional.record_creation(self.entity, FIRST.text, creation)

    def change(
        self,
        sent: float,
        at: float,
        tag: str,
        condition: str = '"1"',
        status: int = 200,
        is_sent: bool = True,
        is_repeated: bool = False,
        **written: Any,
    ) -> list[Finding]:
        """A change with a precondition, which was answered with an ETag, if it was answered at all."""
        step = self.step(PUT, self.entity)
        shown = EntityTag(condition, FIRST.since, FIRST.until)
        step.condition = Precondition("If-Match", shown, is_sent) if condition else None
        step.call.payload.update(written)
        changes = self.ledger.record_call(step, sent)
        if at == inf:
            return []
        answer = Answer(status, None, sent, at, is_repeated=is_repeated)
        self.ledger.record_answer(changes, answer)
        if tag:
            self.ledger.conditional.record_tag(self.entity, tag, answer, changes)
        return self.ledger.conditional.judge(step, answer, changes)

    def is_wrongly_refused(self, sent: float, at: float) -> bool:
        step = self.step(PUT, self.entity)
        step.condition = Precondition("If-Match", FIRST)
        return self.ledger.conditional.is_wrongly_refused(step, Answer(412, None, sent, at))

    def not_modified(self, tag: str, sent: float) -> list[Finding]:
        step = self.step(READ, self.entity)
        step.condition = Precondition("If-None-Match", EntityTag(tag, 1.0, 1.1))
        return self.ledger.conditional.judge(step, Answer(304, None, sent, sent + 0.1), [])


def test_one_change_with_an_etag_is_right() -> None:
    assert Versioned().change(2.0, 2.1, '"2"') == []


@pytest.mark.parametrize(("sent", "told"), [(2.05, "accepted twice"), (3.0, "was not current any more")])
def test_two_changes_with_the_same_etag_are_a_lost_update(sent: float, told: str) -> None:
    shop = Versioned()
    assert shop.change(2.0, 2.1, '"2"') == []
    (finding,) = shop.change(sent, sent + 0.1, '"3"')
    assert (finding.place, finding.rule) == ("lost update", "RFC 9110, section 13")
    assert told in finding.detail
    assert "2.000 s and acknowledged at 2.100 s" in finding.detail


def test_a_change_that_leaves_the_etag_overwrites_nothing() -> None:
    shop = Versioned()
    assert shop.change(2.0, 2.1, '"1"') == []
    assert shop.change(2.05, 2.2, '"2"') == []


@pytest.mark.parametrize("sent", [2.05, 3.0])
def test_a_change_that_had_been_made_already_may_be_acknowledged(sent: float) -> None:
    shop = Versioned()
    assert shop.change(2.0, 2.1, '"2"') == []
    assert shop.change(sent, sent + 0.1, '"2"') == []


@pytest.mark.parametrize("restoring", ['"1"', ""])
def test_an_etag_that_may_have_come_back_proves_nothing(restoring: str) -> None:
    shop = Versioned()
    shop.change(2.0, 2.1, '"2"')
    shop.change(2.2, 2.3, restoring, condition="")
    assert shop.change(3.0, 3.1, '"3"') == []


def test_what_nobody_answered_may_have_happened_at_any_time() -> None:
    shop = Versioned()
    shop.change(1.5, inf, "", condition="")
    shop.change(2.0, 2.1, '"2"')
    assert shop.change(3.0, 3.1, '"3"') == []


@pytest.mark.parametrize("repeated", [{"is_repeated": True}, {"status": 202}, {"status": 412}])
def test_what_is_not_certainly_accepted_is_no_lost_update(repeated: Any) -> None:
    shop = Versioned()
    shop.change(2.0, 2.1, '"2"')
    assert shop.change(3.0, 3.1, "", **repeated) == []


def test_a_read_shows_that_a_change_without_an_etag_has_left_another() -> None:
    shop = Versioned()
    shop.change(2.0, 2.1, "")
    shop.entity.add_tag(EntityTag('"2"', 2.2, 2.3))
    (finding,) = shop.change(3.0, 3.1, "", name="quite another")
    assert "a read was sent at 2.200 s" in finding.detail


def test_changes_without_if_match_are_counted_and_not_blamed() -> None:
    shop = Versioned()
    shop.change(2.0, 2.1, '"2"')
    assert shop.change(3.0, 3.1, '"3"', is_sent=False) == []
    assert shop.settled().notes[UNSEEN] == 1


def test_a_412_is_right_when_somebody_may_have_been_faster() -> None:
    shop = Versioned()
    assert shop.is_wrongly_refused(2.0, 2.1)
    shop.change(2.05, inf, "", condition="")
    assert not shop.is_wrongly_refused(2.0, 2.1)
    shop = Versioned()
    shop.change(1.5, 1.6, '"2"')
    assert not shop.is_wrongly_refused(2.0, 2.1)


def test_a_304_is_stale_once_a_change_has_been_acknowledged_for_long() -> None:
    shop = Versioned()
    assert shop.not_modified('"1"', 2.0) == []
    shop.change(3.0, 3.1, '"2"')
    # Within the time that a replica may take, it is no fault.
    assert shop.not_modified('"1"', 4.0) == []
    (finding,) = shop.not_modified('"1"', 20.0)
    assert "16.900 s" in finding.detail
    assert shop.not_modified('"2"', 20.0) == []


@pytest.mark.parametrize(
    ("field", "strong"), [('"a"', '"a"'), ('W/"a"', ""), ("a", ""), ('""', '""'), ('"a", "b"', ""), ("", "")]
)
def test_only_strong_etags_are_used(field: str, strong: str) -> None:
    assert strong_tag(field) == strong
