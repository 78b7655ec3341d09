"""Leases of entities: no call uses an entity while another deletes it, nor afterwards."""

from collections.abc import Iterator
from random import Random

import pytest

from load.journeys.entities import EntityPool, Origin, release


@pytest.fixture
def pool() -> Iterator[EntityPool]:
    yield EntityPool("/things/{}")


def test_a_lease_for_deletion_is_exclusive(pool: EntityPool) -> None:
    random = Random(1)
    pool.add((1,), is_own=True)
    shared = pool.lease(random, own_only=True)
    assert shared is not None
    assert pool.lease_for_deletion(random) is None
    release([shared])
    assert pool.lease_for_deletion(random) is shared
    assert pool.lease(random, own_only=False) is None
    assert pool.lease_for_deletion(random) is None


def test_foreign_entities_are_not_leased_for_deletion(pool: EntityPool) -> None:
    random = Random(1)
    pool.add((1,), is_own=False)
    assert pool.lease_for_deletion(random) is None
    assert pool.lease(random, own_only=True) is None
    leased = pool.lease(random, own_only=False)
    assert leased is not None
    pool.remove(leased)
    assert pool.lease(random, own_only=False) is None
    pool.add((1,), is_own=True)
    pool.add((1,), is_own=True)
    assert pool.lease_for_deletion(random) is not None
    assert pool.lease_for_deletion(random) is None


def test_an_entity_in_deletion_stays_gone_when_an_earlier_answer_shows_it(pool: EntityPool) -> None:
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


def test_an_entity_with_two_identifiers_is_leased_and_deleted_as_one(pool: EntityPool) -> None:
    random, by_name = Random(1), EntityPool("/things/{name}")
    entity = pool.add((1,), is_own=True)
    by_name.add_alias(("one",), entity, is_own=True)
    shared = pool.lease(random, own_only=True)
    assert shared is entity
    assert by_name.lease_for_deletion(random) is None
    release([shared])
    assert by_name.lease_for_deletion(random) is not None
    assert (len(pool.entities), len(by_name.entities)) == (0, 0)


def test_children_go_with_their_parent(pool: EntityPool) -> None:
    random, parts = Random(1), EntityPool("/things/{}/parts/{}")
    entity = pool.add((1,), is_own=True)
    parts.add((1, 1), True, Origin((entity,), keeps_parents=False))
    assert pool.lease_for_deletion(random) is entity
    assert parts.lease(random, own_only=False) is None
    other = pool.add((2,), is_own=True)
    parts.add((2, 1), True, Origin((other,)))
    assert pool.lease_for_deletion(random) is None


def test_a_late_deletion_does_not_remove_a_newer_entity() -> None:
    home = EntityPool("/things/{}")
    first = home.add((1,), is_own=True)
    home.remove(first)
    again, other = home.add((1,), is_own=True), home.add((2,), is_own=True)
    home.remove(first)
    assert [entity.is_known for entity in (again, other)] == [True, True]
    home.remove(again)
    assert [entity.is_known for entity in (again, other)] == [False, True]


def test_what_a_change_refers_to_is_kept_until_the_entity_is_gone(pool: EntityPool) -> None:
    random, others = Random(1), EntityPool("/others/{}")
    entity, other = pool.add((1,), is_own=True), others.add((1,), is_own=True)
    entity.refer([entity, other])
    assert others.lease_for_deletion(random) is None
    assert pool.lease_for_deletion(random) is entity
    assert others.lease_for_deletion(random) is other
