"""Fields of --header take the place of parameters that the document lists."""

from dataclasses import replace

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.calls.sent_parts import SentParts
from load.errors import LoadError
from load.options.credentials import credentials
from load.options.options import Options
from load.options.scenario_file import load_scenario
from openapi.operation_reader import read_operations

# Nothing can be generated for it.
IMPOSSIBLE = {"type": "string", "minLength": 3, "maxLength": 2}
PARAMETERS = [
    {"name": "X-Tenant", "in": "header", "required": True, "schema": IMPOSSIBLE},
    {"name": "X-Team-Id", "in": "header", "required": True, "schema": ID},
    {"name": "lang", "in": "cookie", "required": True, "schema": {"type": "string", "enum": ["de"]}},
    {"name": "theme", "in": "cookie", "required": True, "schema": {"type": "string", "enum": ["dark"]}},
]
PATHS = on("/teams", get=does({"type": "array", "items": an_object(id=ID)})) | on(
    "/things", get=does(an_object(name=TEXT), parameters=PARAMETERS)
)
LABEL = "GET /things"


def simulation(*headers: str) -> Simulation:
    options = replace(Options(load_scenario("mixed")), credentials=credentials(headers, "", (), "", {}))
    return Simulation(read_operations(contract(PATHS)), options)


def test_a_parameter_is_sent_once_whatever_its_case() -> None:
    made = simulation("x-tenant: acme", "X-TEAM-ID: 7", "cookie: lang=en; other=1")
    call = made.compiled.builders[LABEL].build({})
    fields = [(name.lower(), value) for name, value in call.sent_headers.items()]
    assert sorted(fields) == [
        ("accept", "application/json"),
        ("cookie", "theme=dark; lang=en; other=1"),
        ("x-team-id", "7"),
        ("x-tenant", "acme"),
    ]
    assert not made.compiled.plan.needs[LABEL]
    lines = [*made.compiled.lines()]
    assert f"{LABEL}: header X-Tenant <- --header" in lines
    assert f"{LABEL}: cookie lang <- --header" in lines
    seen = SentParts({LABEL: call.operation}).look(call)
    assert {*seen} == {"header X-Tenant", "header X-Team-Id", "cookie lang", "cookie theme"}


def test_without_it_the_operation_cannot_be_called() -> None:
    assert LABEL not in simulation("X-Team-Id: 7").compiled.builders


def test_fields_that_calls_have_anyway_are_replaced() -> None:
    made = simulation("x-tenant: acme", "accept: text/plain", "User-agent: me")
    call = made.compiled.builders[LABEL].build({})
    assert [value for name, value in call.sent_headers.items() if name.lower() == "accept"] == ["text/plain"]


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection"])
def test_fields_of_the_connection_are_refused(name: str) -> None:
    with pytest.raises(LoadError, match=f"--header: {name} is a field of the connection"):
        credentials((f"{name}: 5",), "", (), "", {})
