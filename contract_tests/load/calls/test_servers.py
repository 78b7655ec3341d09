"""The servers of a document: which one is used, and which operations have servers of their own."""

import json
from pathlib import Path

import pytest

from contract_tests.load.calls.test_base_url import FINE, LIST, THING, described
from contract_tests.support.answering_service import answering
from contract_tests.support.processes import run
from load.calls.document_servers import first_server, on_other_servers
from openapi.contract import Contract
from openapi.operation_reader import readable_operations

OWN = {"/p": {"servers": [{"url": "https://example.org/other/"}], **LIST["/things"]}}
VARIABLES = {
    "url": "https://{place}.example.org/{base}",
    "variables": {"place": {"default": "eu"}, "base": {"enum": ["api", "beta"]}},
}


@pytest.mark.parametrize(
    ("contract", "url"),
    [
        (described(LIST, "https://example.org/v1/"), "https://example.org/v1"),
        (described(LIST, VARIABLES), "https://eu.example.org/api"),
        (described(LIST, "https://{x}.example.org", "https://example.org/b"), "https://example.org/b"),
        (described(LIST, "v2", source="http://example.org/docs/it.json"), "http://example.org/docs/v2"),
        (described(LIST, source="http://example.org/docs/it.json"), "http://example.org"),
        (described(LIST, "", source="http://example.org/docs/it.json"), "http://example.org"),
        (described(OWN, source="http://example.net/it.json"), "https://example.org/other"),
        (described({**OWN, **LIST}, source="http://example.net/it.json"), "http://example.net"),
        (described({**OWN, **LIST}), "https://example.org/other"),
        (described(LIST, "/v1"), None),
        (described(LIST), None),
        (described(LIST, 5, {"url": None}), None),
    ],
)
def test_the_first_usable_server_is_taken(contract: Contract, url: str | None) -> None:
    assert first_server(contract) == url


def test_servers_of_paths_and_operations_override_those_of_the_document() -> None:
    at_operation = {"get": {"servers": [{"url": "third"}], **LIST["/things"]["get"]}}
    paths = {**LIST, **OWN, "/o": {"servers": [{"url": "/other"}], **at_operation}}
    operations, _ = readable_operations(described(paths, "/v1"))
    assert [(operation.path, operation.server, operation.base) for operation in operations] == [
        ("/things", "", None),
        ("/p", "https://example.org/other/", "/other"),
        ("/o", "/third", "/third"),
    ]
    elsewhere = on_other_servers(operations, "https://example.net")
    assert [*elsewhere] == ["GET /p"]
    assert elsewhere["GET /p"].startswith("its server is https://example.org/other/, not https://example.net")
    assert on_other_servers(operations, "https://example.org/v1") == {}


@pytest.mark.process
def test_operations_are_called_at_their_own_servers(tmp_path: Path) -> None:
    document = tmp_path / "it.json"
    own = {"/p": {"servers": [{"url": "https://example.org/other"}], "get": {"responses": FINE}}}
    paths = {"/things": {"get": {"responses": FINE}}, **own}
    servers = {"url": "/{v}", "variables": {"v": {"default": "v1"}}}
    contract_document = {"openapi": "3.1.0", "info": {"title": "It"}, "servers": [servers], "paths": paths}
    document.write_text(json.dumps(contract_document))
    plan = run("contract-load", "run", str(document), "--show-plan")
    assert (
        "GET /p: its own server is https://example.org/other: called under /other of the host" in plan.lines
    )
    with answering(answers={"/v1/things": THING, "/other/p": (200, "application/json", b"[]")}) as (
        host,
        requests,
    ):
        place = str(tmp_path)
        done = run("contract-load", "run", str(document), "--host", host, "-t", "1s", "-o", place)
        assert "2 of 2 operations succeeded" in done.output
        assert f"curl -i -X GET {host}/other/p " in done.output
        assert "2 to see where the API is" in done.output
        contract_document["servers"] = [{"url": f"{host}/v1"}]
        document.write_text(json.dumps(contract_document))
        requests.clear()
        done = run("contract-load", "run", str(document), "-t", "1s", "-o", place)
        assert f"not called: GET /p: its server is https://example.org/other, not {host}/v1" in done.output
        assert not [request for request in requests if "/p" in request]
