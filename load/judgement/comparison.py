"""Two runs side by side: what changed, per operation, with confidence intervals.

Intervals are made by the bootstrap over blocks of seconds (Künsch 1989), as calls that are made close to each
other resemble each other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from load.errors import LoadError
from load.judgement.objectives import ALL
from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures
from load.measurements.time_histogram import TimeHistogram

CONFIDENCE = 0.95
_RESAMPLES = 4_000
_BLOCKS_AT_MOST = 30
_SECONDS_AT_LEAST = 5
_SEED = 1
# A percentile with fewer calls beyond it is left to chance.
_CALLS_BEYOND = 5
_PERCENTILES: tuple[tuple[str, Callable[[Figures], float], float], ...] = (
    ("median", lambda figures: figures.median_ms, 50),
    ("p95", lambda figures: figures.p95_ms, 95),
    ("p99", lambda figures: figures.p99_ms, 99),
)
_US_PER_MS = 1_000
WORSE, BETTER, SAME = "worse", "better", "no difference seen"

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """A measure of an operation before and after, and the change, as a share of before, with its confidence
    interval. Times are in ms, rates in answers/s, error rates are a share of calls, and so is their change.
    """

    operation: str
    measure: str
    before: float
    after: float
    change: float
    low: float
    high: float
    verdict: str

    def __str__(self) -> str:
        unit = "%" if self.measure == "error rate" else "/s" if self.measure == "rate" else " ms"
        scale = 100 if unit == "%" else 1
        figures = f"{self.before * scale:.4g}{unit} → {self.after * scale:.4g}{unit}"
        change = f"{self.change:+.1%} ({self.low:+.1%} to {self.high:+.1%})"
        return f"{self.operation}: {self.measure} {figures}, {change}: {self.verdict}"


@dataclass(frozen=True)
class Comparison:
    """All changes from one run to another, and the operations that only one of them called (`left_out`). A
    change counts when it is larger than the tolerance (a share), and its interval does not contain 0. All
    intervals together hold with the confidence (a share).
    """

    differences: tuple[Difference, ...]
    tolerance: float
    left_out: tuple[str, ...]
    confidence: float = CONFIDENCE

    @property
    def worse(self) -> list[Difference]:
        """What got worse."""
        return [difference for difference in self.differences if difference.verdict == WORSE]


def compare_runs(before: RunRecord, after: RunRecord, tolerance: float) -> Comparison:
    """The comparison of two runs. Raises LoadError when they are not comparable, saying why."""
    why = [*_incomparable(before, after)]
    if why:
        raise LoadError(f"the runs cannot be compared: {'; '.join(why)}")
    called = _called(before), _called(after)
    pairs: list[tuple[str, Figures, Figures]] = [
        (label, before.operations[label], after.operations[label])
        for label in called[0]
        if label in called[1]
    ]
    if not pairs:
        raise LoadError("the runs cannot be compared: they have no operation in common")
    left_out = tuple(_left_out(*called))
    if not left_out:
        pairs.append((ALL, before.total, after.total))
    # Of many intervals, some would miss the truth: each is wider, so that all hold together (Bonferroni).
    measures = len(_PERCENTILES) + 1
    confidence = 1 - (1 - CONFIDENCE) / (measures * len(pairs) + 1)
    is_open = before.workload.is_open
    return Comparison(
        tuple(
            difference
            for label, *figures in pairs
            for difference in _differences(
                label,
                [_Blocks(of, run) for of, run in zip(figures, (before, after), strict=True)],
                is_open,
                confidence,
                tolerance,
            )
        ),
        tolerance,
        left_out,
    )


def _left_out(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """The operations that only one of two runs called."""
    for when, labels, others in (("before", before, after), ("after", after, before)):
        for label in labels:
            if label not in others:
                yield f"{label} was called only {when}"


def _incomparable(before: RunRecord, after: RunRecord) -> Iterator[str]:
    for when, run in (("before", before), ("after", after)):
        if run.capacity:
            yield f"{when} is a search for the capacity, not a run"
        if run.invalid:
            yield f"{when} is invalid: {run.invalid[0]}"
        if run.measured_seconds < _SECONDS_AT_LEAST:
            yield f"{when} measured {run.measured_seconds:.1f} s, {_SECONDS_AT_LEAST} s are the least"
    if before.began == after.began:
        yield "they are the same run"
    for name, was, now in (
        ("the title of the document", before.title, after.title),
        ("the scenario", before.scenario, after.scenario),
        ("the number of users", before.users, after.users),
    ):
        if was != now:
            yield f"{name} was {was}, and is now {now}"
    kinds = [str(run.workload) for run in (before, after)]
    if kinds[0] != kinds[1]:
        yield f"the workload was {kinds[0]}, and is now {kinds[1]}"


def _called(run: RunRecord) -> list[str]:
    return [label for label, figures in run.operations.items() if figures.measured_requests]


class _Blocks:
    """The measured calls of an operation in blocks of seconds: how often each time (ms) came, by block, and
    how many calls and failures there were.
    """

    def __init__(self, figures: Figures, run: RunRecord) -> None:
        self.figures = figures
        warm_up = run.workload.warm_up
        # The last second may be cut off, and what came after the end is not part of rates.
        complete = max(int(run.seconds) - warm_up, 1)
        per_block = -(-complete // _BLOCKS_AT_MOST)
        count = -(-complete // per_block)
        times = [TimeHistogram() for _ in range(count)]
        self.calls = np.zeros(count)
        self.failures = np.zeros(count)
        lengths = [min(per_block, complete - block * per_block) for block in range(count)]
        self.lengths = np.array(lengths, float)
        for second in figures.seconds:
            at = second.at - warm_up
            if 0 <= at < complete:
                block = int(at) // per_block
                times[block].add(TimeHistogram.decoded(second.histogram))
                self.calls[block] += second.requests
                self.failures[block] += second.failures
        self.values, self.counts = _table(times)

    def weights(self, random: np.random.Generator) -> Counts:
        """How often each block is drawn in each resample."""
        count = len(self.calls)
        return random.multinomial(count, np.full(count, 1 / count), _RESAMPLES).astype(float)

    def percentile(self, weights: Counts, percentile: float) -> Counts:
        """The percentile (ms) of each resample."""
        reached = np.cumsum(weights @ self.counts, axis=1)
        rank = reached[:, -1:] * percentile / 100
        times: Counts = self.values[np.argmax(reached >= rank, axis=1)]
        return times

    def rate(self, weights: Counts) -> Counts:
        """The answers per s of each resample."""
        rates: Counts = (weights @ self.calls) / (weights @ self.lengths)
        return rates

    def error_rate(self, weights: Counts) -> Counts:
        """The share of calls that failed in each resample."""
        rates: Counts = (weights @ self.failures) / np.maximum(weights @ self.calls, 1)
        return rates


def _table(times: Sequence[TimeHistogram]) -> tuple[Counts, Counts]:
    """All times (ms) that came, and how often each did, by block."""
    values = sorted({time_us for block in times for time_us in block.counts})
    columns = {time_us: column for column, time_us in enumerate(values)}
    counts = np.zeros((len(times), len(values)))
    for row, block in enumerate(times):
        for time_us, count in block.counts.items():
            counts[row, columns[time_us]] = count
    return np.array(values, float) / _US_PER_MS, counts


def _differences(
    label: str, blocks: Sequence[_Blocks], is_open: bool, confidence: float, tolerance: float
) -> Iterator[Difference]:
    before, after = blocks
    if not before.counts.size or not after.counts.size:
        return
    random = np.random.default_rng(_SEED)
    weights = before.weights(random), after.weights(random)
    fewest = min(before.calls.sum(), after.calls.sum())
    for measure, figure, percentile in _PERCENTILES:
        if fewest * (100 - percentile) < 100 * _CALLS_BEYOND:
            continue
        resampled = before.percentile(weights[0], percentile), after.percentile(weights[1], percentile)
        figures = figure(before.figures), figure(after.figures)
        yield _difference(label, measure, figures, resampled, confidence, tolerance, more_is_worse=True)
    # How often users call one operation is chance; all operations together show how fast the service answers.
    if not is_open and label == ALL:
        resampled = before.rate(weights[0]), after.rate(weights[1])
        figures = before.figures.rate, after.figures.rate
        yield _difference(label, "rate", figures, resampled, confidence, tolerance, more_is_worse=False)
    yield _failing(label, before, after, weights, confidence)


def _difference(
    label: str,
    measure: str,
    figures: tuple[float, float],
    resampled: tuple[Counts, Counts],
    confidence: float,
    tolerance: float,
    more_is_worse: bool,
) -> Difference:
    changes = resampled[1] / np.maximum(resampled[0], 1e-9) - 1
    tail = (1 - confidence) / 2
    low, high = (float(bound) for bound in np.quantile(changes, [tail, 1 - tail]))
    change = figures[1] / figures[0] - 1 if figures[0] else 0.0
    verdict = SAME
    if (low > 0 or high < 0) and abs(change) > tolerance:
        verdict = WORSE if (change > 0) is more_is_worse else BETTER
    return Difference(label, measure, *figures, change, low, high, verdict)


def _failing(
    label: str, before: _Blocks, after: _Blocks, weights: tuple[Counts, Counts], confidence: float
) -> Difference:
    """The change of the error rate, which is a difference: before, there may have been no errors."""
    was, now = (
        figures.failures / figures.requests if figures.requests else 0.0
        for figures in (before.figures, after.figures)
    )
    changes = after.error_rate(weights[1]) - before.error_rate(weights[0])
    tail = (1 - confidence) / 2
    low, high = (float(bound) for bound in np.quantile(changes, [tail, 1 - tail]))
    verdict = WORSE if low > 0 else BETTER if high < 0 else SAME
    return Difference(label, "error rate", was, now, now - was, low, high, verdict)
