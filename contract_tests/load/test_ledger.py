"""Nothing that was acknowledged may be lost, and nobody is blamed for what may be so: address by address."""

import json
import signal
import time
from math import inf
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from contract_tests.load.test_plans import ID, JSON, TEXT, an_object, does, on
from contract_tests.load.walk import Walk
from contract_tests.openapi.documents import contract
from contract_tests.processes import START_TIMEOUT_S, Start, Things, free_port, run, served
from load.journeys.addresses import Addresses
from load.journeys.entities import Entities, Entity
from load.journeys.ledger import Ledger
from load.journeys.properties import Properties
from load.journeys.reconciliation import Reconciliation
from load.journeys.records import Record, State, Write
from load.journeys.representations import CASED, CUT, OTHERWISE, ROUNDED, change
from load.journeys.step import Step
from load.journeys.writes import in_use
from load.measurements.losses import DROPPED, Absence, Account
from openapi.expressions import Exchange
from openapi.operation_reader import operations

RESTARTS = 10
CALLS_BETWEEN_KILLS = 200
THING = Entity(Entities("/things/{}"), (1,), owned=True)


def wait_for_calls(url: str) -> None:
    """Until a service has answered some."""
    with httpx.Client() as client:
        deadline = time.monotonic() + START_TIMEOUT_S
        while client.get(f"{url}/count").json() < CALLS_BETWEEN_KILLS:
            assert time.monotonic() < deadline, "nobody calls"


@pytest.mark.parametrize(
    ("fault", "label", "place"),
    [
        ("creation dropped", "POST /things", "lost"),
        ("replacement dropped", "PUT /things/{thing_id}", "stale /name"),
        ("deletion dropped", "DELETE /things/{thing_id}", "undeleted"),
        ("stale read", "PUT /things/{thing_id}", "stale /name"),
        ("name changed", "", "altered /name"),
    ],
)
def test_what_a_service_forgets_is_reported(
    fault: str, label: str, place: str, things: Things, tmp_path: Path
) -> None:
    url = things("--fault", fault, "--delay-ms", "5")
    options = ("-t", "4s", "--warm-up", "0", "-o", str(tmp_path), "--consistency", "0s")
    done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    assert done.process.returncode == 1
    results = json.loads((tmp_path / "results.json").read_text())
    called = [label] if label else results["operations"]
    told = {each["told"] for name in called for each in results["operations"][name]["findings"]}
    lost = {
        each["told"].partition(":")[0] for each in results["operations"]["GET /things/{thing_id}"]["findings"]
    }
    assert f"not as acknowledged: {place}" in told or (place == "lost" and "lost" in lost)
    assert results["ledger"]["lost"] > 0
    first = results["ledger"]["losses"][0]
    assert first["target"].startswith("/things/")
    assert 0 <= first["sent"] <= first["acknowledged"] <= first["read"]


def test_a_service_that_keeps_all_is_not_blamed(things: Things, tmp_path: Path) -> None:
    url = things("--delay-ms", "2")
    options = ("-t", "2s", "--warm-up", "0", "-o", str(tmp_path), "--consistency", "0s")
    run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    ledger = json.loads((tmp_path / "results.json").read_text())["ledger"]
    assert ledger["followed"] == ledger["read"] > 50
    assert (ledger["lost"], ledger["notes"], ledger["late"]) == (0, {}, 0)


def test_a_service_that_is_late_is_told_by_how_much(things: Things, tmp_path: Path) -> None:
    url = things("--lag", "0.3")
    late = ("--objective", "late < 1s", "--objective", "late < 100ms")
    options = ("-t", "3s", "--rate", "60", "--warm-up", "0", "-o", str(tmp_path), *late)
    done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    results = json.loads((tmp_path / "results.json").read_text())
    ledger = results["ledger"]
    assert (ledger["lost"], ledger["unread"]) == (0, 0)
    assert ledger["late"] > 10
    assert 0.2 < ledger["late_s"] < 0.5
    assert "reads were stale by up to" in done.output
    assert [each["holds"] for each in results["objectives"]] == [True, False], done.output
    assert "all operations: late ≤ 100 ms does not hold, it was " in done.output
    assert done.process.returncode == 1, done.output


