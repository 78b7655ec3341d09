"""Whether arrivals were sent late, and whether the generator is to blame."""

import msgspec

from load.measurements.load_generator import Generator
from load.measurements.time_histogram import TimeHistogram
from load.run.watch import Watch


def lateness(*sent: tuple[float, float]) -> TimeHistogram:
    times = TimeHistogram()
    for due, at in sent:
        times.record(at - due)
    return times


def test_a_burst_of_answers_is_not_blamed_on_the_generator() -> None:
    watch = Watch(0, lambda since, until: 300 * (until - since))
    watch._since = (0.0, 0.0)
    for number in range(900):
        watch.worked(5.0 + number / 9_000)
    watch.arrived(5.0, 5.1)
    # It was late while it did no more than its usual work.
    for number in range(60):
        watch.worked(7.0 + number / 600)
    watch.arrived(7.0, 7.1)
    watch.arrived(8.0, 8.001)
    watch.end()
    generator = watch.taken()
    assert generator.held_up == 1
    assert generator.lateness == lateness((7.0, 7.1), (8.0, 8.001))
    assert msgspec.convert(msgspec.to_builtins(generator), Generator) == generator


def test_arrivals_held_up_by_a_burst_are_not_late() -> None:
    watch = Watch(0, lambda since, until: 300 * (until - since))
    watch._since = (0.0, 0.0)
    for number in range(900):
        watch.worked(5.0 + number / 1_500)
    watch.arrived(5.0, 5.1)
    # There was less work in this interval alone, but the rest of the burst came first.
    watch.arrived(5.08, 5.14)
    for number in range(60):
        watch.worked(5.61 + number / 600)
    watch.arrived(5.62, 5.72)
    watch.end()
    generator = watch.taken()
    assert generator.held_up == 2
    assert generator.lateness == lateness((5.62, 5.72))


def test_later_work_has_not_held_up_an_arrival() -> None:
    watch = Watch(0, lambda since, until: 300 * (until - since))
    watch._since = (0.0, 0.0)
    # Its answer took 2 s, during which there was the usual work.
    for number in range(1_200):
        watch.worked(7.0 + number / 600)
    watch.arrived(7.0, 7.1)
    watch.end()
    generator = watch.taken()
    assert generator.held_up == 0
    assert generator.lateness == lateness((7.0, 7.1))


def test_a_stalled_generator_is_a_limit() -> None:
    assert [*Generator(10, 1, halted_s=0.9).limits()] == []
    (limit,) = Generator(10, 1, halted_s=2.0).limits()
    assert limit.startswith("it stood still for 2.0 s")
