"""A signal ends a command wherever the command is."""

import signal
import subprocess
import sys

import pytest

# What a finalizer raises is dropped by Python.
COMMAND = """
import signal, sys
from {module} import ended_by_signals

class Dropped:
    def __del__(self):
        signal.raise_signal({number})

with ended_by_signals({arguments}):
    Dropped()
    signal.pause()
    signal.pause()
"""


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    ("module", "arguments"),
    [("students_service.signals", "lambda number: 128 + number"), ("load.run.signals", "")],
)
def test_a_signal_during_a_finalizer_ends_the_command(
    module: str, arguments: str, number: signal.Signals
) -> None:
    script = COMMAND.format(module=module, arguments=arguments, number=int(number))
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (128 + number, "")
