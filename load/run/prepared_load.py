"""What is compiled of a document and the options of a run, once, however many runs follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

import msgspec

from load.calls.document_servers import on_other_servers
from load.judgement.objectives import Objective, parse_objective, promised_objectives
from load.judgement.verdict import promised_errors, tolerated
from load.measurements.findings import Fault
from load.options.operation_keys import OperationKeys
from load.options.options import Options
from load.options.think_times import ThinkTimes
from load.printable import printable
from openapi.contract import Contract
from openapi.operation_reader import readable_operations
from openapi.operations import Operation


@dataclass(frozen=True)
class Prepared:
    """A document, the options, the operations that may be called by label, and why others may not.

    `promised` are the objectives of the document, `requested` those of the user.
    """

    contract: Contract
    options: Options
    operations: Mapping[str, Operation]
    uncallable: Mapping[str, str]
    promised: tuple[Objective, ...]
    requested: tuple[Objective, ...]

    @classmethod
    def of(cls, contract: Contract, options: Options) -> "Prepared":
        """Raises LoadError when an objective or a scenario names an operation that the document does not
        have.
        """
        operations, unreadable = readable_operations(contract)
        ids = {operation.label: operation.operation_id for operation in operations}
        return cls(
            contract,
            options,
            {operation.label: operation for operation in operations},
            unreadable,
            tuple(promised_objectives(operations)),
            tuple(parse_objective(objective, ids) for objective in options.objectives),
        )

    def only_at(self, host: str) -> "Prepared":
        """The same without the operations that the document has at other hosts than this one."""
        excluded = on_other_servers(self.operations.values(), host)
        operations = {
            label: operation for label, operation in self.operations.items() if label not in excluded
        }
        return replace(self, operations=operations, uncallable={**self.uncallable, **excluded})

    def at_rate(self, rate: float) -> "Prepared":
        """The same with another arrival rate (arrivals/s)."""
        workload = msgspec.structs.replace(self.options.workload, rate=rate)
        return replace(self, options=replace(self.options, workload=workload))

    def think_times(self) -> ThinkTimes:
        """The think times of one process's users."""
        scenario = self.options.scenario
        by_label = OperationKeys([*self.operations.values()]).values(scenario.wait_after)
        return ThinkTimes(scenario.wait, by_label, Random())

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The operationId of each operation by its label; empty where the document gives none."""
        return {label: operation.operation_id for label, operation in self.operations.items()}

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The path of each operation by its label, as it may be shown."""
        return {label: printable(operation.path) for label, operation in self.operations.items()}

    def fatal(self, label: str, faults: Iterable[Fault]) -> Fault | None:
        """The first of the faults of an operation with which the run cannot pass any more."""
        allowed = tolerated(label, self._promised_errors)
        return next((fault for fault in faults if fault not in allowed), None)

    @cached_property
    def _promised_errors(self) -> frozenset[str]:
        return frozenset(promised_errors([*self.promised, *self.requested]))
