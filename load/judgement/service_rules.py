"""Bottlenecks in the service, its machine and the way to it. Each rule takes what was observed, the reads or
writes that it is about, and all calls, and returns a bottleneck or None.
"""

from collections.abc import Iterator

from load.judgement.bottleneck_evidence import (
    FEW_SAMPLES,
    FULL,
    LIKELY,
    MANY,
    MOST,
    POSSIBLE,
    SURE,
    cpu_usage,
    is_crowded,
    is_in_database,
)
from load.judgement.traffic import Traffic
from load.measurements.run_records import Bottleneck
from load.observation.observation import Observation

# How much of a core a process would have used, and had to wait for.
WAITED = 0.15
# A single-threaded process does not use more than one core; one that does can use yet more.
_ONE_CORE = 1.15
_QUEUED = 2.0
_SLOW_MS = 20.0


def service_cpu(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """A process of the service uses one core, or all of them use the machine."""
    used, busiest = seen.mean("service_cores") or 0, seen.mean("busiest_cores") or 0
    wanted, certainty = seen.mean("wanted_cores") or 0, SURE
    if FULL <= busiest <= _ONE_CORE:
        how = "one process, which uses one core"
    elif used >= FULL * seen.cores:
        how = f"{used:.1f} of {seen.cores} cores"
    elif wanted >= FULL and busiest >= MOST and wanted - busiest >= WAITED:
        # On a machine of its own, something else might be the limit.
        certainty = LIKELY
        how = f"it gets {used:.2f} cores, waits for more, and shares this machine with other programs"
    else:
        return None
    rest = "; PostgreSQL is idle" if (seen.mean("postgres_cores") or 1) < MANY else ""
    message = f"the service's CPU is full: {how}{rest}"
    return Bottleneck(traffic.name, message, tuple(cpu_usage(seen)), certainty)


def machine_cpu(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """All programs together use the machine."""
    cores = seen.mean("machine_cores") or 0
    if cores < FULL * seen.cores:
        return None
    if is_crowded(seen):
        others = f"other programs used {seen.others_cores:.1f} of {seen.cores} cores"
        message = f"the machine's CPU is full: {others}"
        return Bottleneck(traffic.name, message, tuple(cpu_usage(seen)), LIKELY)
    message = "the machine's CPU is full: the programs on it, including the load, slow each other down"
    return Bottleneck(traffic.name, message, tuple(cpu_usage(seen)), SURE)


def network(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """The lightest call takes as long as others, under the load and before it."""
    idle, loaded = seen.idle_probe_ms, seen.median("probe_ms")
    if idle is None or loaded is None or len(seen.samples) < FEW_SAMPLES:
        return None
    is_idle = (seen.mean("busiest_cores") or 0) < MOST and not is_in_database(seen, traffic)
    if not is_idle or idle < MOST * traffic.mean_ms or idle < _SLOW_MS or loaded > _QUEUED * idle:
        return None
    evidence = (
        f"a GET / took {idle:.1f} ms before the load and {loaded:.1f} ms under it",
        f"{traffic.name} took {traffic.mean_ms:.1f} ms on average",
        *cpu_usage(seen),
    )
    message = "the time is spent on the way, in the network or a proxy: a GET / takes as long as other calls"
    return Bottleneck(traffic.name, message, evidence, LIKELY)


def wait_inside(seen: Observation, traffic: Traffic, total: Traffic) -> Bottleneck | None:
    """Calls take long while neither the service nor its database work: they wait in the service, or for what
    it calls.
    """
    used, idle, longest = seen.mean("service_cores"), seen.idle_probe_ms, traffic.longest
    if used is None or idle is None or longest is None or len(seen.samples) < FEW_SAMPLES:
        return None
    is_idle = max(used, seen.mean("wanted_cores") or 0) < MANY and not is_in_database(seen, traffic)
    if not is_idle or longest.mean_ms < max(_SLOW_MS, _QUEUED * idle):
        return None
    evidence = (
        f"{longest.mean_ms:.1f} ms on average, {longest.share:.0%} of the time of {traffic.name}",
        f"a GET / took {idle:.1f} ms before the load",
        *_queueing(traffic, total),
        *cpu_usage(seen),
    )
    where = f"{longest.operation} waits inside the service"
    if any(sample.sessions is not None for sample in seen.samples):
        message = f"{where}: neither its CPU ({used:.0%}) nor its database were busy"
        return Bottleneck(traffic.name, message, evidence, LIKELY)
    unknown = f"its CPU was not busy ({used:.0%}), its database was not observed"
    return Bottleneck(traffic.name, f"{where}, or for what that calls: {unknown}", evidence, POSSIBLE)


def turns(seen: Observation, traffic: Traffic, total: Traffic) -> Bottleneck | None:
    """Calls wait for each other, for a reason that was not observed."""
    message, *evidence = [*_queueing(traffic, total)] or [""]
    if not message:
        return None
    longest = [f"most of the time went to {traffic.longest.message}"] if traffic.longest else []
    return Bottleneck(traffic.name, message, (*evidence, *longest, *cpu_usage(seen)), POSSIBLE)


def _queueing(traffic: Traffic, total: Traffic) -> Iterator[str]:
    """What shows that calls wait for their turn: the mean time is a multiple of the least."""
    is_slower = total.least_ms > 0 and traffic.mean_ms >= _QUEUED * total.least_ms
    if is_slower and total.concurrency >= _QUEUED:
        at_once = max(total.rate * total.least_ms / 1000, 1)
        worked_on = f"about {at_once:.0f} at a time are worked on, as with a pool or a lock"
        times = f"{total.least_ms:.1f} ms, {traffic.name} {traffic.mean_ms:.1f} ms on average"
        yield f"calls wait for their turn: {worked_on}"
        yield f"the quickest call took {times}"
        yield f"{total.rate:.1f} answers/s with {total.concurrency:.1f} calls under way"
