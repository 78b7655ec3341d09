"""The highest arrival rate that a service takes within its objectives: which rates to try, and what they
show. Sends nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt

from load.judgement.backlog import behind
from load.judgement.circumstances import limits
from load.judgement.objectives import ALL, RATE, Objective
from load.judgement.outcomes import outcomes
from load.judgement.reasons import FaultCount
from load.judgement.verdict import promised_errors
from load.measurements.findings import Fault
from load.measurements.results import Results
from load.measurements.run_records import CapacityRecord, Trial
from load.measurements.throttling import throttling_of

# The search ends when the highest rate that holds and the lowest that does not are this close, as a share.
PRECISION = 0.03
# A rate of which a service answers less than this share is not tried a second time.
_CLEARLY_BEHIND = 0.9
_RAISED_BY = 2.0
_REPETITIONS = 1


def trial_of(rate: float, results: Results, objectives: list[Objective], names: Mapping[str, str]) -> Trial:
    """What a run at a rate (arrivals/s) shows; `names` are the ids of operations by label."""
    total = results.total
    is_limited = any(generator.is_overloaded for generator in results.generators.values())
    return Trial(
        rate=rate,
        throughput=total.rate(results.clock.measured_s),
        median_ms=total.percentile_ms(50),
        p95_ms=total.percentile_ms(95),
        p99_ms=total.percentile_ms(99),
        failures=total.failures,
        broken="" if is_limited else next(_broken(results, objectives, names), ""),
        invalid=next(limits(results), "") if is_limited else "",
    )


def _broken(results: Results, objectives: list[Objective], names: Mapping[str, str]) -> Iterator[str]:
    """Why a rate is not within the objectives."""
    if throttling := throttling_of(results):
        yield f"the service throttles beyond {throttling.taken:.0f}/s: {'; '.join(throttling.answers)}"
    yield from _missed(results, objectives, names)
    if backlog := behind(results):
        yield str(backlog)
    promised = promised_errors(objectives)
    for label, operation in results.operations.items():
        if {label, ALL} & promised:
            continue
        for finding, count in operation.findings.items():
            if finding.fault in (Fault.SERVER_ERROR, Fault.NETWORK):
                yield f"{names.get(label) or label}: {FaultCount(finding.fault, count)}"


def _missed(results: Results, objectives: list[Objective], names: Mapping[str, str]) -> Iterator[str]:
    limited = (objective for objective in objectives if objective.measure != RATE)
    for outcome in outcomes(limited, results):
        objective = outcome.objective
        if outcome.figure is not None and outcome.is_broken:
            name = names.get(objective.label) or objective.label
            passes = f"passes {objective.shown(objective.limit)}, it was {objective.shown(outcome.figure)}"
            yield f"{objective.measure} of {name} {passes}"


@dataclass
class Search:
    """Raises the rate (arrivals/s) from the lowest until a trial does not hold, or the highest does, then
    narrows in. A rate that only just does not hold is tried once more: it may have been a hiccup.
    """

    lowest: float
    highest: float
    trials: list[Trial] = field(default_factory=list)
    best: Trial | None = None
    worst: Trial | None = None
    _doubted: list[Trial] = field(default_factory=list)

    @property
    def next_rate(self) -> float | None:
        """The rate to try next; None when the search is over."""
        if self._doubted:
            return self._doubted[0].rate
        if self.worst is None:
            if self.best is None:
                return self.lowest
            return None if self.best.rate >= self.highest else min(self.best.rate * _RAISED_BY, self.highest)
        if self.best is None or self.worst.rate <= self.best.rate * (1 + PRECISION):
            return None
        return _rounded(_between(self.best.rate, self.worst))

    def add(self, trial: Trial) -> None:
        """Take a trial into account."""
        self.trials.append(trial)
        self._doubted.append(trial)
        if trial.holds:
            self.best = trial
        elif len(self._doubted) > _REPETITIONS or trial.throughput < trial.rate * _CLEARLY_BEHIND:
            self.worst = trial
        else:
            return
        self._doubted = []

    @property
    def answer(self) -> str:
        """The answer in words."""
        if self.best is None:
            if self.worst is None:
                return "no rate was tried"
            why = f"{self.worst.broken or self.worst.invalid}; begin lower with --from"
            return f"not even {_shown(self.worst.rate)} is within the objectives: {why}"
        within = f"{_shown(self.best.rate)} within the objectives"
        if self.worst is None:
            return f"at least {within}; nothing higher was tried"
        if self.worst.invalid:
            return f"at least {within}; beyond, {self.worst.invalid}"
        return f"{within}; at {_shown(self.worst.rate)} {self.worst.broken}"

    def record(self) -> CapacityRecord:
        """The answer and all trials, by rate."""
        return CapacityRecord(
            answer=self.answer,
            rate=self.best.rate if self.best else None,
            trials=sorted(self.trials, key=lambda trial: trial.rate),
        )


def _shown(rate: float) -> str:
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def _between(low: float, worst: Trial) -> float:
    """The rate to try next. When a service is asked for far too much, it answers about its capacity."""
    step = 1 + PRECISION / 3
    if worst.throughput < worst.rate * _CLEARLY_BEHIND:
        estimate = worst.throughput / step
        # Close to the estimate, the next step is the last.
        near = estimate if low * step < estimate else low * (1 + 0.9 * PRECISION)
        if low > worst.throughput * (1 - 2 * PRECISION) or near == estimate:
            return near if near < worst.throughput * (1 + 2 * PRECISION) else sqrt(low * worst.rate)
    return sqrt(low * worst.rate)


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")
