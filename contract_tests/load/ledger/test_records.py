"""Which states of an entity a read may show, given the writes to its address."""

from math import inf

import pytest

from load.journeys.entities import Entity, EntityPool
from load.ledger.deviations import deviations
from load.ledger.history import State, Write
from load.ledger.records import Record

THING = Entity(EntityPool("/things/{}"), (1,), is_own=True)
FIRST = Write("POST /things", 1.0, {"name": "a", "colour": "red"}, replaces_all=True, acknowledged=2.0)


@pytest.mark.parametrize(
    ("others", "since", "until", "shown", "wrong"),
    [
        ([], 3, 4, {"name": "a"}, []),
        ([], 3, 4, {"name": "b"}, ["altered"]),
        # The old state may be read until the replacement is acknowledged, not after.
        ([Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=6.0)], 5.5, 7, {"name": "a"}, []),
        (
            [Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=6.0)],
            6.5,
            7,
            {"name": "a"},
            ["stale"],
        ),
        # Properties that a replacement omits may have any value; those that a change omits are kept.
        (
            [Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=6.0)],
            7,
            8,
            {"colour": "blue"},
            [],
        ),
        (
            [Write("PATCH", 5.0, {"name": "b"}, replaces_all=False, acknowledged=6.0)],
            7,
            8,
            {"colour": "blue"},
            ["altered"],
        ),
        # A write without an answer may show or not, for ever.
        ([Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=inf)], 70, 80, {"name": "a"}, []),
        ([Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=inf)], 70, 80, {"name": "b"}, []),
        # Of two concurrent writes, either may be the last.
        (
            [
                Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=7.0),
                Write("PUT", 6.0, {"name": "c"}, replaces_all=True, acknowledged=8.0),
            ],
            9,
            10,
            {"name": "b"},
            [],
        ),
        # Null may mean that the value is kept, or that it is removed.
        (
            [Write("PATCH", 5.0, {"name": None}, replaces_all=False, acknowledged=6.0)],
            7,
            8,
            {"name": "a"},
            [],
        ),
        (
            [Write("PATCH", 5.0, {"name": None}, replaces_all=False, acknowledged=6.0)],
            7,
            8,
            {"name": None},
            [],
        ),
        # Once it is overwritten, it is as stale as any other value.
        (
            [
                Write("PUT", 5.0, {"name": None}, replaces_all=True, acknowledged=6.0),
                Write("PUT", 7.0, {"name": "b"}, replaces_all=True, acknowledged=8.0),
            ],
            9,
            10,
            {"name": None},
            ["stale"],
        ),
        # The state before the first acknowledged write is unknown.
        ([], 1.5, 3, {"name": "b"}, []),
    ],
)
def test_a_read_may_show_every_possible_state(
    others: list[Write], since: float, until: float, shown: dict[str, str | None], wrong: list[str]
) -> None:
    record = Record(THING, [FIRST, *others])
    differences = deviations(record, shown, since, until)
    assert ["stale" if deviation.is_stale else "altered" for deviation in differences] == wrong


def test_a_state_is_stale_once_the_next_is_acknowledged() -> None:
    record = Record(THING, [FIRST, Write("PUT", 5.0, {"name": "b"}, replaces_all=True, acknowledged=6.0)])
    (stale,) = deviations(record, {"name": "a"}, 6.5, 7)
    assert stale.age == 0.5
    assert record.age_of(State.GONE, 6.5, 7) == 4.5


def test_a_property_that_was_only_written_as_null_has_no_value_to_miss() -> None:
    first = Write("POST /things", 1.0, {"name": None}, replaces_all=True, acknowledged=2.0)
    deletion = Write("DELETE", 3.0, {}, replaces_all=True, acknowledged=4.0, leaves=State.GONE)
    assert [*deviations(Record(THING, [first, deletion]), {"name": "b"}, 5, 6)] == []


def test_the_history_says_whether_an_entity_may_exist() -> None:
    record = Record(THING, [FIRST])
    assert (record.age_of(State.THERE, 3, 4), record.age_of(State.GONE, 3, 4)) == (0, 1)
    deletion = Write("DELETE", 5.0, {}, replaces_all=True, leaves=State.GONE)
    record.add(deletion)
    assert (record.age_of(State.THERE, 6, 7), record.age_of(State.GONE, 6, 7)) == (0, 0)
    deletion.acknowledged = 8.0
    assert (record.age_of(State.THERE, 9, 10), record.age_of(State.GONE, 9, 10)) == (1, 0)
    # The address is used again: an earlier deletion no longer counts.
    record.add(Write("POST /things", 9.0, {"name": "c"}, replaces_all=True, acknowledged=9.5))
    assert (record.age_of(State.THERE, 11, 12), record.age_of(State.GONE, 11, 12)) == (0, 1.5)


def test_an_entity_in_renaming_may_be_at_neither_address() -> None:
    article = Entity(EntityPool("/articles/{}"), ("a-first-title-7f3a",), is_own=True)
    record = Record(article, [Write("POST /articles", 1.0, {"title": "A first title"}, True, 2.0)])
    change = Write("PUT /articles/{slug}", 5.0, {"title": "Another"}, replaces_all=True)
    record.add(change)
    assert record.age_of(State.GONE, 20, 21) == 0
    # The answer shows that the address is unchanged.
    change.acknowledged = 22.0
    assert record.age_of(State.GONE, 30, 31) > 0
    # A change of other properties than the one in the address does not move the entity.
    record.writes[-1:] = [Write("PUT /articles/{slug}", 5.0, {"body": "Another"}, replaces_all=True)]
    assert record.age_of(State.GONE, 30, 31) > 0


def test_delay_is_measured_to_the_first_right_read() -> None:
    first, second, third = (
        Write("PUT", 10.0 * turn, {"name": f"name {turn}"}, replaces_all=True, acknowledged=10.0 * turn + 1)
        for turn in range(3)
    )
    record = Record(THING, [first, second])
    record.delays.add(0.5, second)
    assert not record.delays.is_overtaken(record.writes)
    record.delays.settle(is_seen=not record.delays.is_overtaken(record.writes))
    assert (record.delays.late, record.delays.late_s, record.delays.overtaken) == (1, 0.5, 0)
    # A value that was overwritten before it was read may have been lost.
    record = Record(THING, [first, second])
    record.delays.add(0.5, second)
    record.add(third)
    assert record.delays.is_overtaken(record.writes)
    record.delays.settle(is_seen=not record.delays.is_overtaken(record.writes))
    assert (record.delays.late, record.delays.overtaken) == (0, 1)
    # It has been read if it shows in place of the next value.
    for shown, late, overtaken in (("name 1", 1, 0), ("name 0", 0, 1)):
        record = Record(THING, [first, second, third])
        record.delays.add(0.5, second)
        record.delays.add(0.2, third, {"name": shown})
        assert (record.delays.late, record.delays.overtaken) == (late, overtaken)
