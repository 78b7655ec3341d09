"""A worker that Locust stops, and that is interrupted while it reads back. It prints how many final results
it had sent when it was free to leave, and how many at the end. It is a process, as Locust patches modules.
"""

import sys
from types import SimpleNamespace
from unittest import mock

import gevent
from gevent.event import Event
from locust.event import EventHook

from load.measurements.results import Results
from load.run.protocol import Report, name_of
from load.run.worker import Worker


def main() -> None:
    """Stop by Locust first: whoever interrupts after that finds nothing to stop."""
    messages, reading = list[str](), Event()
    events = SimpleNamespace(report_to_master=EventHook(), test_stop=EventHook(), quitting=EventHook())
    runner = SimpleNamespace(
        environment=SimpleNamespace(events=events, host=""),
        client_id="one",
        register_message=lambda *_, **__: None,
        send_message=lambda kind, _: messages.append(kind),
        stop=lambda: None,
    )

    def read_back(*_: object) -> None:
        reading.set()
        # Other greenlets run meanwhile, as during a call.
        for _turn in range(3):
            gevent.sleep(0)

    results = Results.of([])
    session = SimpleNamespace(results=results, take_results=lambda: results, sent=0, ledger=[])
    load = SimpleNamespace(
        settle=lambda: None,
        add_watched=lambda _: None,
        on_early_end=lambda _: None,
        session=session,
        ending=None,
    )
    worker = Worker(runner, load)  # type: ignore[arg-type] # only the parts of both that are used
    worker._reports.begin()
    with mock.patch("load.run.worker.read_back", read_back):
        stopping = gevent.spawn(events.test_stop.fire)
        reading.wait()
        events.quitting.fire()
        at_leave = messages.count(name_of(Report))
        stopping.join()
    sys.stdout.write(f"{at_leave} {messages.count(name_of(Report))}\n")


if __name__ == "__main__":
    main()
