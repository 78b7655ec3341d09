"""The verdict on a run in a line, and what it does not cover."""

from collections.abc import Iterator

from load.measurements.results_file import RunRecord
from load.quantities import quantity


def verdict(run: RunRecord) -> str:
    """The verdict, with how many findings are for people to judge."""
    if not run.to_judge:
        return run.verdict
    found = quantity(run.to_judge, "finding")
    if run.passed:
        return f"{run.verdict}, with {found} for you to judge"
    return f"{run.verdict}; {found} {'is' if run.to_judge == 1 else 'are'} for you to judge"


def unchecked(run: RunRecord) -> Iterator[str]:
    """How many parts of responses were not checked, so that the verdict says nothing about them."""
    if run.unchecked:
        parts = quantity(len(run.unchecked), "part of a response", "parts of responses")
        yield f"{parts} could not be checked"
