"""Says where a document is not valid OpenAPI, and what its author may have meant."""

import re
from collections.abc import Iterable
from typing import Any

from connexion.exceptions import InvalidSpecification

from openapi.document_walk import escape
from openapi.near_words import did_you_mean

# What a schema may be instead of an object with keywords; that it is none is never what is wrong.
_REFERENCE = "'$ref' is a required property"


def fault_of(error: InvalidSpecification) -> str:
    """The innermost fault that an error of validation has found, with the JSON pointer to its place."""
    alternatives = [error]
    while causes := [cause for cause in error.context or () if cause.message != _REFERENCE]:
        error = max(causes, key=lambda cause: len(cause.absolute_path))
        alternatives = [cause for cause in causes if cause.absolute_path == error.absolute_path]
    place = f"#{''.join(f'/{escape(str(key))}' for key in error.absolute_path)}"
    return f"{place}: {_reason(error, alternatives)}"


def _reason(error: InvalidSpecification, alternatives: Iterable[InvalidSpecification]) -> str:
    """What is wrong; `alternatives` are the errors of other rules for the same place, one of which must
    hold.
    """
    if error.validator == "additionalProperties":
        return _unknown(error.instance, error.schema)
    if error.validator == "enum":
        words = [
            str(word) for each in alternatives if each.validator == "enum" for word in each.validator_value
        ]
        return f"{error.instance!r} is none of {', '.join(words)}{did_you_mean(str(error.instance), words)}"
    if error.validator == "type":
        return f"{error.instance!r} is not of type {error.validator_value}"
    return str(error.message)


def _unknown(names: Iterable[Any], schema: Any) -> str:
    """The names that an object has and its schema does not know."""
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    unknown = [
        name
        for name in names
        if name not in known and not any(re.search(pattern, str(name)) for pattern in patterns)
    ]
    return "; ".join(f"{name!r} is not known here{did_you_mean(str(name), known)}" for name in unknown)
