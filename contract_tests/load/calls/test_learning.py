"""Calls learn from refusals, so that they succeed on services that are stricter than their document."""

from collections.abc import Callable
from random import Random
from typing import Any

import orjson
import pytest

from contract_tests.support.documents import operation
from load.calls.builder import CallBuilder
from load.calls.call import Call
from load.calls.connection import Reply
from load.calls.response_checks import Expectation, check_response
from load.calls.variants import Variant
from load.options.credentials import Secret
from openapi.operations import Operation
from openapi.payloads import PayloadFactory

Answer = tuple[int, Any]
Made = list[tuple[Call, int]]
FINE: Answer = (201, {})
CALLS = 60
NAME = {"type": "string"}


def creating(properties: dict[str, Any], required: list[str] | None = None, **described: Any) -> Operation:
    body = {"type": "object", "properties": properties, "required": required or [], **described}
    content = {"application/json": {"schema": body}}
    return operation(method="post", requestBody={"required": True, "content": content})


def called(
    of: Operation, answer: Callable[[Call], Answer], calls: int = CALLS
) -> tuple[Made, dict[str, str]]:
    """The calls of an operation with their statuses, and what was learned."""
    builder = CallBuilder(of, PayloadFactory(1), Random(1), Secret())
    made, lessons = [], dict[str, str]()
    for _ in range(calls):
        call = builder.build({})
        status, body = answer(call)
        lessons |= builder.learn(call, Reply(status, {}, orjson.dumps(body)))
        made.append((call, status))
    return made, lessons


def successes(made: Made) -> float:
    """The share of successes of the later calls."""
    later = [status < 300 for _, status in made[len(made) // 2 :]]
    return sum(later) / len(later)


def refused(*errors: Any) -> Answer:
    return 422, {"detail": [*errors]}


def fastapi(call: Call) -> Answer:
    """Requires an optional property, of a few values, and another to be short."""
    errors: list[dict[str, Any]] = []
    kind, code = call.payload.get("kind"), call.payload.get("code", "")
    if kind is None:
        errors.append({"type": "missing", "loc": ["body", "kind"], "msg": "Field required"})
    elif kind not in ("a", "b"):
        expected = {"expected": "'a' or 'b'"}
        errors.append(
            {"type": "enum", "loc": ["body", "kind"], "msg": "Input should be 'a' or 'b'", "ctx": expected}
        )
    if len(code) > 3:
        limit = {"max_length": 3}
        errors.append({"type": "string_too_long", "loc": ["body", "code"], "msg": "too long", "ctx": limit})
    return refused(*errors) if errors else FINE


def django(call: Call) -> Answer:
    age = call.payload.get("age")
    if age is None:
        return 400, {"age": ["This field is required."]}
    return FINE if age <= 5 else (400, {"age": ["Ensure this value is less than or equal to 5."]})


def spring(call: Call) -> Answer:
    lines = call.payload["lines"]
    if all("title" in line and 2 <= len(line["title"]) <= 9 for line in lines):
        return FINE
    errors = [
        {"field": "lines[0].title", "defaultMessage": "must not be null", "code": "NotNull"}
        if "title" not in line
        else {"field": "lines[0].title", "defaultMessage": "size must be between 2 and 9", "code": "Size"}
        for line in lines
        if not 2 <= len(line.get("title", "")) <= 9
    ]
    return 400, {"status": 400, "error": "Bad Request", "errors": errors, "path": "/things"}


def ajv(call: Call) -> Answer:
    if any("note" in line for line in call.payload["lines"]):
        params = {"additionalProperty": "note"}
        error = {
            "instancePath": "/lines/0",
            "keyword": "additionalProperties",
            "params": params,
            "message": "must NOT",
        }
        return 400, {"errors": [error]}
    return FINE


def problem(call: Call) -> Answer:
    if any("note" in line for line in call.payload["lines"]):
        error = {"pointer": "#/lines/0/note", "detail": "is not something I like"}
        return 400, {"title": "no", "errors": [error]}
    return FINE


LINES = {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"title": NAME}}}
# So many lines that there is hardly ever none with a note.
NOTES = {
    "type": "array",
    "minItems": 8,
    "items": {"type": "object", "properties": {"note": NAME, "more": NAME}, "minProperties": 1},
}


STRICT = [
    (creating({"kind": NAME, "code": {**NAME, "minLength": 1}}), fastapi),
    (creating({"age": {"type": "integer"}}), django),
    (creating({"lines": LINES}, ["lines"]), spring),
    (creating({"lines": NOTES}, ["lines"]), ajv),
    (creating({"lines": NOTES}, ["lines"]), problem),
]


