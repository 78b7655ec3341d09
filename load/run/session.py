"""One process's part in one run: the journeys of its users, what their calls recorded, and its ledger."""

import time
from collections import deque
from collections.abc import Iterable
from random import Random

from load.calls.authentication import Acceptance
from load.calls.connection import Connection
from load.calls.keep_alive import KeepAlive
from load.calls.sent_parts import SentParts
from load.hooks.hook_file import Hooks, read_hooks
from load.journeys.compiled_operations import compile_operations
from load.journeys.coverage import select_operations
from load.journeys.journeys import Journeys
from load.journeys.knowledge import ExistingEntity, Knowledge
from load.ledger.addresses import Addresses
from load.ledger.keyed_creations import KeyedCreation
from load.ledger.ledger import Ledger
from load.ledger.properties import Properties
from load.ledger.reconciliation import Reconciliation
from load.measurements.findings import Finding
from load.measurements.results import Results
from load.run.hooked_calls import HookedCalls
from load.run.prepared_load import Prepared
from openapi.payloads import PayloadFactory
from openapi.security import security_schemes

# How many creations are remembered that were sent more than once.
_KEYED_KEPT = 5_000


class Session:
    """What a process compiles and records for one run. Larger than usual: a field for each part of a run.

    The run began `elapsed` s ago, or begins now. `number` is that of the process, from 0 on. Nobody else uses
    a service that is `exclusive`. `sent` counts the calls that were sent, `waiting` those whose answer has
    not come yet; `parts` sees what is in them. `keyed_creations` were sent more than once under their
    key. `hooked` calls the hooks of the user, if any see calls.

    Raises ContractError and LoadError when there is nothing to call.
    """

    def __init__(
        self,
        prepared: Prepared,
        existing: Iterable[ExistingEntity] = (),
        elapsed: float = 0.0,
        exclusive: bool = False,
        number: int = 0,
    ) -> None:
        options = prepared.options
        self.prepared = prepared
        origin = time.perf_counter() - elapsed
        seed = options.seed_of(number)
        # What has to be unique follows no seed: an earlier run may have left the same values on the service.
        hooks = read_hooks(options.hooks, prepared.operations.values()) if options.hooks else Hooks()
        payloads = PayloadFactory(seed, prepared.contract.document, Random(), hooks.realism)
        random, schemes = Random(seed), security_schemes(prepared.contract)
        covered = select_operations([*prepared.operations.values()], options, schemes, payloads)
        self.compiled = compile_operations(covered, options, payloads, random, schemes)
        self.knowledge = Knowledge(self.compiled)
        for kind, values in existing:
            self.knowledge.add_foreign(kind, values)
        self.journeys = Journeys(self.compiled, self.knowledge, random)
        self.results = Results.of(prepared.operations, options.workload.warm_up, origin)
        self.results.mask = options.credentials.mask
        self.acceptance = Acceptance(self._judge)
        self.sent = self.waiting = 0
        self.parts = SentParts(prepared.operations)
        self.hooked = HookedCalls(hooks, prepared.operations) if hooks.see_calls else None
        self.keyed_creations = deque[KeyedCreation](maxlen=_KEYED_KEPT)
        self._keep_alive = KeepAlive()
        changes = self.compiled.indirect_changes
        readable = {} if changes.may_erase_unnamed else self.compiled.reads.comparable_properties
        consistency, addresses = options.consistency, Addresses(self.compiled.index.created_by)
        properties = Properties(
            readable, addresses, consistency, changes.independent_resources, changes.publishing
        )
        self.ledger = Ledger(addresses, properties, consistency, payloads.is_own)
        private = exclusive and not options.selection.allow_destructive
        self.reconciliation = Reconciliation(readable, addresses, properties, consistency, private)

    def connection(self, host: str) -> Connection:
        """A connection to a host, for calls of this run."""
        return Connection(host, self.prepared.options.timeout, self._keep_alive, self.prepared.options.tls)

    def _judge(self, label: str, findings: list[Finding]) -> None:
        self.results.add_findings(label, findings)

    def take_results(self) -> Results:
        """What was recorded since this was last called, which begins anew."""
        taken, self.results = self.results, self.results.emptied()
        return taken

    @property
    def uncovered(self) -> dict[str, str]:
        """Why operations are not called, by label."""
        return {**self.prepared.uncallable, **self.compiled.uncovered}
