"""Hooks change requests, check answers, react to them and make values; those that fail accuse nobody."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import psycopg2
import pytest

from contract_tests.support.documents import contract, operation
from contract_tests.support.processes import UNHURRIED_WRITES, Service, free_port, run
from contract_tests.support.students_runs import LOCUST
from load.calls.call import Call
from load.calls.replies import Reply
from load.hooks.hook_file import Hooks, read_hooks
from load.judgement.verdict import judge
from load.measurements.findings import Fault
from load.measurements.results import Results
from load.options.credentials import Secret
from load.run.hooked_calls import HookedCalls
from openapi.contract import Contract
from openapi.message_type import MessageType
from openapi.payloads import PayloadFactory
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator

IMPORT = "from load.hooks import change, check, react, realism\n"
BODY = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
CREATE = operation(
    method="post",
    operationId="create",
    requestBody={"content": {"application/json": {"schema": BODY}}},
)
JSON = {"Content-Type": "application/json"}


def hooks(tmp_path: Path, text: str) -> Hooks:
    path = tmp_path / "hooks.py"
    path.write_text(IMPORT + text)
    return read_hooks(str(path), [CREATE, operation(operationId="read")])


def hooked(tmp_path: Path, text: str) -> tuple[HookedCalls, Results]:
    operations = {CREATE.label: CREATE}
    return HookedCalls(hooks(tmp_path, text), operations), Results.of(operations)


def call(payload: Any, headers: dict[str, str] = JSON) -> Call:
    return Call(CREATE, "/things", headers, orjson.dumps(payload), {}, {}, payload, Secret())


def test_a_change_is_sent_and_is_what_the_ledger_gets(tmp_path: Path) -> None:
    text = (
        "@change('create')\ndef one(request):\n"
        "    request.headers['X-Signature'] = request.body['name'] + request.method + request.operation\n"
        "@change('POST')\ndef two(request): request.body['name'] += '!'\n"
        "@change('GET')\ndef three(request): 1 / 0\n"
    )
    calls, results = hooked(tmp_path, text)
    before = call({"name": "a"})
    after, is_valid = calls.changed(before, results)
    assert (after.payload, orjson.loads(after.body), is_valid) == ({"name": "a!"}, {"name": "a!"}, True)
    assert after.headers == {**JSON, "X-Signature": "aPOSTcreate"}
    assert (before.payload, before.headers) == ({"name": "a"}, JSON)
    assert results.broken_hooks == Counter()


def test_a_body_in_another_media_type_is_not_shown(tmp_path: Path) -> None:
    calls, results = hooked(
        tmp_path, "@change()\ndef one(request): request.headers['X-Body'] = str(request.body)\n"
    )
    after, is_valid = calls.changed(call({"name": "a"}, {"Content-Type": "text/csv"}), results)
    assert (after.headers["X-Body"], after.body, is_valid) == ("None", b'{"name":"a"}', True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "@change()\ndef one(request): request.body['nom']\n",
            r"hook one (hooks.py:2) raised KeyError: 'nom' (hooks.py:3)",
        ),
        (
            "@change()\ndef one(request): del request.body['name']\n",
            "hook one (hooks.py:2) makes a body of POST /things that the document does not allow",
        ),
    ],
)
def test_a_call_that_a_hook_may_have_made_invalid_is_known(tmp_path: Path, text: str, reason: str) -> None:
    calls, results = hooked(tmp_path, text)
    _, is_valid = calls.changed(call({"name": "a"}), results)
    assert not is_valid
    assert results.broken_hooks == Counter({reason: 1})


def test_checks_find_faults_and_reactions_are_told(tmp_path: Path) -> None:
    text = (
        "seen = []\n"
        "@check()\ndef short(request, answer):\n"
        "    return 'a name is cut' if len(answer.body['name']) < len(request.body['name']) else None\n"
        "@react()\ndef keep(request, answer):\n"
        "    seen.append((answer.status, answer.headers['x'], answer.content, round(answer.response_ms)))\n"
        "@check()\ndef told(request, answer): return str(seen)\n"
    )
    calls, results = hooked(tmp_path, text)
    reply = Reply(201, {"x": "1"}, b'{"name":"a"}')
    first = calls.findings(call({"name": "ab"}), reply, 0.25, results)
    assert [str(finding) for finding in first] == ["own check: a name is cut", "own check: []"]
    second = calls.findings(call({"name": "a"}), reply, 0.25, results)
    assert [finding.place for finding in second] == ["[(201, '1', b'{\"name\":\"a\"}', 250)]"]


def test_a_check_that_fails_makes_the_run_invalid_and_accuses_nobody(tmp_path: Path) -> None:
    calls, results = hooked(tmp_path, "@check()\ndef thin(request, answer): return answer.body['nom']\n")
    for _ in range(3):
        results.record(CREATE.label, 201, 0.01, 0.01, [])
        assert calls.findings(call({"name": "a"}), Reply(201, {}, b"{}"), 0.01, results) == []
    master = Results.of([CREATE.label])
    master.merge(results.message())
    verdict = judge([], master)
    assert verdict.word == "INVALID"
    reasons = [str(reason) for reason in verdict.invalid]
    assert reasons == ["hook thin (hooks.py:2) raised KeyError: 'nom' (hooks.py:3), 3 times"]


def test_realism_makes_the_values_of_a_name(tmp_path: Path) -> None:
    made = hooks(
        tmp_path, "@realism('vatNumber', 'iban')\ndef one(random): return f'XY{random.randrange(100):02}'\n"
    )
    node = {
        "type": "object",
        "required": ["vat_number", "iban", "name"],
        "properties": {
            "vat_number": {"type": "string"},
            "iban": {"type": "string", "maxLength": 3},
            "name": {"type": "string"},
        },
    }
    factory = PayloadFactory(1, realism=made.realism)
    document: Contract = contract({})
    generate = factory.generator(Schema(SchemaTranslator(document, MessageType.REQUEST), node))
    values: list[Any] = [generate() for _ in range(200)]
    assert {value["vat_number"][:2] for value in values} == {"XY"}
    assert len({value["vat_number"] for value in values}) > 20
    assert not any(value["iban"].startswith("XY") for value in values)
    assert factory.unfit == ["iban at /iban"]
    assert not any(value["name"].startswith("XY") for value in values)


RUN = """
@change("POST", "PUT", "PATCH")
def study_law(request):
    request.body["course"] = "Law"

