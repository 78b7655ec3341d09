"""What one process has of its runs, one after another: what is compiled once, and the run that goes on."""

from collections.abc import Callable, Iterable, Iterator

from gevent.event import Event

from load.calls.base_url import find_base_url
from load.journeys.knowledge import ExistingEntity
from load.measurements.arrivals import Share
from load.measurements.results_file import RunRecord
from load.measurements.run_records import ExplanationRecord
from load.observation.observer import Observer
from load.options.options import Options
from load.options.think_times import ThinkTimes
from load.run.answers import report_acceptance
from load.run.ending import Ending
from load.run.pacing import Pacing
from load.run.prepared_load import Prepared
from load.run.recording import record_run
from load.run.service_observation import ServiceObservation
from load.run.session import Session
from openapi.contract import Contract


class Load:
    """A document and options, compiled, and the run of this process: its session, ending and pacing, which
    are made anew for each run. Larger than usual: it is where the parts of a run are put together.

    Nobody else uses a service that is `exclusive`. `verdict_given` is set while no verdict is being made.

    Raises ContractError and LoadError when there is nothing to call.
    """

    def __init__(self, contract: Contract, options: Options, exclusive: bool = False) -> None:
        self._exclusive = exclusive
        self._leave: Callable[[str], object] = lambda _reason: None
        self._share = Share()
        self._database_url = options.database_url
        self._located: dict[str, tuple[str, int]] = {}
        self._service = ServiceObservation()
        self._session: Session | None = None
        self.prepared: Prepared
        self.ending: Ending
        self.pacing: Pacing
        self.think_times: ThinkTimes
        self.verdict_given = Event()
        self.verdict_given.set()
        self._prepare(Prepared.of(contract, options))

    def compile(self, contract: Contract, options: Options) -> None:
        """Compile a document and options, for the runs that follow."""
        self._prepare(Prepared.of(contract, options))

    def exclude_other_hosts(self, host: str) -> None:
        """Call nothing of what the document has at other hosts than this one, which it names itself."""
        self._prepare(self.prepared.only_at(host))

    def set_rate(self, rate: float) -> None:
        """Have another arrival rate (arrivals/s) from the next run on."""
        self.prepared = self.prepared.at_rate(rate)

    def observe_database(self, url: str) -> None:
        """Observe the database at a URL, unless the options name one."""
        self._database_url = self._database_url or url

    def on_early_end(self, leave: Callable[[str], object]) -> None:
        """Call `leave` with the reason when a run has to end before its time."""
        self._leave = leave

    def _leave_early(self, reason: str) -> None:
        self._leave(reason)

    def _prepare(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.begin()

    def begin(self, existing: Iterable[ExistingEntity] = (), elapsed: float = 0.0, number: int = 0) -> None:
        """Begin a run, which knows these entities to exist, and began so many s ago. `number` is that of this
        process among those that make calls.
        """
        if self._session:
            self.pacing.end()
            self.session.results.clock.end()
        self._session = Session(self.prepared, existing, elapsed, self._exclusive, number)
        self.ending = Ending(self._leave_early)
        self.pacing = Pacing(self.prepared.options.workload)
        self.think_times = self.prepared.think_times()
        self.set_share(self._share)

    @property
    def session(self) -> Session:
        """The part of this process in the present run, or in the one that is to begin."""
        assert self._session is not None
        return self._session

    def set_share(self, share: Share) -> None:
        """Make this share of the arrivals from now on."""
        self._share = share
        self.session.ledger.creations.set_alone(share.count == 1)
        self.session.compiled.bound.set_share(share)
        self.pacing.set_share(share, self.session.results.elapsed)

    def restart_arrivals(self) -> None:
        """Arrivals that were due until now are not made up for."""
        self.set_share(self._share)

    def watch_process(self) -> None:
        """Watch from now on whether this process, which makes calls, keeps up."""
        self.pacing.watch_process(self.session.results.elapsed)

    def add_watched(self, name: str = "") -> None:
        """Add what was seen of this process since the last time to its results."""
        if self.pacing.watch:
            self.session.results.add_generator(name, self.pacing.watch.taken())

    def locate(self, host: str) -> tuple[str, int]:
        """Where the API is at a host, and how many calls it took to find out; asked once per host."""
        if host not in self._located:
            prepared = self.prepared
            operations, options = prepared.operations.values(), prepared.options
            located = find_base_url(
                host, prepared.contract, operations, options.credentials, options.selection, options.tls
            )
            self._located |= {host: located, located[0]: located}
        return self._located[host]

    def observer(self, host: str) -> Observer:
        """What can observe the service at a host, and its database. Raises LoadError when it cannot."""
        return Observer(host, self._database_url, self.prepared.options.tls)

    def observe(self, observer: Observer) -> None:
        """Observe the service until the run ends."""
        results = self.session.results
        self._service.begin(observer, lambda: results.elapsed)

    def end(self) -> None:
        """The users are told to leave."""
        self.session.results.clock.end()
        if probes := self._service.end():
            self.session.results.side_calls["to see how long a GET / takes"] += probes

    def settle(self) -> None:
        """All calls of the users have ended: judge the answers whose judgement had to wait for others."""
        self.session.acceptance.settle()
        report_acceptance(self.session, self.ending)

    def hurry(self) -> None:
        """Somebody interrupts; where the run has ended already, they do not want to wait for what follows."""
        if self.session.results.clock.ended is not None:
            self.ending.hurry()

    def explain(self) -> ExplanationRecord | None:
        """What kept the service from being faster, if it was observed."""
        rate = self.prepared.options.workload.rate
        return self._service.explain(self.session.results, self.prepared.operations, rate)

    def record(self, host: str, users: int) -> RunRecord:
        """All that is known of the run against a host, with so many users, and the verdict on it."""
        return record_run(self.session, self.ending, host, users, self.explain())

    def notes(self) -> Iterator[str]:
        """What the user should know before the run: a line for each shortcoming."""
        session = self.session
        yield from self.prepared.contract.notes
        if self.prepared.options.tls.insecure:
            yield "--insecure: certificates are not checked"
        needs_login = session.compiled.uncredentialed
        for label, reason in session.uncovered.items():
            if label not in needs_login:
                yield f"not called: {label}: {reason}"
        for reason in dict.fromkeys(needs_login.values()):
            labels = [label for label, why in needs_login.items() if why == reason]
            others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
            yield f"not called: {labels[0]}{others}: {reason}; the load does not log in by itself"
        for reason in session.compiled.omitted:
            yield f"never sent: {reason}"
        for reason in session.compiled.unchecked:
            yield f"not checked: {reason}"
