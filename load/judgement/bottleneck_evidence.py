"""What an observation shows of processors and database: the evidence for bottlenecks."""

from collections.abc import Iterator

from load.judgement.traffic import Traffic
from load.observation.observation import Observation

SURE, LIKELY, POSSIBLE = "sure", "likely", "possible"
# The share of what there is that counts as full, as most, and as many.
FULL = 0.9
MOST = 0.5
MANY = 0.3
FEW_SAMPLES = 6


def cpu_usage(seen: Observation) -> Iterator[str]:
    """The cores that service, PostgreSQL and machine used, as far as they were observed."""
    service, postgres = seen.mean("service_cores"), seen.mean("postgres_cores")
    if service is not None:
        yield f"the service ({', '.join(seen.processes)}) used {service:.2f} cores"
    if postgres is not None:
        yield f"PostgreSQL used {postgres:.2f} cores"
    yield f"this machine used {seen.mean('machine_cores') or 0:.2f} of {seen.cores} cores"


def is_crowded(seen: Observation) -> bool:
    """Whether the machine is full, and programs that have nothing to do with the run use much of it."""
    is_full = (seen.mean("machine_cores") or 0) >= FULL * seen.cores
    return is_full and seen.others_cores is not None and seen.others_cores >= MANY


def is_in_database(seen: Observation, traffic: Traffic) -> bool:
    """Whether calls spend most of their time in sessions of the database."""
    samples = [sample for sample in seen.samples if sample.busy is not None]
    if len(samples) < FEW_SAMPLES:
        return False
    busy = seen.waits[traffic.name].total() / len(samples)
    are_all_busy = sum(sample.busy == sample.sessions for sample in samples) / len(samples) > MOST
    return busy > MANY * traffic.concurrency or (are_all_busy and busy > MANY * sessions(seen))


def sessions(seen: Observation) -> float:
    """How many sessions the service had in PostgreSQL, at the mean."""
    return seen.mean("sessions") or 1.0


def slowest_statement(seen: Observation) -> Iterator[str]:
    """The statement that took the most time of all, where PostgreSQL counts them."""
    if seen.counted and seen.counted.statements:
        text, (calls, time_ms) = max(seen.counted.statements.items(), key=lambda item: item[1][1])
        total = sum(statement_ms for _, statement_ms in seen.counted.statements.values())
        share = f"{time_ms / total:.0%} of all time of statements"
        yield f"{share}: {text}, {calls:.0f} times, {time_ms / calls:.1f} ms each"


def commonest_statement(seen: Observation, traffic: Traffic, caption: str) -> Iterator[str]:
    """The statement that busy sessions executed most often, after a caption."""
    for text, _ in seen.statements[traffic.name].most_common(1):
        yield f"{caption}: {text}"
