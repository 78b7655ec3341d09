"""A slow clock of a service is told apart from entities that were found instead of created."""

from load.journeys.creation_clocks import CreationClocks


def test_a_clock_that_is_slow_is_believed_after_a_while() -> None:
    clocks = CreationClocks()
    older = [clocks.is_older("POST /books", 600 + second % 2, float(second)) for second in range(12)]
    assert older == [True] * 5 + [False] * 7
    # What was found is older than the clock is slow, and each operation has its own clock.
    assert clocks.is_older("POST /books", 700, 13.0)
    assert clocks.is_older("POST /labels", 600, 13.0)


def test_entities_that_were_found_do_not_look_like_a_slow_clock() -> None:
    for created_at in ([-9_000.0] * 40, [-9_000.0 - number**2 for number in range(40)]):
        clocks = CreationClocks()
        assert all(clocks.is_older("POST /labels", at - created, at) for at, created in enumerate(created_at))
    assert not clocks.is_older("POST /labels", -1.0, 41.0)
