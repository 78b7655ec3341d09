"""What kept a service from going faster, for reads and for writes: one finding each, with its evidence and
how sure it is. Only what was observed is claimed.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from load.judgement.bottleneck_evidence import LIKELY, POSSIBLE, SURE, cpu_usage, is_crowded
from load.judgement.bottleneck_rules import RULES
from load.judgement.circumstances import limits
from load.judgement.service_rules import WAITED
from load.judgement.traffic import ALL_TRAFFIC, Traffic, traffic_of
from load.measurements.results import Results
from load.measurements.run_records import Bottleneck, ExplanationRecord, StatementRecord
from load.observation.counters import Counters
from load.observation.observation import Observation
from load.observation.sessions import READS, WRITES
from load.planning.side_effects import SAFE

_STATEMENTS = 10


def bottlenecks(results: Results, methods: Mapping[str, str], seen: Observation) -> list[Bottleneck]:
    """The bottlenecks of a run; `methods` of operations by label."""
    return [_doubted(bottleneck, seen) for bottleneck in _bottlenecks(results, methods, seen)]


def explain(
    results: Results, methods: Mapping[str, str], seen: Observation, rate: float | None
) -> ExplanationRecord:
    """The bottlenecks of a run that was asked for a rate (arrivals/s), and what was observed."""
    return ExplanationRecord(
        bottlenecks=bottlenecks(results, methods, seen),
        processes=list(seen.processes),
        cores=seen.cores,
        idle_probe_ms=seen.idle_probe_ms,
        samples=seen.samples,
        waits={
            kind: {str(wait): count for wait, count in waits.most_common()}
            for kind, waits in seen.waits.items()
        },
        database=dict(seen.counted.database) if seen.counted else None,
        statements=[*_longest(seen.counted)] if seen.counted else None,
        rate=rate,
    )


def _bottlenecks(results: Results, methods: Mapping[str, str], seen: Observation) -> list[Bottleneck]:
    if results.silences.is_gone(results.clock.length):
        return []
    # Arrivals that were not sent, as calls waited for their answers, are the service's doing.
    if any(generator.is_overloaded for generator in results.generators.values()):
        limit = next(limits(results))
        return [Bottleneck(ALL_TRAFFIC, limit, (), LIKELY if is_crowded(seen) else SURE)]
    reads = traffic_of(READS, results, lambda label: methods[label] in SAFE)
    writes = traffic_of(WRITES, results, lambda label: methods[label] not in SAFE)
    total = traffic_of(ALL_TRAFFIC, results, lambda label: label in methods)
    matches = [_first(seen, traffic, total) for traffic in (reads, writes) if traffic.rate]
    if len(matches) == 2 and _are_same(matches):
        return [msgspec.structs.replace(matches[0], of=ALL_TRAFFIC)]
    return matches


def _first(seen: Observation, traffic: Traffic, total: Traffic) -> Bottleneck:
    """The bottleneck of the first rule that applies."""
    for rule in RULES:
        bottleneck = rule(seen, traffic, total)
        if bottleneck:
            return bottleneck
    return Bottleneck(traffic.name, "nothing was seen at its limit", tuple(cpu_usage(seen)), POSSIBLE)


def _are_same(matches: Sequence[Bottleneck]) -> bool:
    return len({(bottleneck.message, bottleneck.certainty) for bottleneck in matches}) == 1


def _doubted(bottleneck: Bottleneck, seen: Observation) -> Bottleneck:
    """The same with what leaves it unsure: other programs take the processors that the service waits for."""
    waited = (seen.mean("wanted_cores") or 0) - (seen.mean("busiest_cores") or 0)
    if bottleneck.certainty != SURE or not is_crowded(seen) or waited < WAITED:
        return bottleneck
    others = (
        f"other programs than the service, its database and this load used {seen.others_cores:.2f} of "
        f"{seen.cores} cores, and the machine was full: they may be the reason"
    )
    return msgspec.structs.replace(bottleneck, certainty=LIKELY, evidence=(*bottleneck.evidence, others))


def _longest(counted: Counters) -> Iterator[StatementRecord]:
    """The statements that took the most time of all."""
    by_time = sorted(counted.statements.items(), key=lambda statement: -statement[1][1])
    for text, (calls, time_ms) in by_time[:_STATEMENTS]:
        yield StatementRecord(statement=text, calls=calls, time_ms=time_ms)