def test_what_a_cache_shows_is_as_old_as_it_says(things: Things, tmp_path: Path) -> None:
    url = things("--lag", "1.8", "--cache")
    options = ("-t", "5s", "--rate", "100", "--warm-up", "0", "-o", str(tmp_path), "--consistency", "1s")
    done = run("contract-load", "run", f"{url}/openapi.json", "--host", url, *options)
    ledger = json.loads((tmp_path / "results.json").read_text())["ledger"]
    assert (ledger["lost"], ledger["late"]) == (0, 0), done.output
    assert any("was answered by a cache (Age)" in each for each in ledger["notes"])
    assert done.process.returncode == 0, done.output


def test_the_ledger_stays_clean_while_a_service_is_killed(start: Start, tmp_path: Path) -> None:
    port = free_port()
    kept = ("--port", str(port), "--file", str(tmp_path / "things"), "--delay-ms", "5")
    told = ("-t", "5m", "--warm-up", "0", "-o", str(tmp_path), "--objective", "error rate < 100%")
    with served("things", *kept) as url:
        load = start("contract-load", "run", f"{url}/openapi.json", "--host", url, *told)
        wait_for_calls(url)
    for _ in range(RESTARTS - 1):
        with served("things", *kept) as url:
            wait_for_calls(url)
    with served("things", *kept):
        assert load.end(signal.SIGINT) == 130
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["ledger"]["followed"] == results["ledger"]["read"] > RESTARTS
    assert results["ledger"]["lost"] == 0
    assert any("0" in each["statuses"] for each in results["operations"].values())


FIRST = Write("POST /things", 1.0, {"name": "a", "colour": "red"}, whole=True, acknowledged=2.0)


@pytest.mark.parametrize(
    ("others", "since", "until", "found", "wrong"),
    [
        ([], 3, 4, {"name": "a"}, []),
        ([], 3, 4, {"name": "b"}, ["altered"]),
        # What was replaced may be read until the replacement is acknowledged, not after.
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)], 5.5, 7, {"name": "a"}, []),
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)], 6.5, 7, {"name": "a"}, ["stale"]),
        # What a replacement does not name may be anything; what a change does not name stays.
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)], 7, 8, {"colour": "blue"}, []),
        (
            [Write("PATCH", 5.0, {"name": "b"}, whole=False, acknowledged=6.0)],
            7,
            8,
            {"colour": "blue"},
            ["altered"],
        ),
        # A write whose answer never came may be there, or not, for ever.
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=inf)], 70, 80, {"name": "a"}, []),
        ([Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=inf)], 70, 80, {"name": "b"}, []),
        # Of two at the same time, either may be the last.
        (
            [
                Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=7.0),
                Write("PUT", 6.0, {"name": "c"}, whole=True, acknowledged=8.0),
            ],
            9,
            10,
            {"name": "b"},
            [],
        ),
        # Null may stand for "as it was", and for nothing.
        ([Write("PATCH", 5.0, {"name": None}, whole=False, acknowledged=6.0)], 7, 8, {"name": "a"}, []),
        ([Write("PATCH", 5.0, {"name": None}, whole=False, acknowledged=6.0)], 7, 8, {"name": None}, []),
        # Once it has been written over, it is as out of date as any other value.
        (
            [
                Write("PUT", 5.0, {"name": None}, whole=True, acknowledged=6.0),
                Write("PUT", 7.0, {"name": "b"}, whole=True, acknowledged=8.0),
            ],
            9,
            10,
            {"name": None},
            ["stale"],
        ),
        # What was there before its first write is acknowledged, nobody knows.
        ([], 1.5, 3, {"name": "b"}, []),
    ],
)
def test_what_a_read_may_show(
    others: list[Write], since: float, until: float, found: dict[str, str | None], wrong: list[str]
) -> None:
    record = Record(THING, [FIRST, *others])
    told = record.deviations(found, since, until)
    assert ["stale" if each.stale else "altered" for each in told] == wrong


