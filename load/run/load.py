"""One process of a run: the compiled contract, its users' journeys, and what becomes of their calls."""

import gc
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random

from gevent.event import Event

from load.calls.authentication import Acceptance
from load.calls.base_url import based, elsewhere
from load.calls.connection import Connection
from load.calls.keep_alive import KeepAlive
from load.journeys.addresses import Addresses
from load.journeys.compiled_operations import compile_operations
from load.journeys.coverage import select_operations
from load.journeys.journeys import Journeys
from load.journeys.knowledge import ExistingEntity, Knowledge
from load.journeys.ledger import Ledger
from load.journeys.properties import Properties
from load.journeys.reconciliation import Reconciliation
from load.judgement.backlog import behind
from load.judgement.bottleneck import bottlenecks, explained
from load.judgement.capacity import Trial, trial_of
from load.judgement.objectives import Objective, promised, stated
from load.judgement.recorded import Run, recorded
from load.judgement.verdict import circumstances, judge, promised_errors, tolerated
from load.measurements.arrivals import Share, arrivals
from load.measurements.findings import Fault, Finding
from load.measurements.results import Results
from load.measurements.results_file import RunRecord
from load.measurements.run_records import CapacityRecord, ExplanationRecord
from load.observation.observation import Observation
from load.observation.observer import Observer
from load.options.options import Options
from load.printable import printable
from load.run.watch import Watch
from openapi.contract import Contract
from openapi.operation_reader import readable_operations
from openapi.payloads import PayloadFactory
from openapi.security import security_schemes

SWITCH_S = 0.0005
# A service that restarts is back sooner.
GONE_S = 10.0


