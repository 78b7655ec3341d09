"""The command line as a whole."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("run", "--show-plan"), ("schema",)])
def test_commands_that_send_no_calls_do_not_import_what_sends_them(arguments: tuple[str, ...]) -> None:
    program = (
        "import sys; from load.__main__ import main\n"
        "try: main()\n"
        "finally: assert not {'gevent', 'locust'} & sys.modules.keys()"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