def test_a_state_is_out_of_date_from_when_the_next_was_acknowledged() -> None:
    record = Record(THING, [FIRST, Write("PUT", 5.0, {"name": "b"}, whole=True, acknowledged=6.0)])
    (stale,) = record.deviations({"name": "a"}, 6.5, 7)
    assert stale.age == 0.5
    assert record.age_of(State.GONE, 6.5, 7) == 4.5


def test_whether_a_thing_may_be_there() -> None:
    record = Record(THING, [FIRST])
    assert (record.age_of(State.THERE, 3, 4), record.age_of(State.GONE, 3, 4)) == (0, 1)
    deletion = Write("DELETE", 5.0, {}, whole=True, leaves=State.GONE)
    record.add(deletion)
    assert (record.age_of(State.THERE, 6, 7), record.age_of(State.GONE, 6, 7)) == (0, 0)
    deletion.acknowledged = 8.0
    assert (record.age_of(State.THERE, 9, 10), record.age_of(State.GONE, 9, 10)) == (1, 0)
    # The same address once more: of a deletion that came before, nothing is left.
    record.add(Write("POST /things", 9.0, {"name": "c"}, whole=True, acknowledged=9.5))
    assert (record.age_of(State.THERE, 11, 12), record.age_of(State.GONE, 11, 12)) == (0, 1.5)


def test_a_thing_that_is_being_renamed_may_be_found_at_neither_address() -> None:
    article = Entity(Entities("/articles/{}"), ("a-first-title-7f3a",), owned=True)
    record = Record(article, [Write("POST /articles", 1.0, {"title": "A first title"}, True, 2.0)])
    change = Write("PUT /articles/{slug}", 5.0, {"title": "Another"}, whole=True)
    record.add(change)
    assert record.age_of(State.GONE, 20, 21) == 0
    # Its answer shows that it has kept its address.
    change.acknowledged = 22.0
    assert record.age_of(State.GONE, 30, 31) > 0
    # What does not touch the text that the address was made of leaves the thing where it is.
    record.writes[-1:] = [Write("PUT /articles/{slug}", 5.0, {"body": "Another"}, whole=True)]
    assert record.age_of(State.GONE, 30, 31) > 0


STATE = {"enum": ["open", "done"]}
NAMED = an_object(id=ID, name=TEXT, price={"type": "number"}, state=STATE)
FORMER = {"type": "integer", "deprecated": True}
DATED = {**NAMED, "properties": {**NAMED["properties"], "former": FORMER}}
SHOP = (
    on("/things", post=does(DATED, DATED, "201")),
    on("/things/{id}", "id", get=does(DATED), put=does(NAMED, NAMED), delete=does(status="204")),
    on("/things/{id}/parts", "id", post=does(an_object(id=ID), an_object(name=TEXT), "201")),
    on("/things/{id}/parts/{part_id}", "id", "part_id", get=does(an_object(id=ID)), delete=does()),
    on("/things/{id}/close", "id", post=does()),
)


READ = "GET /things/{id}"
SHOWN = {"id": 1, "name": "thing 1", "price": 2.5, "state": "open"}


