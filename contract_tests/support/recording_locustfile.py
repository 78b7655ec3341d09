"""A locustfile that records every call apart from the results: each process appends the operation and the
response time (s) to a file of its own, in the folder that RECORDS names.
"""

import os
from pathlib import Path

from load.locustfile import ContractUser
from load.measurements.findings import Finding
from load.measurements.results import Results

__all__ = ["ContractUser"]

_record = Results.record


def _record_and_write(
    self: Results, label: str, status: int, response_s: float, service_s: float, findings: list[Finding]
) -> None:
    with (Path(os.environ["RECORDS"]) / str(os.getpid())).open("a") as file:
        file.write(f"{label}\t{response_s!r}\n")
    _record(self, label, status, response_s, service_s, findings)


Results.record = _record_and_write  # type: ignore[method-assign] # in addition to what it does
