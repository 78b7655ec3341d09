"""What may keep a service from going faster: one rule for each kind of bottleneck, each with its evidence."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from load.judgement.slowest import Slowest
from load.observation.observation import Observation
from load.observation.sessions import READS, WRITES

SURE, LIKELY, POSSIBLE = "sure", "likely", "possible"
BOTH = f"{READS} and {WRITES}"
_FULL = 0.9
# Of a core that a process would have used, and waited for.
WAITED = 0.15
_BUSY = 0.8
# A single-threaded process does not pass one core; one that does has more to go.
_ONE_CORE = 1.15
_MANY = 0.3
_MOST = 0.5
_LONG_SCAN_ROWS = 1_000
_QUEUED = 2.0
_SLOW_PROBE_MS = 20.0
_WAL_WAITS = ("WalSync", "WalWrite", "WALWrite", "WALSync", "WALInsert", "WalInitSync")


@dataclass(frozen=True)
class Bottleneck:
    """A finding about reads, writes or both: what it is, what was seen, and how sure that makes it."""

    of: str
    told: str
    evidence: tuple[str, ...]
    certainty: str

    def __str__(self) -> str:
        return f"{self.of}: {self.told} ({self.certainty})"


@dataclass(frozen=True)
class Kind:
    """The calls of a kind in a run: answers per s, the mean and least time (ms) that they took, how many were
    under way at a time (Little's law), and the operation that took the most of their time.
    """

    name: str
    rate: float
    mean_ms: float
    least_ms: float
    longest: "Slowest | None" = None

    @property
    def under_way(self) -> float:
        """Calls at a time."""
        return self.rate * self.mean_ms / 1000


Rule = Callable[[Observation, Kind, Kind], Bottleneck | None]


def _locks(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    waits = seen.busy.get(kind.name, Counter())
    locked = sum(count for wait, count in waits.items() if wait.startswith("Lock: "))
    if not _matters(seen, kind) or locked < _MANY * waits.total():
        return None
    share = f"{locked / waits.total():.0%} of its busy sessions waited for a lock"
    holders = [
        (text.removeprefix(f"{kind.name} by "), count)
        for text, count in seen.blocked.most_common()
        if text.startswith(f"{kind.name} by ")
    ]
    held = [f"most often held by {text}" for text, _ in holders[:1]]
    statement = [f"waiting: {text}" for text, _ in seen.statements[kind.name].most_common(1)]
    return Bottleneck(
        kind.name, f"{kind.name} wait for locks in PostgreSQL", (share, *held, *statement), SURE
    )


def _wal(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    waits = seen.busy.get(kind.name, Counter())
    flushing = sum(count for wait, count in waits.items() if wait.partition(": ")[2] in _WAL_WAITS)
    if not _matters(seen, kind) or flushing < _MANY * waits.total():
        return None
    share = flushing / waits.total()
    written = seen.counted.database.get("wal", 0) if seen.counted else 0
    evidence = (
        f"{share:.0%} of its busy sessions waited for WAL",
        f"{written / 1e6:.1f} MB of WAL were written",
    )
    return Bottleneck(kind.name, f"{kind.name} wait for WAL flush ({share:.0%} of waits)", evidence, SURE)


def _scans(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    waits = seen.busy.get(kind.name, Counter())
    working = sum(count for wait, count in waits.items() if not wait or wait.startswith("IO: "))
    if not _matters(seen, kind) or working < _MOST * waits.total() or seen.counted is None:
        return None
    read = {name: each for name, each in seen.counted.scans.items() if each[0] > 0}
    statement, count = seen.statements[kind.name].most_common(1)[0]
    # Long statements are cut off, perhaps before they name their tables.
    named = [name for name in read if name in statement]
    table = max(named or read, key=lambda name: read[name][1], default="")
    if not table or read[table][1] < _LONG_SCAN_ROWS * read[table][0]:
        return None
    scans, rows, _ = read[table]
    evidence = (
        f"table {table} was read as a whole {scans} times, {rows / scans:,.0f} rows each time",
        f"{count / waits.total():.0%} of its busy sessions ran {statement}",
        *_slowest(seen),
        *at_hand(seen),
    )
    is_search = " where " in statement.lower()
    told = "searches table {} row by row: an index is missing" if is_search else "reads table {} as a whole"
    certainty = LIKELY if named else POSSIBLE
    return Bottleneck(kind.name, f"PostgreSQL {told.format(table)}", evidence, certainty)


def _postgres(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    cores = seen.mean("postgres_cores")
    if cores is None or not _matters(seen, kind) or cores < _FULL * min(seen.cores, _sessions(seen)):
        return None
    statement = [f"most often: {text}" for text, _ in seen.statements[kind.name].most_common(1)]
    return Bottleneck(
        kind.name, "PostgreSQL's CPU is full", (*statement, *_slowest(seen), *at_hand(seen)), SURE
    )


def _pool(seen: Observation, kind: Kind, every: Kind) -> Bottleneck | None:
    known = [each for each in seen.samples if each.sessions]
    if len(known) < FEW_SAMPLES or not sum(seen.busy.get(kind.name, Counter()).values()):
        return None
    most = max(each.sessions or 0 for each in known)
    full = sum((each.busy or 0) for each in known) / len(known) / most
    if full < _BUSY or every.under_way < _QUEUED * most:
        return None
    evidence = (
        f"each was in use {full:.0%} of the time",
        f"{every.under_way:.1f} calls were under way at a time",
        *[f"most often: {text}" for text, _ in seen.statements[kind.name].most_common(1)],
        *at_hand(seen),
    )
    told = f"all database connections of the service are busy: there are {most}"
    return Bottleneck(kind.name, told, evidence, SURE)


def _service_cpu(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    used, busiest = seen.mean("service_cores") or 0, seen.mean("busiest_cores") or 0
    wanted, certainty = seen.mean("wanted_cores") or 0, SURE
    if _FULL <= busiest <= _ONE_CORE:
        how = "one process, which uses one core"
    elif used >= _FULL * seen.cores:
        how = f"{used:.1f} of {seen.cores} cores"
    elif wanted >= _FULL and busiest >= _MOST and wanted - busiest >= WAITED:
        # Had it a machine of its own, something else might be the limit.
        certainty = LIKELY
        how = f"it gets {used:.2f} cores beside what else runs on this machine, and waits for more"
    else:
        return None
    rest = "; PostgreSQL idles" if (seen.mean("postgres_cores") or 1) < _MANY else ""
    return Bottleneck(kind.name, f"the service's CPU is full: {how}{rest}", tuple(at_hand(seen)), certainty)


def _machine_cpu(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    cores = seen.mean("machine_cores") or 0
    if cores < _FULL * seen.cores:
        return None
    if is_crowded(seen):
        told = f"the machine's CPU is full: other programs used {seen.others_cores:.1f} of {seen.cores} cores"
        return Bottleneck(kind.name, told, tuple(at_hand(seen)), LIKELY)
    told = "the machine's CPU is full; what runs on it, the load too, takes from each other"
    return Bottleneck(kind.name, told, tuple(at_hand(seen)), SURE)


def _network(seen: Observation, kind: Kind, _every: Kind) -> Bottleneck | None:
    idle, loaded = seen.idle_probe_ms, seen.median("probe_ms")
    if idle is None or loaded is None or len(seen.samples) < FEW_SAMPLES:
        return None
    is_idle = (seen.mean("busiest_cores") or 0) < _MOST and not _matters(seen, kind)
    if not is_idle or idle < _MOST * kind.mean_ms or idle < _SLOW_PROBE_MS or loaded > _QUEUED * idle:
        return None
    evidence = (
        f"a GET / took {idle:.1f} ms before the load and {loaded:.1f} ms under it",
        f"{kind.name} took {kind.mean_ms:.1f} ms at the mean",
        *at_hand(seen),
    )
    told = "the time goes by on the way, in the network or a proxy: calls for next to nothing take as long"
    return Bottleneck(kind.name, told, evidence, LIKELY)


def _wait_inside(seen: Observation, kind: Kind, every: Kind) -> Bottleneck | None:
    """Calls that take long while neither the service nor its database work: they wait in it, or for what it
    calls.
    """
    used, idle, longest = seen.mean("service_cores"), seen.idle_probe_ms, kind.longest
    if used is None or idle is None or longest is None or len(seen.samples) < FEW_SAMPLES:
        return None
    is_idle = max(used, seen.mean("wanted_cores") or 0) < _MANY and not _matters(seen, kind)
    if not is_idle or longest.mean_ms < max(_SLOW_MS, _QUEUED * idle):
        return None
    evidence = (
        f"{longest.mean_ms:.1f} ms at the mean, {longest.share:.0%} of the time of {kind.name}",
        f"a GET / took {idle:.1f} ms before the load",
        *_one_by_one(kind, every),
        *at_hand(seen),
    )
    where = f"{longest.operation} waits inside the service"
    if any(each.sessions is not None for each in seen.samples):
        told = f"{where}: neither its CPU ({used:.0%}) nor its database were busy"
        return Bottleneck(kind.name, told, evidence, LIKELY)
    told = f"{where}, or for what that calls: its CPU was not busy ({used:.0%}), its database was not seen"
    return Bottleneck(kind.name, told, evidence, POSSIBLE)


def _one_by_one(kind: Kind, every: Kind) -> Iterator[str]:
    """What tells that calls wait for their turn."""
    if every.least_ms and kind.mean_ms >= _QUEUED * every.least_ms and every.under_way >= _QUEUED:
        at_once = max(every.rate * every.least_ms / 1000, 1)
        worked_on = f"about {at_once:.0f} at a time are worked on, as with a pool or a lock"
        yield f"calls wait for their turn: {worked_on}"
        yield f"the quickest call took {every.least_ms:.1f} ms, {kind.name} {kind.mean_ms:.1f} ms at the mean"
        yield f"{every.rate:.1f} answers/s with {every.under_way:.1f} calls under way"


def _turns(seen: Observation, kind: Kind, every: Kind) -> Bottleneck | None:
    told, *evidence = [*_one_by_one(kind, every)] or [""]
    if not told:
        return None
    longest = [f"most of the time went to {kind.longest}"] if kind.longest else []
    return Bottleneck(kind.name, told, (*evidence, *longest, *at_hand(seen)), POSSIBLE)


def _matters(seen: Observation, kind: Kind) -> bool:
    """Whether sessions of the database are where the calls of a kind are, most of the time."""
    known = [each for each in seen.samples if each.busy is not None]
    if len(known) < FEW_SAMPLES:
        return False
    busy = seen.busy[kind.name].total() / len(known)
    are_all = sum(each.busy == each.sessions for each in known) / len(known) > _MOST
    return busy > _MANY * kind.under_way or (are_all and busy > _MANY * _sessions(seen))


def _sessions(seen: Observation) -> float:
    return seen.mean("sessions") or 1.0


def at_hand(seen: Observation) -> Iterator[str]:
    """What the CPUs did, where that was seen."""
    cores, its = seen.mean("service_cores"), seen.mean("postgres_cores")
    if cores is not None:
        yield f"the service ({', '.join(seen.processes)}) used {cores:.2f} cores"
    if its is not None:
        yield f"PostgreSQL used {its:.2f} cores"
    yield f"this machine used {seen.mean('machine_cores') or 0:.2f} of {seen.cores} cores"


RULES: tuple[Rule, ...] = (
    _locks,
    _wal,
    _scans,
    _postgres,
    _pool,
    _service_cpu,
    _network,
    _machine_cpu,
    _wait_inside,
    _turns,
)


def _slowest(seen: Observation) -> Iterator[str]:
    """The statement that took the most time of all, where that is counted."""
    if seen.counted and seen.counted.statements:
        text, (calls, time_ms) = max(seen.counted.statements.items(), key=lambda each: each[1][1])
        total = sum(each for _, each in seen.counted.statements.values())
        share = f"{time_ms / total:.0%} of all time of statements"
        yield f"{share}: {text}, {calls:.0f} times, {time_ms / calls:.1f} ms each"


def is_crowded(seen: Observation) -> bool:
    """Whether programs that have nothing to do with the run, as far as is known, fill the machine."""
    is_full = (seen.mean("machine_cores") or 0) >= _FULL * seen.cores
    return is_full and seen.others_cores is not None and seen.others_cores >= _MANY


FEW_SAMPLES = 6


_SLOW_MS = 20.0
