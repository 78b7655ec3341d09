"""What is observed of the service while a run lasts, and what held it back."""

from collections.abc import Callable, Mapping

from load.judgement.bottleneck import explain
from load.measurements.results import Results
from load.measurements.run_records import ExplanationRecord
from load.observation.observation import Observation
from load.observation.observer import Observer
from openapi.operations import Operation


class ServiceObservation:
    """Observes a service from the start to the end of a run."""

    def __init__(self) -> None:
        self._observer: Observer | None = None
        self._observation: Observation | None = None

    def begin(self, observer: Observer, elapsed: Callable[[], float]) -> None:
        """Observe until the end; `elapsed` tells how long (s) ago the run began."""
        self._observer, self._observation = observer, None
        observer.begin(elapsed)

    def end(self) -> int:
        """Keep what was observed; gives how many calls that took."""
        if self._observer is None:
            return 0
        observer, self._observer = self._observer, None
        self._observation = observer.end()
        return observer.probes

    def explain(
        self, results: Results, operations: Mapping[str, Operation], rate: float | None
    ) -> ExplanationRecord | None:
        """What kept the service from being faster at an arrival rate (arrivals/s), if it was observed."""
        if self._observation is None:
            return None
        methods = {label: operation.method for label, operation in operations.items()}
        return explain(results, methods, self._observation, rate)
