"""Operations that may act on what others have made are not called."""

from typing import Any

import pytest

from contract_tests.load.journeys.test_foreign_entities import LONG, labels_of
from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on, resource
from contract_tests.support.simulation import Simulation
from openapi.operation_reader import read_operations


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("/cancellations", an_object(booking_id=ID)),
        ("/transfers", an_object(from_booking_id=ID, to_booking_id=ID)),
        ("/bookings/{booking_id}/refunds", an_object(reason=TEXT)),
    ],
)
def test_entities_that_can_only_be_listed_are_not_acted_on(path: str, new: Any) -> None:
    bookings = on("/bookings", get=does(a_list(an_object(id=ID)))) | on(
        "/bookings/{booking_id}", "booking_id", kind=ID, get=does(an_object(id=ID))
    )
    names = ["booking_id"] if "{" in path else []
    acting = on(path, *names, kind=ID, post=does(an_object(id=ID), new, "201"))
    reviews = on("/reviews", post=does(an_object(id=ID), an_object(booking_id=ID), "201"))
    uncovered = Simulation(read_operations(contract(bookings | acting | reviews))).compiled.uncovered
    assert [*uncovered] == [f"POST {path}"]
    assert "acts on data" in uncovered[f"POST {path}"]
    # The run may act on entities that it creates itself.
    bookings["/bookings"]["post"] = does(an_object(id=ID), an_object(note=TEXT), "201")
    assert not Simulation(read_operations(contract(bookings | acting))).compiled.uncovered


@pytest.mark.parametrize(
    "name", ["is_default", "default", "make_primary", "delete_all", "force", "all", "overwrite"]
)
def test_flags_that_affect_foreign_entities_are_never_set(name: str) -> None:
    new = an_object(street=LONG, **{name: {"type": "boolean"}})
    _, payloads = labels_of(resource("addresses", new))
    assert {payload[name] for payload in payloads if payload} == {False}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/failover", True),
        ("/retention/apply", True),
        ("/batch", True),
        ("/alert/resolve", True),
        ("/disk/format", True),
        ("/Default.ApplyDiscount", True),
        ("/predict", False),
        ("/orders", False),
    ],
)
def test_an_action_without_a_resource_may_affect_everything(path: str, named: bool) -> None:
    acting = on(path, post=does(an_object(done=TEXT), an_object(percent=ID), "200"))
    uncovered = Simulation(
        read_operations(contract(resource("things", an_object(name=LONG)) | acting))
    ).compiled.uncovered
    assert (f"POST {path}" in uncovered) is named


@pytest.mark.parametrize(
    ("path", "summary", "is_called"),
    [
        ("/jobs", "", True),
        ("/settings", "", False),
        ("/transfers", "", False),
        ("/restarts", "", False),
        ("/failover", "", False),
        ("/near-misses/request", "Find near misses", True),
        ("/words/text", "Find and replace words", False),
        ("/words/text", "Replace words", False),
    ],
)
def test_nothing_required_and_nothing_created(path: str, summary: str, is_called: bool) -> None:
    new = {"type": "object", "properties": {"n": {"type": "integer"}}}
    acting = on(path, post={**does(an_object(done=TEXT), new, "200"), "summary": summary})
    operations = read_operations(contract(resource("things", an_object(name=LONG)) | acting))
    assert (f"POST {path}" not in Simulation(operations).compiled.uncovered) is is_called