@pytest.mark.parametrize(("of", "answer"), STRICT, ids=lambda value: getattr(value, "__name__", ""))
def test_fields_that_a_refusal_names_are_sent_as_it_asks(
    of: Operation, answer: Callable[[Call], Answer]
) -> None:
    made, lessons = called(of, answer, 2 * CALLS)
    assert successes(made) > 0.8, lessons
    assert of.request_body is not None
    validator = next(iter(of.request_body.content.values())).validator
    assert all(validator.is_valid(call.payload) for call, _ in made)


def test_what_was_learned_is_told_once_for_each_field() -> None:
    _, lessons = called(*STRICT[0])
    assert lessons == {
        "body kind": 'is always sent and kept to {"enum":["a","b"]}',
        "body code": 'is kept to {"maxLength":3,"maxItems":3}',
        "calls": "succeed as the refusals ask, and were refused as usual",
    }


MANY = {f"p{number}": NAME for number in range(12)}
NULLABLE = {name: {**NAME, "nullable": True} for name in MANY}
EXAMPLE = {"email": "a@example.com", "kind": "gold"}
GOLD = operation(
    method="post",
    requestBody={
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "properties": {"email": NAME, "kind": NAME, "size": NAME}},
                "example": EXAMPLE,
            }
        },
    },
)
QUERY = [{"name": name, "in": "query", "schema": NAME} for name in ("a", "b", "c", "d", "e", "f")]


def _valued(payload: Any) -> set[str]:
    return {name for name, value in payload.items() if value is not None}


@pytest.mark.parametrize(
    ("of", "accepts", "variant"),
    [
        (creating(MANY), lambda call: not call.payload, Variant.MINIMAL),
        (creating(MANY), lambda call: len(call.payload) == len(MANY), Variant.FULL),
        (creating(NULLABLE), lambda call: {*NULLABLE} == _valued(call.payload), Variant.FULL),
        (GOLD, lambda call: call.payload.keys() == EXAMPLE.keys(), Variant.EXAMPLE),
        (operation(parameters=QUERY), lambda call: len(call.query) == len(QUERY), Variant.FULL),
    ],
    ids=["minimal", "full", "full of values", "example", "parameters"],
)
def test_without_a_reason_calls_vary_and_what_works_is_kept(
    of: Operation, accepts: Callable[[Call], bool], variant: Variant
) -> None:
    made, lessons = called(of, lambda call: FINE if accepts(call) else (400, {"message": "no"}), 2 * CALLS)
    assert lessons in ({}, {"calls": f"succeed {variant}, and were refused as usual"})
    assert 0.6 < successes(made) < 1
    assert {call.variant for call, _ in made[CALLS:]} > {variant, Variant.USUAL}


def test_an_example_is_sent_with_a_name_of_its_own() -> None:
    made, _ = called(GOLD, lambda _: (400, {}))
    emails = [call.payload.get("email") for call, _ in made if call.variant is Variant.EXAMPLE]
    assert EXAMPLE["email"] not in emails
    assert len(emails) > 3


def test_calls_that_succeed_are_built_as_usual() -> None:
    made, lessons = called(creating(MANY), lambda call: (400, {}) if len(call.payload) > 10 else FINE, 200)
    assert {call.variant for call, _ in made} == {Variant.USUAL}
    assert not lessons


@pytest.mark.parametrize("status", [401, 429, 503])
def test_refusals_for_other_reasons_change_nothing(status: int) -> None:
    made, lessons = called(creating(MANY), lambda _: (status, {}))
    assert {call.variant for call, _ in made} == {Variant.USUAL}
    assert not lessons


def test_no_more_than_a_few_fields_are_mended_and_compiled() -> None:
    def refuses_all(call: Call) -> Answer:
        errors = [{"loc": ["body", name], "type": "extra_forbidden", "msg": "no"} for name in call.payload]
        return refused(*errors, *({"loc": ["body", str(number)], "msg": "required"} for number in range(100)))

    _, lessons = called(creating(MANY), refuses_all, 200)
    assert len(lessons) == 8


def optional_body(required: bool = False) -> Operation:
    content = {"application/json": {"schema": {"type": "object", "properties": {"note": NAME}}}}
    return operation(method="post", requestBody={"required": required, "content": content})


def test_an_optional_body_is_left_out_now_and_then() -> None:
    made, _ = called(optional_body(), lambda _: FINE, 400)
    left_out = [call for call, _ in made if call.leaves_out_body]
    assert 5 < len(left_out) < 60
    assert all(call.body == b"" and "Content-Type" not in call.headers for call in left_out)
    assert not any(
        call.leaves_out_body for call, _ in called(optional_body(required=True), lambda _: FINE)[0]
    )


def test_a_body_that_a_service_needs_is_not_left_out_again_and_that_is_no_fault() -> None:
    made, _ = called(optional_body(), lambda call: (400, {}) if call.leaves_out_body else FINE, 400)
    assert sum(call.leaves_out_body for call, _ in made) == 2
    refusal = Reply(400, {}, b"")
    assert check_response(optional_body(), refusal, Expectation(lacks_body=True)) == []
    assert check_response(optional_body(), refusal)