class Told:
    """A ledger that is told of calls to a shop, at times (s) that are said."""

    def __init__(
        self,
        consistency: float = 5.0,
        optional: tuple[str, ...] = (),
        independent: bool = False,
        *more: Any,
    ) -> None:
        paths = {path: item for each in (*SHOP, *more) for path, item in each.items()}
        found = operations(contract(paths))
        self.walk = Walk(found)
        documented = self.walk.compiled.documented
        readable = {each: names.union(optional) for each, names in documented.items()}
        addresses = Addresses(self.walk.compiled.makers)
        properties = Properties(readable, addresses, consistency, independent, self.walk.compiled.published)
        self.ledger = Ledger(addresses, properties, consistency)
        self.reconciliation = Reconciliation(readable, addresses, properties, consistency)

    def step(self, label: str, entity: Entity | None = None) -> Step:
        builder = self.walk.compiled.builders[label]
        bound = {}
        for need in self.walk.compiled.plan.needs[label] if entity else ():
            bound = {slot: entity.values[index] for slot, index in need.slots if entity}
        return Step(builder.build(bound), entity, (entity,) if entity else ())

    def call(
        self,
        label: str,
        entity: Entity | None,
        sent: float,
        at: float,
        status: int,
        body: Any = None,
        **written: Any,
    ) -> list[Entity]:
        """A call that was sent and answered at these times, with what was shown, which is what was `written`
        but for these properties; gives what it made.
        """
        step = self.step(label, entity)
        if isinstance(step.call.payload, dict) and isinstance(body, dict):
            step.call.payload.update(
                {name: body.get(name, value) for name, value in step.call.payload.items()} | written
            )
        changes = self.ledger.sending(step, sent)
        body = in_use(step.call.operation, body)
        self.ledger.answered(changes, status, body, at)
        call = step.call
        told = Exchange("", call.target, call.path, call.query, {}, call.payload, status, {}, body)
        made = self.walk.journeys.done(step, told, 200 <= status < 300)
        self.ledger.made(made, step, body, changes, (sent, at), now=1_000.0)
        return made

    def made(self, number: int, at: float = 1.0, **more: Any) -> Entity:
        body = {**SHOWN, "id": number, "name": f"thing {number}", **more}
        (thing,) = self.call("POST /things", None, at, at + 0.1, 201, body)
        thing.home.finders.add(READ)
        return thing

    def absence(self, thing: Entity, at: float, status: int = 404) -> Absence:
        return self.reconciliation.absence(thing, READ, status, at, at + 0.1)[0]

    def settled(self) -> Account:
        account = self.reconciliation.settled()
        self.ledger.settle(account)
        return account

    def read_back(self, thing: Entity, at: float, status: int, body: Any = None) -> Account | None:
        step = self.step(READ, thing)
        (record,) = (each for each in self.reconciliation.records if each.entity is thing)
        return self.reconciliation.read_back(record, step, status, body, (at, at + 0.1))


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


def replaced(told: Told, thing: Entity, at: float = 2.0, **body: Any) -> None:
    answer = {"id": thing.values[0], "name": "renamed", "price": 7.5, "state": "done", **body}
    told.call("PUT /things/{id}", thing, at, at + 0.1, 200, answer)


def test_a_replacement_of_which_nothing_shows_is_lost() -> None:
    told = Told()
    thing = told.made(1)
    replaced(told, thing)
    assert told.read_back(thing, 3.0, 200, SHOWN) is None
    account = told.read_back(thing, 20.0, 200, SHOWN)
    assert account is not None
    assert [each.kind for each in account.losses] == ["stale name"]


def test_what_is_to_be_published_may_not_show_before() -> None:
    told = Told(5.0, (), False, on("/things/{id}/publish", "id", post=does()))
    for number in range(30):
        thing = told.made(number)
        replaced(told, thing, id=number)
        shown = {**SHOWN, "id": number, "name": f"thing {number}"}
        account = told.read_back(thing, 20.0, 200, shown)
        assert account == Account(read=1)
    account = told.settled()
    assert account.losses == []
    note = "what PUT /things/{id} changed did not show; it may do so only after POST /things/{id}/publish"
    assert account.notes[note] == 30


def test_what_is_written_below_a_thing_is_told_as_not_read_back() -> None:
    told = Told(5.0, (), False, on("/things/{id}/settings", "id", get=does(NAMED), put=does(NAMED, NAMED)))
    thing = told.made(1)
    told.call("PUT /things/{id}/settings", thing, 2.0, 2.1, 400)
    assert told.settled().notes == {}
    told.call("PUT /things/{id}/settings", thing, 2.0, 2.1, 200, SHOWN)
    note = "what PUT /things/{id}/settings wrote is not read back, so whether it was kept is unknown"
    assert told.settled().notes == {note: 1}


