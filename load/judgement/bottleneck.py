"""What kept a service from going faster, for reads and for writes: one finding each, with its evidence and
how sure it is. Nothing that was not seen.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from load.judgement.bottleneck_rules import (
    BOTH,
    LIKELY,
    POSSIBLE,
    RULES,
    SURE,
    WAITED,
    Bottleneck,
    Kind,
    at_hand,
    is_crowded,
)
from load.judgement.slowest import compared
from load.judgement.verdict import limits
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from load.measurements.run_records import BottleneckRecord, ExplanationRecord, SampleRecord, StatementRecord
from load.measurements.times import Times, merged
from load.observation.counters import Counters
from load.observation.observation import Observation
from load.observation.sessions import READS, WRITES
from load.planning.side_effects import SAFE

_STATEMENTS = 10


def bottlenecks(results: Results, methods: Mapping[str, str], seen: Observation) -> list[Bottleneck]:
    """The findings of a run; `methods` of operations by label."""
    return [_doubted(each, seen) for each in _unquestioned(results, methods, seen)]


def _unquestioned(results: Results, methods: Mapping[str, str], seen: Observation) -> list[Bottleneck]:
    if results.is_gone:
        return []
    # Arrivals that were not sent, as calls waited for their answers, are the service's doing.
    if any(each.is_slow for each in results.generators.values()):
        limit = next(limits(results))
        return [Bottleneck(BOTH, limit, (), LIKELY if is_crowded(seen) else SURE)]
    kinds = [
        each
        for each in (
            _kind(READS, results, lambda label: methods[label] in SAFE),
            _kind(WRITES, results, lambda label: methods[label] not in SAFE),
        )
        if each.rate
    ]
    every = _kind(BOTH, results, lambda label: label in methods)
    found = [next(_found(seen, each, every)) for each in kinds]
    if len(found) == 2 and _same(*found):
        return [Bottleneck(BOTH, found[0].told, found[0].evidence, found[0].certainty)]
    return found


def _doubted(found: Bottleneck, seen: Observation) -> Bottleneck:
    """With what leaves it unsure: other programs that take the processors which the service waits for."""
    waited = (seen.mean("wanted_cores") or 0) - (seen.mean("busiest_cores") or 0)
    if found.certainty != SURE or not is_crowded(seen) or waited < WAITED:
        return found
    return replace(found, certainty=LIKELY, evidence=(*found.evidence, _others(seen)))


def _others(seen: Observation) -> str:
    return (
        f"other programs than the service, its database and this load used {seen.others_cores:.2f} of "
        f"{seen.cores} cores, and the machine was full: they may be the reason"
    )


def explained(found: Sequence[Bottleneck], seen: Observation, rate: float | None) -> ExplanationRecord:
    """What was found, and what was seen of the service while it was asked for a rate (arrivals/s)."""
    return ExplanationRecord(
        bottlenecks=[_record(each) for each in found],
        processes=list(seen.processes),
        cores=seen.cores,
        idle_probe_ms=seen.idle_probe_ms,
        samples=[msgspec.convert(each, SampleRecord, from_attributes=True) for each in seen.samples],
        waits={kind: dict(waits.most_common()) for kind, waits in seen.busy.items()},
        database=dict(seen.counted.database) if seen.counted else None,
        statements=[*_longest(seen.counted)] if seen.counted else None,
        rate=rate,
    )


def _record(found: Bottleneck) -> BottleneckRecord:
    return BottleneckRecord(
        of=found.of,
        told=found.told,
        evidence=found.evidence,
        certainty=found.certainty,
        shown=str(found),
    )


def _longest(counted: Counters) -> Iterator[StatementRecord]:
    """The statements that took the most time of all."""
    by_time = sorted(counted.statements.items(), key=lambda each: -each[1][1])
    for text, (calls, time_ms) in by_time[:_STATEMENTS]:
        yield StatementRecord(statement=text, calls=calls, time_ms=time_ms)


def _found(seen: Observation, kind: Kind, every: Kind) -> Iterator[Bottleneck]:
    for rule in RULES:
        found = rule(seen, kind, every)
        if found:
            yield found
    yield Bottleneck(kind.name, "nothing was seen at its limit", tuple(at_hand(seen)), POSSIBLE)


def _same(one: Bottleneck, other: Bottleneck) -> bool:
    return (one.told, one.certainty) == (other.told, other.certainty)


def _kind(name: str, results: Results, belongs: Callable[[str], bool]) -> Kind:
    total = OperationResults(results.warm_up)
    own = {label: each for label, each in results.operations.items() if belongs(label)}
    for each in own.values():
        total.add(each)
    longest = max(
        compared(own, "all calls" if name == BOTH else name), key=lambda each: each.share, default=None
    )
    service = total.measured.service
    everything: Times = merged(second.service for _, second in total.seconds)
    least = min(everything.counts, default=0) / 1000
    return Kind(name, total.rate(results.measured_s), service.mean_ms, least, longest)
