"""How long calls took, exact to three significant digits and merged without loss.

Buckets are those of an HdrHistogram, whose format the results file has. Figures come from the buckets that
hold something: a histogram looks through all of its twenty thousand for each figure.
"""

from array import array
from collections.abc import Iterable
from math import ceil

import msgspec
from hdrh.histogram import HdrHistogram

_LOWEST_US = 1
HIGHEST_US = 3_600_000_000
_SIGNIFICANT_DIGITS = 3
# A histogram of three significant digits keeps this many bits of a time.
_BITS = 11
_US_PER_MS = 1_000
_US_PER_S = 1_000_000
# A share of a count, such as 95% of 20, must not be raised by a rounding error of its arithmetic.
_ROUNDING = 1e-9


class TimeHistogram(msgspec.Struct):
    """A high dynamic range histogram. `counts` is how often each time came, by the lowest time of its bucket
    (µs); empty buckets are not kept.
    """

    counts: dict[int, int] = {}

    def record(self, seconds: float) -> None:
        """Count one time (s)."""
        time_us = int(seconds * _US_PER_S) or _LOWEST_US
        if time_us >= 1 << _BITS:
            surplus = min(time_us, HIGHEST_US).bit_length() - _BITS
            time_us = min(time_us, HIGHEST_US) >> surplus << surplus
        self.counts[time_us] = self.counts.get(time_us, 0) + 1

    def add(self, other: "TimeHistogram") -> None:
        """Add all times of another histogram."""
        counts = self.counts
        for time_us, count in other.counts.items():
            counts[time_us] = counts.get(time_us, 0) + count

    @property
    def count(self) -> int:
        """The number of times that were counted."""
        return sum(self.counts.values())

    def percentile_ms(self, percentile: float) -> float:
        """The time (ms) that this share (%) did not exceed; 0 without times."""
        rank = ceil(self.count * percentile / 100 - _ROUNDING)
        reached = 0
        for time_us in sorted(self.counts):
            reached += self.counts[time_us]
            if reached >= rank:
                return _highest(time_us) / _US_PER_MS
        return 0.0

    @property
    def max_ms(self) -> float:
        """The longest time (ms); 0 without times."""
        return _highest(max(self.counts)) / _US_PER_MS if self.counts else 0.0

    @property
    def mean_ms(self) -> float:
        """The mean (ms); 0 without times."""
        if not self.counts:
            return 0.0
        total = sum((time_us + _highest(time_us)) / 2 * count for time_us, count in self.counts.items())
        return total / self.count / _US_PER_MS

    def share_above(self, seconds: float) -> float:
        """The share of times that are longer than a time (s), 0 to 1."""
        over = sum(count for time_us, count in self.counts.items() if time_us > seconds * _US_PER_S)
        return over / self.count if self.counts else 0.0

    def encoded(self) -> str:
        """HdrHistogram's text: compressed, version 2, base64."""
        histogram = HdrHistogram(_LOWEST_US, HIGHEST_US, _SIGNIFICANT_DIGITS)
        for time_us, count in self.counts.items():
            histogram.record_value(time_us, count)
        return str(histogram.encode().decode("ascii"))

    @classmethod
    def decoded(cls, text: str) -> "TimeHistogram":
        """The times of a text that `encoded` wrote."""
        times = cls()
        histogram = HdrHistogram.decode(text)
        remaining = histogram.get_total_count()
        for index, count in enumerate(histogram.counts):
            if not remaining:
                break
            if count:
                times.counts[histogram.get_value_from_index(index)] = count
                remaining -= count
        return times

    def packed(self) -> bytes:
        """A compact form for memory and messages: all times as 32-bit integers, then all counts."""
        return array("I", (*self.counts, *self.counts.values())).tobytes()

    @classmethod
    def unpacked(cls, packed: bytes) -> "TimeHistogram":
        """The times of bytes that `packed` wrote."""
        numbers = array("I", packed)
        half = len(numbers) // 2
        return cls(dict(zip(numbers[:half], numbers[half:], strict=True)))


def _highest(time_us: int) -> int:
    """The longest time (µs) that is counted in the bucket of a time."""
    return time_us | ((1 << max(time_us.bit_length() - _BITS, 0)) - 1)


def merged(histograms: Iterable[TimeHistogram]) -> TimeHistogram:
    """All times of several histograms."""
    total = TimeHistogram()
    for times in histograms:
        total.add(times)
    return total
