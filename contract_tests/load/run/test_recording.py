"""The record of a run says what was never sent and what was not checked, in addition to its figures."""

from contract_tests.support.documents import contract
from contract_tests.support.path_items import does, on
from contract_tests.support.plans import THING
from load.options.options import Options
from load.options.scenario_file import load_scenario
from load.run.ending import Ending
from load.run.prepared_load import Prepared
from load.run.recording import record_run
from load.run.session import Session


def test_what_is_neither_sent_nor_checked_is_recorded() -> None:
    nowhere = {"$ref": "#/components/schemas/Nowhere"}
    sets_cookie = does(THING)
    sets_cookie["responses"]["200"]["headers"] = {"Set-Cookie": {"schema": {"type": "string"}}}
    paths = {**on("/things", get=does(nowhere)), **on("/home", get=sets_cookie)}
    session = Session(Prepared.of(contract(paths), Options(load_scenario("mixed"))))
    session.results.clock.end()
    run = record_run(session, Ending(), "http://127.0.0.1:1", 1, None)
    assert run.omitted[0].startswith("the cookies that GET /home sets")
    assert run.unchecked == [
        "GET /things: response 200, application/json: "
        "test.yaml: $ref '#/components/schemas/Nowhere' leads nowhere, at 'schemas'"
    ]