def test_an_identifier_in_a_body_changes_nothing() -> None:
    """The path says which thing it is, whatever is sent."""
    told = Told()
    for number in range(30):
        thing = told.made(number)
        answer = {"id": number, "name": "renamed", "price": 7.5, "state": "done"}
        told.call("PUT /things/{id}", thing, 2.0, 2.1, 200, answer, id=1_000_000 + number)
        assert told.read_back(thing, 20.0, 200, answer) == Account(read=1)
    assert told.settled() == Account()


def test_a_state_that_others_may_have_changed_back_is_no_loss() -> None:
    told = Told()
    thing = told.made(1)
    replaced(told, thing, name="thing 1", price=2.5)
    assert told.read_back(thing, 20.0, 200, SHOWN) == Account(read=1)
    replaced(told, thing, at=30.0)
    assert told.read_back(thing, 40.0, 200, {**SHOWN, "name": "renamed", "price": 7.5}) == Account(read=1)


def test_what_a_service_does_as_a_rule_is_a_note_and_what_it_loses_a_loss() -> None:
    for every, kinds in ((1, []), (30, ["altered name"])):
        told = Told()
        for number in range(60):
            thing = told.made(number)
            name = "somebody else" if number % every == 0 else f"thing {number}"
            told.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": name})
        account = told.settled()
        assert [each.kind for each in account.losses] == kinds * 2
        assert bool(account.notes) is not bool(kinds)


def test_null_may_leave_what_was_there() -> None:
    for written, kinds in ((None, []), ("renamed", ["ignored name"])):
        told = Told()
        for number in range(60):
            thing = told.made(number)
            kept = {"id": number, "name": f"thing {number}", "price": 7.5, "state": "done"}
            ignored = {"name": written} if number % 30 == 0 else {}
            told.call("PUT /things/{id}", thing, 2.0, 2.1, 200, kept, **ignored)
            if written is None:
                assert told.read_back(thing, 20.0, 200, kept) == Account(read=1)
        assert [each.kind for each in told.settled().losses] == kinds * 2


def test_what_lacks_a_property_may_be_from_before() -> None:
    told = Told(optional=("price",))
    thing = told.made(1)
    answer = {**SHOWN, "name": "renamed", "state": "done"}
    told.call("PUT /things/{id}", thing, 10.0, 10.1, 200, answer, price=2.5)
    lacking = {"id": 1, "name": "renamed", "state": "done"}
    assert told.read_back(thing, 12.0, 200, lacking) is None
    assert told.read_back(thing, 20.0, 200, lacking) == Account(read=1)


@pytest.mark.parametrize("changed", [lambda name: name[:5], str.upper, "{} ".format])
def test_a_text_that_was_shown_whole_and_is_changed_now_and_then_is_a_loss(changed: Any) -> None:
    told = Told()
    for number in range(60):
        thing = told.made(number)
        name = changed(f"thing {number}") if number % 30 == 0 else f"thing {number}"
        told.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": name})
    assert [each.kind for each in told.settled().losses] == ["altered name"] * 2


@pytest.mark.parametrize("independent", [True, False])
def test_a_number_that_no_call_can_have_changed_is_lost(independent: bool) -> None:
    """Where there are calls for other things, they may have changed it."""
    told = Told(independent=independent)
    for number in range(60):
        thing = told.made(number)
        price = 1.5 if number % 30 == 0 else SHOWN["price"]
        told.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "price": price})
    account = told.settled()
    assert [each.kind for each in account.losses] == ["altered price"] * 2 * independent
    assert bool(account.notes) is not independent


def test_things_that_no_call_for_others_changes() -> None:
    paths = {path: item for each in SHOP[:2] for path, item in each.items()}
    assert Walk(operations(contract(paths))).compiled.is_independent
    assert not Told().walk.compiled.is_independent


@pytest.mark.parametrize(
    ("written", "found", "how"),
    [
        (2, 1, OTHERWISE),
        (0.86, 0.9, ROUNDED),
        (0.86, 0.8, ROUNDED),
        (2.5, 2, ROUNDED),
        (2.5, 3.5, OTHERWISE),
        (1234, 1200, ROUNDED),
        (1234, 1234.5, OTHERWISE),
        (0.1, 0.10000000149011612, ROUNDED),
        (16_777_217, 16_777_216, ROUNDED),
        (1e400, 5, OTHERWISE),
        (100, 99, OTHERWISE),
    ],
)
def test_numbers_that_were_rounded(written: float, found: float, how: str) -> None:
    assert change(written, found) == how


