"""A load in this process without Locust: users that call one after another, and what they found."""

from typing import Any

import gevent

from load.options.options import Options
from load.options.scenario_file import load_scenario
from load.run.caller import Caller
from load.run.ending import Ending
from load.run.pacing import Pacing
from load.run.prepared_load import Prepared
from load.run.read_back import read_back
from load.run.session import Session
from openapi.contract import Contract


def loaded(
    document: Any, url: str, users: int = 6, calls: int = 120, profile: str = "write-heavy"
) -> Session:
    """The session of users that have made so many calls each of a document's operations."""
    options = Options(load_scenario(profile), consistency=0, seed=1)
    session = Session(Prepared.of(Contract("test.yaml", document, (3, 1)), options))
    ending, pacing = Ending(), Pacing(options.workload)

    def use(caller: Caller) -> None:
        for _ in range(calls):
            caller.call(None)
            gevent.sleep(caller.take_pause_s())
        caller.close()

    callers = [Caller(session, ending, pacing, url) for _ in range(users)]
    gevent.joinall([gevent.spawn(use, caller) for caller in callers], raise_error=True)
    session.results.clock.end()
    read_back(session, ending, url, lambda _: None)
    return session


def findings(session: Session) -> dict[str, set[str]]:
    """What was found of each operation."""
    return {
        label: {str(finding) for finding in operation.findings}
        for label, operation in session.results.operations.items()
        if operation.findings
    }