@check("get_student")
def is_early(request, answer):
    if answer.status == 200 and answer.body["year"] > 1:
        return "somebody is not in the first year"

@realism("family_name")
def of_the_hook(random):
    return f"Hooked-{random.randrange(1000)}"
"""


@pytest.mark.process
@pytest.mark.parametrize("ways", [(), ("--processes", "2")], ids=["alone", "two processes"])
def test_hooks_see_the_calls_of_a_run(
    seeded: tuple[Service, str], tmp_path: Path, ways: tuple[str, ...]
) -> None:
    service, database = seeded
    path = tmp_path / "hooks.py"
    path.write_text(IMPORT + RUN)
    options: tuple[str, ...] = (
        "-u",
        "4",
        "-r",
        "4",
        "-t",
        "3s",
        "--hooks",
        str(path),
        *UNHURRIED_WRITES,
        "--output",
        str(tmp_path),
    )
    if ways:
        port = str(free_port())
        options = (*options, *ways, "--master-bind-port", port, "--master-port", port)
    done = run(*LOCUST, "--headless", *options, "--host", service.url)
    assert done.process.returncode == 1, done.output
    assert "GET /students/{student_id}: own check: somebody is not in the first year" in done.output
    results = orjson.loads((tmp_path / "results.json").read_bytes())
    faults = {finding["fault"] for its in results["operations"].values() for finding in its["findings"]}
    assert faults == {Fault.OWN_CHECK}
    assert results["reasons"] and not results["invalid"]
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT course, left(family_name, 7) FROM students WHERE id > 300")
        assert cursor.fetchall() == [("Law", "Hooked-")]
