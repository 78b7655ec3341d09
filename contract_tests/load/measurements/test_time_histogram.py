"""Percentiles, compared with those of the HDR histogram."""

from random import Random

import pytest
from hdrh.histogram import HdrHistogram

from load.measurements.time_histogram import HIGHEST_US, TimeHistogram


@pytest.mark.parametrize("count", [1, 7, 3_000])
def test_percentiles_match_those_of_the_hdr_histogram(count: int) -> None:
    random, times = Random(count), TimeHistogram()
    histogram = HdrHistogram(1, HIGHEST_US, 3)
    for _ in range(count):
        taken = random.lognormvariate(-4, 2)
        times.record(taken)
        histogram.record_value(int(taken * 1_000_000))
    for percentile in (1, 50, 95, 99, 99.9, 100):
        assert times.percentile_ms(percentile) == histogram.get_value_at_percentile(percentile) / 1000
    assert times.max_ms == histogram.get_max_value() / 1000
    assert times.mean_ms == pytest.approx(histogram.get_mean_value() / 1000, rel=0.001)
    assert TimeHistogram.decoded(times.encoded()) == times
    assert TimeHistogram.unpacked(times.packed()) == times
