"""A worker that Locust stops, and that is interrupted while it reads back: prints how many last results it
has told when it is free to go, and how many in the end. A process of its own: Locust patches what it imports.
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
    """Locust's word comes first: the one who leaves then finds nothing to stop."""
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
        # Others have their turn meanwhile, as with a call.
        for _each in range(3):
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
    worker = Worker(runner, load)  # type: ignore[arg-type] # as much of both as it takes
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
