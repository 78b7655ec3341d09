"""Two runs side by side: per operation, what changed, with a confidence interval by the bootstrap
over blocks of seconds (Künsch 1989), as calls that are made close to each other are alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from load.errors import LoadError
from load.judgement.objectives import ALL
from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures
from load.measurements.times import Times

CONFIDENCE = 0.95
_RESAMPLES = 4_000
_BLOCKS_AT_MOST = 30
_SECONDS_AT_LEAST = 5
_SEED = 1
# A percentile that fewer calls than these lie beyond is the chance of a few calls.
_CALLS_BEYOND = 5
_PERCENTILES: tuple[tuple[str, Callable[[Figures], float], float], ...] = (
    ("median", lambda each: each.median_ms, 50),
    ("p95", lambda each: each.p95_ms, 95),
    ("p99", lambda each: each.p99_ms, 99),
)
_US_PER_MS = 1_000
WORSE, BETTER, ALIKE = "worse", "better", "no difference seen"

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """What a measure of an operation was before and after, and the change as a share of before with its
    interval. Times in ms, rates in answers per s, error rates as a share.
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
    """All that changed from one run to another, and what only one of them called. A change counts when it is
    larger than the tolerance (a share), and its interval leaves out none at all; intervals hold for all
    measures together with the confidence (a share).
    """

    differences: tuple[Difference, ...]
    tolerance: float
    left_out: tuple[str, ...]
    confidence: float = CONFIDENCE

    @property
    def worse(self) -> list[Difference]:
        """What got worse."""
        return [each for each in self.differences if each.verdict == WORSE]


def compared(before: RunRecord, after: RunRecord, tolerance: float) -> Comparison:
    """The comparison of two runs. Raises LoadError when they are not comparable, saying why."""
    why = [*_incomparable(before, after)]
    if why:
        raise LoadError(f"the runs cannot be compared: {'; '.join(why)}")
    called = [_called(each) for each in (before, after)]
    both = [label for label in called[0] if label in called[1]]
    left_out = tuple(
        f"{label} was called only {when}"
        for when, labels, others in (("before", called[0], called[1]), ("after", called[1], called[0]))
        for label in labels
        if label not in others
    )
    if not both:
        raise LoadError("the runs cannot be compared: they have no operation in common")
    is_open = before.workload.rate is not None
    pairs: list[tuple[str, Figures, Figures]] = [
        (label, before.operations[label], after.operations[label]) for label in both
    ]
    if not left_out:
        pairs.append((ALL, before.total, after.total))
    measures = len(_PERCENTILES) + 1
    # Of many intervals, some would miss the truth: each is wider, so that all hold together (Bonferroni).
    confidence = 1 - (1 - CONFIDENCE) / (measures * len(pairs) + 1)
    return Comparison(
        tuple(
            each
            for label, *runs in pairs
            for each in _differences(
                label,
                [_Blocks(of, run) for of, run in zip(runs, (before, after), strict=True)],
                is_open,
                confidence,
                tolerance,
            )
        ),
        tolerance,
        left_out,
    )


def _incomparable(before: RunRecord, after: RunRecord) -> Iterator[str]:
    for when, run in (("before", before), ("after", after)):
        if run.capacity:
            yield f"{when} is a search for the capacity, not a run"
        if run.invalid:
            yield f"{when} is invalid, {run.invalid[0]}"
        if run.measured_seconds < _SECONDS_AT_LEAST:
            yield f"{when} measured {run.measured_seconds:.1f} s, {_SECONDS_AT_LEAST} s are the least"
    if before.began == after.began:
        yield "they are the same run"
    for name, was, now in (
        ("the title of the document", before.title, after.title),
        ("the profile", before.profile, after.profile),
        ("the number of users", before.users, after.users),
    ):
        if was != now:
            yield f"{name} was {was}, and is {now}"
    kinds = [
        "closed"
        if run.workload.rate is None
        else f"open with {run.workload.rate:g} {run.workload.arrivals} arrivals/s"
        for run in (before, after)
    ]
    if kinds[0] != kinds[1]:
        yield f"the workload was {kinds[0]}, and is {kinds[1]}"


def _called(run: RunRecord) -> list[str]:
    return [label for label, each in run.operations.items() if each.measured_requests]


class _Blocks:
    """The measured calls of an operation in blocks of seconds: how often each time (ms) came, by block, and
    how many calls and failures there were.
    """

    def __init__(self, figures: Figures, run: RunRecord) -> None:
        warm_up = run.workload.warm_up
        # The last second may not be a whole one, and what came after the end is no part of rates.
        whole = max(int(run.seconds) - warm_up, 1)
        seconds = {each.at - warm_up: each for each in figures.seconds}
        per_block = -(-whole // _BLOCKS_AT_MOST)
        count = -(-whole // per_block)
        times = [Times() for _ in range(count)]
        self.calls = np.zeros(count)
        self.failures = np.zeros(count)
        self.lengths = np.array([min(per_block, whole - index * per_block) for index in range(count)], float)
        for at, each in seconds.items():
            if 0 <= at < whole:
                block = int(at) // per_block
                times[block].add(Times.decoded(each.histogram))
                self.calls[block] += each.requests
                self.failures[block] += each.failures
        self.figures = figures
        known = sorted({time for each in times for time in each.counts})
        self.values = np.array(known, float) / _US_PER_MS
        place = {time: index for index, time in enumerate(known)}
        self.counts = np.zeros((count, len(place)))
        for block, of_block in enumerate(times):
            for time, number in of_block.counts.items():
                self.counts[block, place[time]] = number

    def weights(self, random: np.random.Generator) -> Counts:
        """How often each block is drawn, by resample."""
        count = len(self.calls)
        return random.multinomial(count, np.full(count, 1 / count), _RESAMPLES).astype(float)

    def percentile(self, weights: Counts, percentile: float) -> Counts:
        """The percentile (ms) of each resample."""
        heap = np.cumsum(weights @ self.counts, axis=1)
        rank = heap[:, -1:] * percentile / 100
        found: Counts = self.values[np.argmax(heap >= rank, axis=1)]
        return found

    def rate(self, weights: Counts) -> Counts:
        """The answers per s of each resample."""
        rates: Counts = (weights @ self.calls) / (weights @ self.lengths)
        return rates

    def error_rate(self, weights: Counts) -> Counts:
        """The share of calls that failed in each resample."""
        rates: Counts = (weights @ self.failures) / np.maximum(weights @ self.calls, 1)
        return rates


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
    # How often users come to call one operation is chance; all of them together show how fast it answers.
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
    low, high = (float(each) for each in np.quantile(changes, [tail, 1 - tail]))
    change = figures[1] / figures[0] - 1 if figures[0] else 0.0
    verdict = ALIKE
    if (low > 0 or high < 0) and abs(change) > tolerance:
        verdict = WORSE if (change > 0) is more_is_worse else BETTER
    return Difference(label, measure, *figures, change, low, high, verdict)


def _failing(
    label: str, before: _Blocks, after: _Blocks, weights: tuple[Counts, Counts], confidence: float
) -> Difference:
    """Error rates differ in points: before, there may have been none."""
    was, now = (
        each.figures.failures / each.figures.requests if each.figures.requests else 0.0
        for each in (before, after)
    )
    changes = after.error_rate(weights[1]) - before.error_rate(weights[0])
    tail = (1 - confidence) / 2
    low, high = (float(each) for each in np.quantile(changes, [tail, 1 - tail]))
    verdict = WORSE if low > 0 else BETTER if high < 0 else ALIKE
    return Difference(label, "error rate", was, now, now - was, low, high, verdict)
