"""Which fields the answers of frameworks refuse, and what they say of them."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from load.calls.field_errors import FieldError, field_errors
from load.calls.field_meanings import Trouble, meaning

NO_RULE: dict[str, Any] = {}
NOT_BLANK = {"minLength": 1, "minItems": 1, "pattern": r"\S"}


def told(errors: list[FieldError]) -> dict[str, tuple[str, Any]]:
    """The trouble and the rule of each field, by its location and path."""
    return {
        "/".join(map(str, (error.location, *error.path))): (error.meaning.trouble.value, error.meaning.rule)
        for error in errors
    }


class Lines(BaseModel):
    size: int = Field(ge=3)


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    code: str = Field(max_length=5)
    tags: list[str] = Field(min_length=2)
    lines: list[Lines]


def test_pydantic_as_fastapi_shows_it() -> None:
    with pytest.raises(ValidationError) as refusal:
        Order.model_validate({"code": "123456", "tags": [], "lines": [{"size": 1}], "more": 1})
    detail = [{**error, "loc": ["body", *error["loc"]]} for error in refusal.value.errors()]
    assert told(field_errors({"detail": detail})) == {
        "body/name": ("missing", NO_RULE),
        "body/code": ("narrow", {"maxLength": 5, "maxItems": 5}),
        "body/tags": ("narrow", {"minLength": 2, "minItems": 2}),
        "body/lines/0/size": ("narrow", {"minimum": 3}),
        "body/more": ("unwanted", NO_RULE),
    }


def ajv(place: str, keyword: str, **params: Any) -> dict[str, Any]:
    return {"instancePath": place, "keyword": keyword, "params": params, "message": "must be otherwise"}


FORMS = {
    "problem": (
        {
            "type": "about:blank",
            "title": "invalid",
            "errors": [{"pointer": "#/age", "detail": "must be less than or equal to 5"}],
            "invalid-params": [{"name": "color", "in": "query", "reason": "must be one of [red, green]"}],
        },
        {"/age": ("narrow", {"maximum": 5}), "query/color": ("narrow", {"enum": ["red", "green"]})},
    ),
    "JSON:API": (
        {
            "errors": [
                {"status": "422", "source": {"pointer": "/data/attributes/name"}, "detail": "can't be blank"},
                {"status": "400", "source": {"parameter": "include"}, "detail": "is not allowed"},
            ]
        },
        {"/data/attributes/name": ("missing", NOT_BLANK), "query/include": ("unwanted", NO_RULE)},
    ),
    "Django REST framework": (
        {
            "name": ["This field is required."],
            "profile": {"age": ["A valid integer is required."]},
            "lines": [{}, {"title": ["Ensure this field has no more than 10 characters."]}],
            "kind": ['"x" is not a valid choice.'],
        },
        {
            "/name": ("missing", NO_RULE),
            "/profile/age": ("narrow", {"type": "integer"}),
            "/lines/1/title": ("narrow", {"maxLength": 10}),
            "/kind": ("unclear", NO_RULE),
        },
    ),
    "Django REST framework, wrapped": (
        {
            "status_code": 400,
            "detail": "Validation error",
            "validation_errors": {"result": ["This field is required."]},
        },
        {"/result": ("missing", NO_RULE)},
    ),
    "Spring Boot": (
        {
            "timestamp": "2026-11-30T12:00:00",
            "status": 400,
            "error": "Bad Request",
            "path": "/users",
            "errors": [
                {
                    "field": "name",
                    "defaultMessage": "must not be blank",
                    "code": "NotBlank",
                    "rejectedValue": "",
                },
                {
                    "field": "lines[0].title",
                    "defaultMessage": "size must be between 2 and 30",
                    "code": "Size",
                },
                {"field": "code", "defaultMessage": 'must match "^[A-Z]+$"', "code": "Pattern"},
            ],
        },
        {
            "/name": ("missing", NOT_BLANK),
            "/lines/0/title": ("narrow", {"minLength": 2, "minItems": 2, "maxLength": 30, "maxItems": 30}),
            "/code": ("narrow", {"pattern": "^[A-Z]+$"}),
        },
    ),
    "ajv": (
        {
            "errors": [
                ajv("/name", "maxLength", limit=10),
                ajv("", "required", missingProperty="age"),
                ajv("", "additionalProperties", additionalProperty="more"),
                ajv("/kind", "enum", allowedValues=[1, 2]),
                ajv("/at", "format", format="date-time"),
            ]
        },
        {
            "/name": ("narrow", {"maxLength": 10}),
            "/age": ("missing", NO_RULE),
            "/more": ("unwanted", NO_RULE),
            "/kind": ("narrow", {"enum": [1, 2]}),
            "/at": ("narrow", {"format": "date-time"}),
        },
    ),
    "Fastify": (
        {
            "statusCode": 400,
            "code": "FST_ERR_VALIDATION",
            "error": "Bad Request",
            "message": "body must have required property 'name', querystring/limit must be <= 10",
        },
        {"body/name": ("missing", NO_RULE), "query/limit": ("narrow", {"maximum": 10})},
    ),
    "marshmallow": (
        {"errors": {"json": {"name": ["Missing data for required field."], "more": ["Unknown field."]}}},
        {"body/name": ("missing", NO_RULE), "body/more": ("unwanted", NO_RULE)},
    ),
    "Laravel": (
        {
            "message": "The name field is required.",
            "errors": {
                "name": ["The name field is required."],
                "age": ["The age must be at least 3 characters."],
            },
        },
        {"/name": ("missing", NO_RULE), "/age": ("narrow", {"minLength": 3})},
    ),
    "ASP.NET": (
        {"title": "One or more errors", "errors": {"Name": ["The Name field is required."]}},
        {"/Name": ("missing", NO_RULE)},
    ),
    "Joi": (
        {
            "message": '"name" is required',
            "details": [{"path": ["age"], "type": "number.max", "context": {"limit": 5}}],
        },
        {"/age": ("narrow", {"maximum": 5}), "/name": ("missing", NO_RULE)},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_of_frameworks_are_read(form: str) -> None:
    answer, fields = FORMS[form]
    assert told(field_errors(answer)) == fields


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "no",
        1,
        [],
        {},
        {"detail": "Not found"},
        {"error": "no", "path": "/things", "status": 400},
        [[[]]],
    ],
)
def test_other_answers_name_no_field(answer: Any) -> None:
    assert not field_errors(answer)


@pytest.mark.parametrize(
    ("text", "trouble", "rule"),
    [
        ("must NOT have fewer than 3 characters", Trouble.NARROW, {"minLength": 3}),
        ("must NOT have more than 3 characters", Trouble.NARROW, {"maxLength": 3}),
        ("must NOT have fewer than 1 items", Trouble.NARROW, {"minItems": 1}),
        ("must be > 0", Trouble.NARROW, {"exclusiveMinimum": 0}),
        ("Ensure this value is greater than or equal to 1.5.", Trouble.NARROW, {"minimum": 1.5}),
        ("no more than 4 digits in total", Trouble.UNCLEAR, {}),
        ("Enter a valid email address.", Trouble.NARROW, {"format": "email"}),
        ("Must be a valid UUID.", Trouble.NARROW, {"format": "uuid"}),
        ("is not something I like", Trouble.UNCLEAR, {}),
        ("already exists", Trouble.UNCLEAR, {}),
    ],
)
def test_texts_for_people_are_understood_where_they_are_clear(
    text: str, trouble: Trouble, rule: dict[str, Any]
) -> None:
    assert meaning("", text, {}) == (trouble, rule)
