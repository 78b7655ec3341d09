"""The words that a document adds to OpenAPI for the service (`x-table` and others), and the links in it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi.contract import Contract, ContractError, Json
from openapi.document_walk import Place, children, pointer
from openapi.formats import RANGES
from openapi.near_words import did_you_mean
from openapi.operations import Link, Operation
from openapi.references import unescape
from openapi.schema_facts import SchemaFacts
from students_service.document.tables import (
    GENERATED,
    GENERATIONS,
    IGNORING_CASE,
    INDEX,
    REFERENCES,
    RENAMED_FROM,
    TABLE,
    UNIQUE,
)

_BODY = "$response.body#/"
_Check = Callable[[Json], bool]


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and bool(value)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


# What each word takes: a check, and the words for a message.
_WORDS: Mapping[str, tuple[_Check, str]] = {
    TABLE: (_is_name, "the name of a table"),
    GENERATED: (GENERATIONS.__contains__, f"one of {', '.join(GENERATIONS)}"),
    UNIQUE: ((True, False, IGNORING_CASE).__contains__, f"true or {IGNORING_CASE}"),
    INDEX: (_is_flag, "true"),
    REFERENCES: (_is_name, "the name of a table"),
    RENAMED_FROM: (_is_name, "the name that the property had before"),
    "x-max-body-bytes": (_is_count, "a number of bytes"),
    "x-objectives": (_is_object, "an object such as {p95_ms: 200}"),
    "x-rate-limit": (lambda value: value is None or _is_object(value), "an object, or null"),
}


# Formats that people write (JSON Schema Validation, section 7.3; OpenAPI Format Registry). Others may be of
# their own making, unless they are nearly one of these.
_FORMATS = frozenset((
    "date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6",
    "uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "regex",
    "relative-json-pointer", "password", "byte", "binary", "base64url", "char", "float", "double", "decimal",
    *RANGES,
))  # fmt: skip


def check_words(contract: Contract) -> None:
    """Check the words for the service. Raises ContractError if one is misspelled, or says what it cannot."""
    for place, node in _nodes(contract.document):
        for word, value in node.items():
            here = f"{contract.source}: #{pointer(place)}: {word}"
            if word == "format" and isinstance(value, str) and value not in _FORMATS:
                if meant := did_you_mean(value, _FORMATS):
                    raise ContractError(f"{here} {value!r} is not known{meant}")
            elif str(word).startswith("x-"):
                _check_word(word, value, here)


def _check_word(word: str, value: Json, here: str) -> None:
    if word not in _WORDS:
        if meant := did_you_mean(word, _WORDS):
            raise ContractError(f"{here} is not known{meant}")
        return
    check, words = _WORDS[word]
    if not check(value):
        meant = did_you_mean(str(value), GENERATIONS if word == GENERATED else (IGNORING_CASE,))
        raise ContractError(f"{here} is {value!r}, and must be {words}{meant}")


def check_links(contract: Contract, operations: Mapping[str, Operation]) -> None:
    """Check the links. Raises ContractError if one leads nowhere, or to a parameter that is not there."""
    for operation in operations.values():
        for response in operation.responses.values():
            for link in response.links:
                here = f"{contract.source}: {operation.label}: link {link.name!r}"
                _check_link(link, here, operations)
                for value in link.parameters.values():
                    if isinstance(value, str) and value.startswith(_BODY):
                        for schema in response.content.values():
                            _check_pointer(value, schema.facts, here)


def _check_link(link: Link, here: str, operations: Mapping[str, Operation]) -> None:
    target = operations.get(link.target)
    if target is None:
        raise ContractError(
            f"{here} leads to {link.target!r}, which is no operation{did_you_mean(link.target, operations)}"
        )
    names = [parameter.name for parameter in target.parameters]
    for _, name in link.parameters:
        if name not in names:
            raise ContractError(
                f"{here} sets {name!r}, which is no parameter of {target.label}{did_you_mean(name, names)}"
            )


def _check_pointer(expression: str, facts: SchemaFacts, here: str) -> None:
    """Check that an answer may have what an expression takes from it."""
    for token in expression.removeprefix(_BODY).split("/"):
        name = unescape(token)
        if facts.takes_array:
            facts = facts.items
            continue
        if name not in facts.property_names:
            if facts.is_closed:
                raise ContractError(
                    f"{here} takes {expression!r}, and an answer has no {name!r}"
                    f"{did_you_mean(name, facts.property_names)}"
                )
            return
        facts = facts.property(name)


def _nodes(document: Json) -> Iterator[tuple[Place, Mapping[str, Json]]]:
    """All objects in a document whose keys have a meaning, with their places."""
    pending: list[tuple[Any, bool, Place]] = [(document, False, None)]
    visited: set[int] = set()
    while pending:
        node, has_chosen_keys, place = pending.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, dict) and not has_chosen_keys:
            yield place, node
        for key, child, is_named in children(node, has_chosen_keys):
            pending.append((child, is_named, (key, place)))