@pytest.mark.parametrize(
    ("written", "found", "how"),
    [
        ("Zoë Müller", "Zo? M?ller", DROPPED),
        ("Zoë", "Zo", DROPPED),
        ("Zoë", "ZoÃ«", DROPPED),
        ("Zoë 日本", "Zoë ??", DROPPED),
        ("Zoë", "Zo\ufffd", DROPPED),
        ("Zoë", "Zoe", OTHERWISE),
        ("Zoë", "zoë", CASED),
        ("what?", "what", CUT),
    ],
)
def test_texts_whose_characters_are_not_kept(written: str, found: str, how: str) -> None:
    assert change(written, found) == how


def test_things_with_the_same_number_in_different_places_are_different() -> None:
    told = Told()
    one, other = told.made(1), told.made(2)
    parts = [told.call("POST /things/{id}/parts", each, 2.0, 2.1, 201, {"id": 7})[0] for each in (one, other)]
    told.call("DELETE /things/{id}/parts/{part_id}", parts[0], 3.0, 3.1, 204)
    read = "GET /things/{id}/parts/{part_id}"
    parts[1].home.finders.add(read)
    assert told.reconciliation.absence(parts[1], read, 404, 20.0, 20.1)[0] is Absence.LOST


def test_a_value_that_is_not_kept_is_told_once() -> None:
    told = Told()
    for number in range(30):
        thing = told.made(number)
        told.read_back(thing, 20.0, 200, {**SHOWN, "id": number, "name": f"thing {number}", "price": None})
    (loss,) = told.settled().losses
    assert (loss.kind, loss.label, loss.count) == ("dropped price", "POST /things", 30)


def test_a_property_that_is_not_to_be_used_any_more_proves_nothing() -> None:
    told = Told()
    for number in range(30):
        thing = told.made(number, former=5)
        shown = {**SHOWN, "id": number, "name": f"thing {number}", "former": None}
        assert told.read_back(thing, 20.0, 200, shown) == Account(read=1)
    assert told.settled() == Account()


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


def test_what_an_answer_wraps_is_read() -> None:
    told = Told()
    thing = told.made(1)
    replaced(told, thing)
    kept = {"id": 1, "name": "renamed", "price": 7.5, "state": "done"}
    assert told.read_back(thing, 20.0, 200, {"data": kept}) == Account(read=1)
    account = told.read_back(thing, 20.0, 200, {"data": SHOWN})
    assert account is not None
    assert [each.kind for each in account.losses] == ["stale name"]


def test_another_thing_at_an_address_is_a_loss() -> None:
    told = Told()
    for number, thing in enumerate([told.made(number) for number in range(30)]):
        shown = {**SHOWN, "id": number, "name": "thing 5" if number == 4 else f"thing {number}"}
        told.read_back(thing, 20.0, 200, shown)
    (loss,) = told.settled().losses
    assert (loss.target, loss.expected, loss.found) == ("/things/4", "name 'thing 4'", "'thing 5'")


def test_a_body_of_another_thing_under_the_right_identifier_is_a_loss() -> None:
    told = Told()
    one, other = told.made(1, price=1234.5, state="open"), told.made(2, price=9876.5, state="shut")
    assert one is not other
    read = told.step("GET /things/{id}", one)
    mixed = {**SHOWN, "id": 1, "name": "thing 2", "price": 9876.5, "state": "shut"}
    assert [each.kind for each in told.reconciliation.read(read, mixed, 10.0, 10.1)] == ["altered name"]
    # What nobody wrote may be the work of others.
    told = Told()
    one = told.made(1, price=1234.5, state="open")
    assert told.reconciliation.read(told.step("GET /things/{id}", one), mixed, 10.0, 10.1) == []


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
