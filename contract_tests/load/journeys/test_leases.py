"""Nobody ever calls for a thing that is gone: neither while it is deleted nor afterwards."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from contract_tests.support.simulation import Simulation
from load.errors import LoadError
from load.journeys.entities import EntityPool, Origin, release
from load.journeys.step import Step
from load.options.options import Options
from load.options.profile import Kind, kind_of, load_profile, profile_names
from openapi.contract import load_contract, students_document
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations


def simulation_of(profile: str = "mixed", seed: int = 1) -> Simulation:
    found = read_operations(load_contract(students_document()))
    return Simulation(found, Options(load_profile(profile)), seed)


class Model:
    """A service in memory, whose calls take time: they are answered in any order."""

    def __init__(self) -> None:
        self.students: dict[int, str] = {}
        self.deleted: set[int] = set()

    def answer(self, step: Step) -> tuple[int, Any]:
        call = step.call
        key: int = call.path.get("student_id", 0)
        if key:
            assert key in self.students, f"{call.operation.label} for {key}, which is not there"
        match kind_of(call.operation):
            case Kind.CREATE:
                assert call.payload["email"] not in self.students.values()
                key = len(self.students) + len(self.deleted) + 1
                self.students[key] = call.payload["email"]
                return 201, {"id": key}
            case Kind.REPLACE:
                assert call.payload["email"] not in self.students.values()
                self.students[key] = call.payload["email"]
            case Kind.DELETE:
                del self.students[key]
                self.deleted.add(key)
                return 204, None
            case Kind.LIST:
                first = [{"id": each} for each in list(self.students)[:1]]
                return 200, {"students": first, "next_cursor": "0" * 16}
        return 200, {"id": key}


def exchange(step: Step, status: int, body: Any) -> Exchange:
    call = step.call
    return Exchange("", call.target, call.path, call.query, {}, call.payload, status, {}, body)


@pytest.mark.parametrize("profile", ["mixed", "read-heavy", "write-heavy"])
def test_calls_in_flight_never_miss(profile: str) -> None:
    random = Random(profile)
    model, simulation = Model(), simulation_of(profile)
    in_flight: list[Step] = []
    kinds = set()
    for _ in range(6_000):
        if len(in_flight) < 20:
            in_flight.append(simulation.journeys.next_step())
        else:
            step = in_flight.pop(random.randrange(len(in_flight)))
            status, body = model.answer(step)
            simulation.journeys.complete(step, exchange(step, status, body))
            kinds.add(kind_of(step.call.operation))
    assert kinds == set(Kind)
    assert model.deleted


def test_what_existed_before_is_read_and_never_changed() -> None:
    simulation = simulation_of()
    for key in range(1, 50):
        simulation.known.add_foreign("/students/{}", (-key,))
    touched: dict[Kind, set[bool]] = {}
    created = 0
    for _ in range(3_000):
        step = simulation.journeys.next_step()
        kind = kind_of(step.call.operation)
        if step.entity:
            touched.setdefault(kind, set()).add(step.entity.is_own)
        created += kind is Kind.CREATE
        simulation.journeys.complete(
            step, exchange(step, 201, {"id": created}) if kind is Kind.CREATE else None
        )
    assert touched == {Kind.READ: {True, False}, Kind.REPLACE: {True}, Kind.DELETE: {True}}


def test_lists_lead_to_what_exists() -> None:
    simulation = simulation_of()
    ((step,),) = simulation.journeys.exploration_rounds()
    assert step.call.target == "/students"
    found = simulation.known.record_listing(step, exchange(step, 200, {"students": [{"id": 4}, {"id": 5}]}))
    assert ("/students/{}", (5,)) in found
    assert simulation.known.record_listing(step, exchange(step, 200, {"students": []})) == []


def test_cursors_are_followed_and_never_made_up() -> None:
    simulation = simulation_of()
    seen = set()
    for _ in range(2_000):
        step = simulation.journeys.next_step()
        if kind_of(step.call.operation) is Kind.LIST:
            seen.add(step.call.query.get("cursor"))
            simulation.journeys.complete(step, exchange(step, 200, {"students": [], "next_cursor": "f" * 16}))
        else:
            simulation.journeys.complete(step, None)
    assert seen == {None, "f" * 16}


@pytest.fixture
def pool() -> Iterator[EntityPool]:
    yield EntityPool("/things/{}")


def test_a_lease_to_delete_excludes_all_others(pool: EntityPool) -> None:
    random = Random(1)
    pool.add((1,), is_own=True)
    shared = pool.lease(random, own_only=True)
    assert shared is not None
    assert pool.lease_for_deletion(random) is None
    release([shared])
    assert pool.lease_for_deletion(random) is shared
    assert pool.lease(random, own_only=False) is None
    assert pool.lease_for_deletion(random) is None


def test_what_is_found_is_not_taken(pool: EntityPool) -> None:
    random = Random(1)
    pool.add((1,), is_own=False)
    assert pool.lease_for_deletion(random) is None
    assert pool.lease(random, own_only=True) is None
    found = pool.lease(random, own_only=False)
    assert found is not None
    pool.remove(found)
    assert pool.lease(random, own_only=False) is None
    pool.add((1,), is_own=True)
    pool.add((1,), is_own=True)
    assert pool.lease_for_deletion(random) is not None
    assert pool.lease_for_deletion(random) is None


def test_what_a_creation_answers_while_it_is_being_deleted_stays_gone(pool: EntityPool) -> None:
    random = Random(1)
    pool.add((1,), is_own=True)
    taken = pool.lease_for_deletion(random)
    assert taken is not None
    pool.add((1,), is_own=True, requested_at=1.0)
    assert len(pool.entities) == 0
    pool.record_deletion(taken, at=2.0)
    pool.add((1,), is_own=True, requested_at=1.5)
    assert len(pool.entities) == 0
    pool.add((1,), is_own=True, requested_at=2.5)
    assert len(pool.entities) == 1


def test_one_thing_in_two_ways_is_leased_and_goes_as_one(pool: EntityPool) -> None:
    random, by_name = Random(1), EntityPool("/things/{name}")
    thing = pool.add((1,), is_own=True)
    by_name.add_alias(("one",), thing, is_own=True)
    shared = pool.lease(random, own_only=True)
    assert shared is thing
    assert by_name.lease_for_deletion(random) is None
    release([shared])
    assert by_name.lease_for_deletion(random) is not None
    assert (len(pool.entities), len(by_name.entities)) == (0, 0)


def test_what_is_listed_within_a_thing_goes_with_it(pool: EntityPool) -> None:
    random, parts = Random(1), EntityPool("/things/{}/parts/{}")
    thing = pool.add((1,), is_own=True)
    parts.add((1, 1), True, Origin((thing,), keeps_parents=False))
    assert pool.lease_for_deletion(random) is thing
    assert parts.lease(random, own_only=False) is None
    other = pool.add((2,), is_own=True)
    parts.add((2, 1), True, Origin((other,)))
    assert pool.lease_for_deletion(random) is None


def test_profiles(tmp_path: Any) -> None:
    assert profile_names() == ["mixed", "read-heavy", "steps", "write-heavy"]
    assert [each.users for each in load_profile("steps").stages] == [5, 10, 20, 40]
    own = tmp_path / "mine.yaml"
    own.write_text("weights: {read: 1}\nwait: 0.5")
    assert load_profile(str(own)).wait == 0.5
    for text in ("weights: {sleep: 1}", "wait: 1", "[", "- a"):
        own.write_text(text)
        with pytest.raises(LoadError, match=r"mine.yaml: not a profile"):
            load_profile(str(own))
    with pytest.raises(LoadError, match="there are mixed, read-heavy"):
        load_profile("nothing")


def test_who_is_told_late_that_a_thing_has_gone_forgets_no_other() -> None:
    home = EntityPool("/things/{}")
    first = home.add((1,), is_own=True)
    home.remove(first)
    again, other = home.add((1,), is_own=True), home.add((2,), is_own=True)
    home.remove(first)
    assert [each.is_known for each in (again, other)] == [True, True]
    home.remove(again)
    assert [each.is_known for each in (again, other)] == [False, True]
