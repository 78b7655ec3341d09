"""The options that describe the workload."""

import re

import pytest

from load.errors import LoadError
from load.options.workload import workload


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rate": "fast"}, "--rate fast: it must be a number of calls per second above 0"),
        ({"rate": "0"}, "--rate 0: it must be a number"),
        ({"rate": "5", "arrivals": "random"}, "--arrivals random: it must be constant or poisson"),
        ({"arrivals": "poisson"}, "arrivals spread the calls of a rate; give --rate"),
        ({"warm_up": "soon"}, "--warm-up 'soon' is not a time"),
    ],
)
def test_malformed_workloads_are_reported(given: dict[str, str], message: str) -> None:
    with pytest.raises(LoadError, match=re.escape(message)):
        workload(given, 0)
