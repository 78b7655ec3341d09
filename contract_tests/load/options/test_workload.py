"""The options that describe the workload."""

import itertools
import json
import re
from collections import defaultdict
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import Any

import httpx2 as httpx
import pytest
from hdrh.histogram import HdrHistogram

from contract_tests.support.documents import operation
from contract_tests.support.processes import StartService, free_port, run
from load.errors import LoadError
from load.judgement.objectives import Objective, promised, stated
from load.judgement.verdict import judge
from load.measurements.arrivals import CONSTANT, POISSON, Share, arrivals
from load.measurements.findings import Fault, Finding
from load.measurements.generator import Generator
from load.measurements.results import Results
from load.measurements.times import HIGHEST_US, Times
from load.options.workload import workload


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rate": "fast"}, "--rate fast: a number of calls per second above 0 is expected"),
        ({"rate": "0"}, "--rate 0: a number"),
        ({"rate": "5", "arrivals": "random"}, "--arrivals random: there are constant and poisson"),
        ({"arrivals": "poisson"}, "--arrivals says how those of --rate are spread"),
        ({"warm_up": "soon"}, "--warm-up 'soon' is not a time"),
    ],
)
def test_workloads_that_are_none(given: dict[str, str], told: str) -> None:
    with pytest.raises(LoadError, match=re.escape(told)):
        workload(given, 0)
