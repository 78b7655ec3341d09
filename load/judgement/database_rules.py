"""Bottlenecks in PostgreSQL. Each rule takes what was observed, the reads or writes that it is about, and all
calls, and returns a bottleneck or None.
"""

from load.judgement.bottleneck_evidence import (
    FEW_SAMPLES,
    FULL,
    LIKELY,
    MANY,
    MOST,
    POSSIBLE,
    SURE,
    commonest_statement,
    cpu_usage,
    is_in_database,
    sessions,
    slowest_statement,
)
from load.judgement.traffic import Traffic
from load.measurements.run_records import Bottleneck
from load.observation.observation import Observation

_BUSY = 0.8
_LONG_SCAN_ROWS = 1_000
_QUEUED = 2.0
_WAL_WAITS = ("WalSync", "WalWrite", "WALWrite", "WALSync", "WALInsert", "WalInitSync")


def locks(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """Sessions wait for locks."""
    waits = seen.waits[traffic.name]
    locked = sum(count for wait, count in waits.items() if wait.type == "Lock")
    if not is_in_database(seen, traffic) or locked < MANY * waits.total():
        return None
    evidence = (
        f"{locked / waits.total():.0%} of its busy sessions waited for a lock",
        *(f"most often held by {holder}" for holder, _ in seen.blocked[traffic.name].most_common(1)),
        *commonest_statement(seen, traffic, "waiting"),
    )
    return Bottleneck(traffic.name, f"{traffic.name} wait for locks in PostgreSQL", evidence, SURE)


def wal(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """Sessions wait for the write-ahead log."""
    waits = seen.waits[traffic.name]
    flushing = sum(count for wait, count in waits.items() if wait.name in _WAL_WAITS)
    if not is_in_database(seen, traffic) or flushing < MANY * waits.total():
        return None
    share = flushing / waits.total()
    written = seen.counted.database.get("wal", 0) if seen.counted else 0
    evidence = (
        f"{share:.0%} of its busy sessions waited for WAL",
        f"{written / 1e6:.1f} MB of WAL were written",
    )
    message = f"{traffic.name} wait for WAL flush ({share:.0%} of waits)"
    return Bottleneck(traffic.name, message, evidence, SURE)


def scans(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """Sessions work, or read from disk, and a large table is read as a whole."""
    waits = seen.waits[traffic.name]
    working = sum(count for wait, count in waits.items() if wait.type in ("", "IO"))
    if not is_in_database(seen, traffic) or working < MOST * waits.total() or seen.counted is None:
        return None
    scanned = {table: counts for table, counts in seen.counted.scans.items() if counts[0] > 0}
    statement, count = seen.statements[traffic.name].most_common(1)[0]
    # Long statements are cut off, perhaps before they name their tables.
    named = [table for table in scanned if table in statement]
    table = max(named or scanned, key=lambda name: scanned[name][1], default="")
    if not table or scanned[table][1] < _LONG_SCAN_ROWS * scanned[table][0]:
        return None
    times, rows, _ = scanned[table]
    evidence = (
        f"table {table} was scanned completely {times} times, {rows / times:,.0f} rows each time",
        f"{count / waits.total():.0%} of its busy sessions ran {statement}",
        *slowest_statement(seen),
        *cpu_usage(seen),
    )
    if " where " in statement.lower():
        message = f"PostgreSQL searches table {table} row by row: an index is missing"
    else:
        message = f"PostgreSQL scans table {table} completely"
    return Bottleneck(traffic.name, message, evidence, LIKELY if named else POSSIBLE)


def postgres_cpu(seen: Observation, traffic: Traffic, _total: Traffic) -> Bottleneck | None:
    """PostgreSQL uses all cores, or one for each session."""
    cores = seen.mean("postgres_cores")
    if cores is None or not is_in_database(seen, traffic) or cores < FULL * min(seen.cores, sessions(seen)):
        return None
    evidence = (
        *commonest_statement(seen, traffic, "most often"),
        *slowest_statement(seen),
        *cpu_usage(seen),
    )
    return Bottleneck(traffic.name, "PostgreSQL's CPU is full", evidence, SURE)


def pool(seen: Observation, traffic: Traffic, total: Traffic) -> Bottleneck | None:
    """Calls wait for a connection to the database."""
    samples = [sample for sample in seen.samples if sample.sessions]
    if len(samples) < FEW_SAMPLES or not seen.waits[traffic.name].total():
        return None
    most = max(sample.sessions or 0 for sample in samples)
    full = sum((sample.busy or 0) for sample in samples) / len(samples) / most
    if full < _BUSY or total.concurrency < _QUEUED * most:
        return None
    evidence = (
        f"each was in use {full:.0%} of the time",
        f"{total.concurrency:.1f} calls were under way at a time",
        *commonest_statement(seen, traffic, "most often"),
        *cpu_usage(seen),
    )
    message = f"all database connections of the service are busy: there are {most}"
    return Bottleneck(traffic.name, message, evidence, SURE)
