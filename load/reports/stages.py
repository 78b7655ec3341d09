"""What came of each stage of rates."""

from collections.abc import Iterator

from load.measurements.rate_course import Span
from load.measurements.results_file import RunRecord
from load.quantities import quantity


def stages(run: RunRecord) -> Iterator[str]:
    """A line for each stage: when it was, which calls were due in it, and which ended in it. Warm-up and all,
    as a service counts them.
    """
    for number, span in enumerate(run.workload.course.spans if run.workload.stages else (), start=1):
        if span.begin < run.seconds:
            when = f"from {span.begin:g} s to {span.end:g} s"
            yield f"stage {number}, {when}, at {span.stage}: {_outcome(run, span)}"


def _outcome(run: RunRecord, span: Span) -> str:
    within = [second for second in run.total.seconds if span.begin <= second.at + 0.5 < span.end]
    length = min(span.end, run.seconds) - span.begin
    due = span.stage.until(length) / length
    ended = sum(second.requests for second in within) / length
    failed = sum(second.failures for second in within)
    slowest = max((second.p95_ms for second in within), default=0.0)
    rates = f"{due:.1f} calls/s were due and {ended:.1f} calls/s ended"
    return f"{rates}, {quantity(failed, 'failure')}; p95 of the slowest second {slowest:.1f} ms"
