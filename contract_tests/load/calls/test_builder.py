"""What calls have in their paths, queries, headers and bodies, and what they never have."""

from random import Random
from typing import Any

import pytest

from contract_tests.support.documents import contract, operation
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.calls.builder import CallBuilder
from load.options.credentials import Secret
from load.planning.producers import Inference, Producer
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.payloads import PayloadFactory, Unbuildable


def parameter(name: str, location: str, required: bool, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": location, "required": required, "schema": {"type": "string", **schema}}


def builder(of: Operation) -> CallBuilder:
    return CallBuilder(of, PayloadFactory(1), Random(1), Secret())


def test_path_values_never_contain_dot_segments() -> None:
    for schema in ({"enum": ["..", ".", "", "a b"]}, {"maxLength": 1, "pattern": r"^[. /]*$"}):
        made = builder(operation("/free/{word}", parameters=[parameter("word", "path", True, **schema)]))
        targets = {made.build({}).target for _ in range(200)}
        assert targets
        assert not targets & {"/free/", "/free/.", "/free/.."}


def test_an_operation_without_a_value_for_its_path_is_unbuildable() -> None:
    with pytest.raises(Unbuildable, match="path word: no value of its schema can be sent there as it is"):
        builder(operation("/free/{word}", parameters=[parameter("word", "path", True, enum=["..", ""])]))


def test_identifiers_that_no_path_can_carry_are_ignored() -> None:
    producer = Producer("GET /things", "/things/{}", ("/id",), "", creates=False, reason=Inference(""))
    listed = [{"id": name} for name in ("a", "..", ".", "", "b/c", "...")]
    exchange = Exchange("GET", "/things", {}, {}, {}, None, 200, {}, listed)
    assert [*producer.entities(exchange)] == [("a",), ("b/c",), ("...",)]


def test_header_values_are_sent_unchanged_or_not_at_all() -> None:
    made = builder(
        operation(
            parameters=[
                parameter("X-Any", "header", False, enum=["日本", "fine"]),
                parameter("X-None", "header", False, enum=["日本", "a\r\nb"]),
                parameter("X-Must", "header", True, enum=["日本"]),
                parameter("Content-Length", "header", True),
                parameter("Transfer-Encoding", "header", True),
            ]
        )
    )
    sent = [made.build({}).headers for _ in range(100)]
    assert {headers.get("X-Any") for headers in sent} == {None, "fine"}
    assert {headers["X-Must"] for headers in sent} == {"%E6%97%A5%E6%9C%AC"}
    assert {name for headers in sent for name in headers} == {"Accept", "X-Any", "X-Must"}
    assert made.omitted == ["GET /things: header X-None: no value of its schema can be sent there as it is"]


def test_an_optional_parameter_without_a_value_is_left_out_and_told() -> None:
    contradiction = parameter("shade", "query", False, enum=["red"], minLength=9)
    unreadable = parameter("file", "query", False, pattern="*.png")
    made = builder(operation(parameters=[contradiction, unreadable, parameter("size", "query", False)]))
    assert {made.build({}).target.partition("=")[0] for _ in range(50)} == {"/things", "/things?size"}
    assert made.omitted[0] == "GET /things: query shade: its rules contradict each other"
    assert made.omitted[1].startswith("GET /things: query file: ")
    assert "*.png" in made.omitted[1]
    with pytest.raises(Unbuildable, match="query shade: its rules contradict each other"):
        builder(operation(parameters=[{**contradiction, "required": True}]))


def test_an_optional_body_that_cannot_be_built_is_left_out_and_told() -> None:
    contradiction = {"schema": {"type": "string", "minLength": 5, "maxLength": 2}}
    content: dict[str, Any] = {"application/json": contradiction}
    made = builder(operation(method="post", requestBody={"content": content}))
    assert {made.build({}).body for _ in range(20)} == {b""}
    assert made.omitted == ["POST /things: body: its rules contradict each other"]
    text = {"text/plain": {"schema": {"type": "string", "enum": ["fine"]}}}
    required = {"required": True, "content": content | text}
    beside = builder(operation(method="post", requestBody=required))
    assert {beside.build({}).body for _ in range(20)} == {b"fine"}
    assert beside.omitted == made.omitted
    with pytest.raises(Unbuildable, match="body: "):
        builder(operation(method="post", requestBody={"required": True, "content": content}))


def test_headers_that_change_the_protocol_are_not_sent() -> None:
    switching = operation("/ws", responses={"101": {"description": "a web socket"}})
    simulation = Simulation([switching, operation()])
    assert simulation.compiled.uncovered["GET /ws"].startswith("it switches to another protocol (101)")
    assert [*simulation.compiled.uncovered] == ["GET /ws"]


def test_a_query_in_a_documented_path_is_sent_as_query() -> None:
    made = builder(operation("/q?op=x", parameters=[parameter("n", "query", True, enum=["1"])]))
    assert made.build({}).target == "/q?op=x&n=1"


@pytest.mark.parametrize("name", ["page", "pageNumber", "page_no"])
def test_only_the_first_page_is_requested(name: str) -> None:
    schema = {"type": "integer", "minimum": 1}
    made = builder(operation("/things", parameters=[parameter(name, "query", True, **schema)]))
    assert {made.build({}).query[name] for _ in range(20)} == {1}


def test_an_optional_identifier_is_never_invented() -> None:
    """A call that creates nothing would act on the entity with this identifier."""
    body = an_object(id=ID, url=TEXT)
    body["required"] = ["url"]
    checks = on("/storages/validate", post=does(None, body, "200"))
    made = on("/storages", post=does(an_object(id=ID), body, "201"))
    shown = on("/storages/{id}", "id", get=does(an_object(id=ID)))
    builders = Simulation(read_operations(contract({**checks, **made, **shown}))).compiled.builders
    payloads = [builders["POST /storages/validate"].build({}).payload for _ in range(40)]
    assert not any("id" in payload for payload in payloads)