class Load:
    """One process's part in a run: the compiled contract, its users' journeys, and their results.

    `alone` says that nobody else uses the service; `incomplete` why going on would have told nothing more,
    `cut_short` why the run ended before its time through no doing of the service; `waiting` is how many calls
    wait for their answers now, `is_gone` says that the service does not answer any more, `is_hurried` that
    nobody wants to wait until all that was written is read back.
    Raises ContractError and LoadError when there is nothing to call.
    """

    def __init__(self, contract: Contract, options: Options, alone: bool = False) -> None:
        self.alone = alone
        self.incomplete: tuple[str, ...] = ()
        self.cut_short = ""
        self.is_hurried = False
        # Set while no verdict is awaited.
        self.told = Event()
        self.told.set()
        self.waiting = 0
        # What is missing of workers that went before their end; how many calls this process has sent.
        self.missing: tuple[str, ...] = ()
        self.is_gone = False
        self.calls = 0
        # What ends the run in time; whoever moves this load sets it.
        self.leave: Callable[[str], object] = lambda _reason: None
        self.share = Share()
        self.watch: Watch | None = None
        self.observation: Observation | None = None
        self.explanation: ExplanationRecord | None = None
        self._observer: Observer | None = None
        self.take(contract, options)

    def take(self, contract: Contract, options: Options) -> None:
        """Compile a document and what to do with it."""
        self.contract = contract
        self.options = options
        self.database_url = options.database_url
        found, self.faulty = readable_operations(contract)
        self.operations = {each.label: each for each in found}
        self._located: dict[str, tuple[str, int]] = {}
        self.paths = {each.label: printable(each.path) for each in found}
        self.promised = [*promised(found)]
        self.asked = [stated(each, self.names) for each in options.objectives]
        self.mask = options.credentials.mask
        self.begin(())

    def begin(self, existing: Iterable[ExistingEntity], elapsed: float | None = None) -> None:
        """Forget what an earlier run left, and know what exists. The run began a while (s) ago, or now."""
        origin = None if elapsed is None else time.perf_counter() - elapsed
        payloads = PayloadFactory(document=self.contract.document)
        random, schemes = Random(), security_schemes(self.contract)
        covered = select_operations([*self.operations.values()], self.options, schemes, payloads)
        self.compiled = compile_operations(covered, self.options, payloads, random, schemes)
        self.known = Knowledge(self.compiled)
        self.journeys = Journeys(self.compiled, self.known, random)
        self.results = Results.of(self.operations, self.options.workload.warm_up, origin)
        self.results.mask = self.mask
        self.acceptance = Acceptance(self._judge)
        self._promised_errors = promised_errors([*self.promised, *self.asked])
        self.incomplete, self.missing, self.cut_short = (), (), ""
        self.calls, self.is_gone, self.is_hurried = 0, False, False
        self._keep_alive = KeepAlive()
        for kind, values in existing:
            self.known.add_foreign(kind, values)
        readable = (
            {}
            if self.compiled.indirect_changes.may_erase_unnamed
            else self.compiled.reads.comparable_properties
        )
        consistency, addresses = self.options.consistency, Addresses(self.compiled.index.created_by)
        properties = Properties(
            readable,
            addresses,
            consistency,
            self.compiled.indirect_changes.independent_resources,
            self.compiled.indirect_changes.publishing,
        )
        self.ledger = Ledger(addresses, properties, consistency, payloads.is_own)
        private = self.alone and not self.options.selection.allow_destructive
        self.reconciliation = Reconciliation(readable, addresses, properties, consistency, private)
        self.take_share(self.share)

    def connection(self, host: str) -> Connection:
        """A connection to a host, for calls of this run."""
        return Connection(host, self.options.timeout, self._keep_alive)

    def stay_at(self, host: str) -> None:
        """Call nothing of what the document has at other hosts than this, which it names itself."""
        left = elsewhere(self.operations.values(), host)
        if left:
            self.operations = {label: each for label, each in self.operations.items() if label not in left}
            self.faulty = {**self.faulty, **left}
            self.begin(())

    def located(self, host: str) -> tuple[str, int]:
        """Where the API is at a host, and how many calls it took to find out: it is done once."""
        if host not in self._located:
            operations, options = self.operations.values(), self.options
            found = based(host, self.contract, operations, options.credentials, options.selection)
            self._located |= {host: found, found[0]: (found[0], found[1])}
        return self._located[host]

    def ask(self, rate: float) -> None:
        """Have another number of arrivals per second from the next beginning on."""
        self.options = replace(self.options, workload=replace(self.options.workload, rate=rate))

    def trial(self) -> Trial:
        """What has been recorded, as a trial of a rate."""
        return trial_of(self.options.workload.rate or 0.0, self.results, self.objectives, self.names)

    def take_share(self, share: Share) -> None:
        """Make this part of the arrivals from now on."""
        self.share = share
        self.ledger.creations.is_alone = share.count == 1
        asked, elapsed = self.options.workload, self.results.elapsed
        if asked.rate is not None:
            self._arrivals = arrivals(asked.arrivals, asked.rate, share, elapsed, Random())
            self.due = next(self._arrivals)
        if self.watch:
            self.watch.rate = self._own_rate

    @property
    def _own_rate(self) -> float:
        """How many arrivals per s this process makes."""
        return (self.options.workload.rate or 0.0) / self.share.count

    def next_arrival(self) -> float | None:
        """When the next arrival was due (s since the start), if it was; it is made now."""
        due = self.due
        if due > self.results.elapsed:
            return None
        self.due = next(self._arrivals)
        return due

    def listen(self) -> None:
        """Watch this process, which makes calls from now on."""
        # What is compiled stays: looking at it again would hold up calls for a tenth of a second.
        gc.collect()
        gc.freeze()
        # The thread that takes samples is to let calls go first: by default, it may hold them up for 5 ms.
        sys.setswitchinterval(SWITCH_S)
        if self.watch:
            self.watch.end()
        self.watch = Watch(max(self.results.warm_up - self.results.elapsed, 0), self._own_rate)

    def watch_service(self, observer: Observer) -> None:
        """Have a service watched by an observer until the run ends."""
        self._observer, self.observation = observer, None
        observer.begin(lambda: self.results.elapsed)

    def leave_service(self) -> None:
        """The run has ended: keep what was seen of the service."""
        if self._observer:
            observer, self._observer = self._observer, None
            self.observation = observer.end()
            self.results.beside["to see how long a GET / takes"] += observer.probes

    def look(self, name: str = "") -> None:
        """Add what this process has seen of itself to the results."""
        if self.watch:
            self.results.watched(name, self.watch.taken())

    def end_early(self, reason: str) -> None:
        """Have the run end before its time, since going on would tell nothing more; the verdict says why."""
        if reason not in self.incomplete:
            self.incomplete = (*self.incomplete, reason)
            self.leave(reason)

    def interrupted(self, after_s: float, most_s: float | None) -> None:
        """Somebody has ended the run after a time (s) that was to last for another; one of which nobody has
        said how long it lasts is whole whenever it ends.
        """
        if most_s is not None and not self.incomplete:
            self.cut_short = self.cut_short or f"interrupted after {after_s:.0f} s of {most_s:.0f} s"

    def abandon(self, reason: str) -> None:
        """Have the run end before its time through no doing of the service."""
        self.cut_short = self.cut_short or reason
        self.leave(reason)

    def missed(self) -> None:
        """A call got no answer: when nobody has answered for long, going on is hopeless."""
        silence = self.results.silence
        if silence.lasts(self.results.elapsed) > GONE_S:
            self.is_gone = True
            if self.results.ended is None:
                self.end_early(f"the run was ended early: nobody had answered for {GONE_S:.0f} s")

    def failed(self, label: str, faults: Iterable[Fault]) -> None:
        """A call of an operation went wrong: with --fail-fast, that ends a run that cannot pass any more."""
        if not self.options.fail_fast or self.incomplete:
            return
        for fault in faults:
            if fault not in tolerated(label, self._promised_errors):
                self.end_early(f"ended early, as told by --fail-fast: {label}: {fault}")
                return

    def _judge(self, label: str, found: list[Finding]) -> None:
        self.results.judge(label, found)

    def settle(self) -> None:
        """All calls of the users have ended: what was held back of them is said now."""
        self.acceptance.settle()
        self.tell_acceptance()

    def tell_acceptance(self) -> None:
        """Once credentials are not accepted, going on tells nothing more."""
        acceptance = self.acceptance
        if acceptance.reason:
            count, acceptance.refused = acceptance.refused, 0
            self.results.unjudged(acceptance.reason, acceptance.since, count)
            self.end_early(acceptance.reason)

    def notes(self) -> Iterator[str]:
        """What people should know before the run: a line for each shortcoming."""
        asking = self.compiled.uncredentialed
        for label, reason in self.uncovered.items():
            if label not in asking:
                yield f"not called: {label}: {reason}"
        for reason in dict.fromkeys(asking.values()):
            labels = [label for label, each in asking.items() if each == reason]
            others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
            yield f"not called: {labels[0]}{others}: {reason}; the load does not log in by itself"
        for reason in self.compiled.omitted:
            yield f"never sent: {reason}"

    @property
    def uncovered(self) -> dict[str, str]:
        """Why operations are not called, by label."""
        return {**self.faulty, **self.compiled.uncovered}

    def recorded(self, host: str, users: int, capacity: CapacityRecord | None = None) -> RunRecord:
        """All that is known of the run against a host, with so many users."""
        run = Run(
            title=self.contract.document.get("info", {}).get("title", "A service"),
            document=self.contract.source,
            host=host,
            profile=self.options.profile.name,
            users=users,
            workload=self.options.workload,
            uncovered=self.uncovered,
            names=self.names,
        )
        # The results of a search are those of one rate of many.
        unfinished = max(self.calls - self.results.total.requests, 0) if capacity is None else 0
        missing = [*self.missing]
        if unfinished:
            missing.append(f"{unfinished} calls had no answer when the run ended: they are in no figure")
        is_open = self.options.workload.rate is not None and capacity is None
        left = behind(self.results, unfinished) if is_open else None
        known = circumstances(self.results, self.incomplete, missing, left, self.cut_short)
        verdict = judge(self.objectives, self.results, known)
        return recorded(run, self.results, verdict, capacity, self.explanation or self.explained())

    def explained(self) -> ExplanationRecord | None:
        """What kept the service from going faster, and what was seen of it."""
        if self.observation is None:
            return None
        methods = {label: each.method for label, each in self.operations.items()}
        found = bottlenecks(self.results, methods, self.observation)
        return explained(found, self.observation, self.options.workload.rate)

    @property
    def names(self) -> dict[str, str]:
        """The ids of the operations in the document, by label; empty where it gives none."""
        return {label: each.operation_id for label, each in self.operations.items()}

    @property
    def objectives(self) -> list[Objective]:
        """What the service promises of the operations that have been called, and what was asked of it."""
        called = [each for each in self.promised if self.results.operations[each.label].measured.requests]
        return [*called, *self.asked]
