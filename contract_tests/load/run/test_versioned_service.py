"""Loads of a service with ETags and idempotency keys: each fault is found, and nothing else is."""

import copy
from typing import Any

import pytest

from contract_tests.support import versioned_service as service
from contract_tests.support.local_load import findings, loaded
from contract_tests.support.versioned_service import DOCUMENT, versioned_service
from load.run.session import Session

CREATION, ONE = "POST /things", "/things/{id}"
LOST_UPDATE = "not as acknowledged: lost update (RFC 9110, section 13)"
UNSEEN = "changes without If-Match overwrote what their writer had not seen: with it, they would not"
REFUSED = "changes were refused as somebody else had been faster (412)"
ONCE = "creations were sent again under their Idempotency-Key, and no list shows any of them twice"
NO_ANSWER = "network: the connection was closed without an answer"
AGAIN = "to send creations without an answer again under their Idempotency-Key"


def run(fault: str = "", document: Any = DOCUMENT, calls: int = 70, profile: str = "write-heavy") -> Session:
    with versioned_service(fault) as url:
        return loaded(document, url, users=6, calls=calls, profile=profile)


def test_a_service_without_a_fault_is_not_blamed() -> None:
    session = run()
    assert findings(session) == {}
    notes, statuses = session.results.account.notes, session.results.total.statuses
    assert session.results.account.lost == 0
    # Somebody was faster, a read knew the version, and without If-Match, changes were overwritten unseen.
    assert notes[REFUSED] == statuses[412] > 0
    assert notes[UNSEEN] > 0
    assert statuses[304] > 0


@pytest.mark.parametrize("fault", [service.IGNORES_IF_MATCH, service.RACES])
def test_lost_updates_are_proven(fault: str) -> None:
    session = run(fault, calls=120)
    found = findings(session)
    assert set().union(*found.values()) == {LOST_UPDATE}
    details = [
        finding.detail for operation in session.results.operations.values() for finding in operation.findings
    ]
    assert all("If-Match" in detail and detail.count("was sent at") == 2 for detail in details)


def test_a_current_etag_that_is_refused_is_told() -> None:
    found = set().union(*findings(run(service.REFUSES_CURRENT)).values())
    assert found == {"broken contract: 412 although the ETag is current (RFC 9110, section 13)"}


def test_a_304_for_a_former_etag_is_told() -> None:
    found = findings(run(service.STALE_304, calls=250, profile="mixed"))
    (told,) = found.pop(f"GET {ONE}")
    assert told.startswith("not as acknowledged: 304 for an ETag that is no longer current")
    assert found == {}


def test_304_and_412_are_allowed_where_they_are_not_documented() -> None:
    document = copy.deepcopy(DOCUMENT)
    for method in document["paths"][ONE].values():
        if isinstance(method, dict):
            method["responses"] = {key: its for key, its in method["responses"].items() if key[0] in "24"}
            method["responses"].pop("412", None)
    session = run(document=document)
    assert findings(session) == {}
    assert session.results.total.statuses[412] > 0


def test_without_the_fields_in_the_document_nothing_is_conditional() -> None:
    document = copy.deepcopy(DOCUMENT)
    for methods in document["paths"].values():
        for method in methods.values():
            if isinstance(method, dict):
                method["parameters"] = [its for its in method["parameters"] if its["in"] != "header"]
    session = run(document=document)
    assert findings(session) == {}
    assert not session.results.total.statuses.keys() & {304, 412}
    assert session.results.account.notes == {}
    assert [*session.results.side_calls] == ["to read back what was written"]


@pytest.mark.parametrize(("fault", "told"), [(service.DROPS_ANSWERS, NO_ANSWER), (service.BUSY, "503")])
def test_creations_without_an_answer_are_sent_again_until_there_is_one(fault: str, told: str) -> None:
    session = run(fault)
    (found,) = findings(session)[CREATION]
    assert told in found
    unanswered = session.results.operations[CREATION].statuses
    assert session.results.side_calls[AGAIN] >= unanswered[0] + unanswered[503] > 0
    assert session.results.account.notes[ONCE] > 0
    # All calls are in the figures, and everything that was created is followed.
    assert session.sent == session.results.total.requests
    assert session.results.account.followed == unanswered[201] + unanswered[0] + unanswered[503]


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (service.IGNORES_KEYS, "created again"),
        (service.FORGETS_KEYS, "created twice"),
        (service.ANSWERS_OTHERWISE, "another answer /name"),
    ],
)
def test_a_key_that_does_not_hold_is_told(fault: str, place: str) -> None:
    found = findings(run(fault))
    assert found.pop(CREATION) - {NO_ANSWER} == {f"not as acknowledged: {place} (Idempotency-Key)"}
    assert found == {}
