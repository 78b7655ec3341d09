"""The worker processes of a service end, whatever they are doing."""

import multiprocessing
import os
import signal

import psutil
import pytest

from students_service.server import end_all


@pytest.mark.process
def test_workers_that_hang_are_killed(caplog: pytest.LogCaptureFixture) -> None:
    spawn = multiprocessing.get_context("spawn")
    hanging, ending = (spawn.Process(target=signal.pause) for _ in range(2))
    for process in (hanging, ending):
        process.start()
    assert hanging.pid is not None
    os.kill(hanging.pid, signal.SIGSTOP)
    while psutil.Process(hanging.pid).status() != psutil.STATUS_STOPPED:
        assert hanging.is_alive()
    for process in (hanging, ending):
        process.terminate()
    end_all([ending], 60)
    end_all([hanging], 0)
    assert (hanging.exitcode, ending.exitcode) == (-signal.SIGKILL, -signal.SIGTERM)
    assert [record.message for record in caplog.records] == [
        f"the process {hanging.pid} did not end within 0 s, and is killed"
    ]
