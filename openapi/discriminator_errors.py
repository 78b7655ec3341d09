"""What is wrong with the discriminators of a value (OpenAPI 3.0.3, Discriminator Object)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi.contract import Json, JsonObject
from openapi.schema import Schema
from openapi.validation_errors import Path, Position, ValidationError, branch_name
from openapi.violations import Violation, as_json


def check_discriminators(
    schema: Schema, value: Json, errors: Sequence[ValidationError]
) -> tuple[list[Violation], list[ValidationError]]:
    """The violations of discriminators, and the errors that those do not explain. A discriminator that names
    no branch, or another branch than the one that the object fits, explains all errors within the object.
    """
    violations: list[Violation] = []
    explained: list[Path] = []
    resolved: list[Path] = []
    for position, discriminator in _discriminated_objects(errors):
        item = _value_at(value, position.path)
        if not isinstance(item, dict) or discriminator["propertyName"] not in item:
            continue
        violation = _violation(schema, item, position, discriminator)
        if violation is None:
            resolved.append(position.path)
        else:
            violations.append(violation)
            explained.append(position.path)
    remaining = [
        error
        for error in errors
        if not any(error.position.path[: len(path)] == path for path in explained)
        # The errors of the branch that is named are enough; that no other fits either is none of its own.
        and not (error.branch_errors and error.position.path in resolved)
    ]
    return violations, remaining


def _violation(
    schema: Schema, item: JsonObject, position: Position, discriminator: JsonObject
) -> Violation | None:
    """What is wrong with the discriminator of an object, if anything."""
    name = discriminator["propertyName"]
    branches = {str(value): branch for value, branch in discriminator["names"].items()}
    value = as_json(item[name])
    tag = item[name] if isinstance(item[name], str) else json.dumps(item[name])
    if tag not in branches:
        names = ", ".join(as_json(each) for each in branches)
        detail = f"the discriminator is {value}, which names no branch"
        return position.child(name).violation("discriminator", detail, f"one of {names}", value)
    other = _fitting_branch(schema, item, branches, tag)
    if not other:
        return None
    named = branch_name(branches[tag])
    detail = f"the discriminator names {named}, but the value fits {other}"
    return position.violation(
        "discriminator", detail, f"{named}, as {as_json(name)} is {value}", as_json(item)
    )


def _discriminated_objects(errors: Sequence[ValidationError]) -> Iterator[tuple[Position, JsonObject]]:
    """The objects with a discriminator in which errors are, each once, outer ones first."""
    visited: set[Path] = set()
    found = [
        (length, error, discriminator) for error in errors for length, discriminator in error.discriminators
    ]
    for length, error, discriminator in sorted(found, key=lambda entry: entry[0]):
        position = error.position.ancestor(length)
        if position.path not in visited:
            visited.add(position.path)
            yield position, discriminator


def _fitting_branch(schema: Schema, item: Json, branches: Mapping[str, Json], tag: str) -> str:
    """The name of the branch that an object fits instead of the one that its tag names; empty if there is
    none.
    """
    if branches[tag] is None or schema.fits(branches[tag], item):
        return ""
    others = (branch for branch in branches.values() if branch not in (None, branches[tag]))
    return next((branch_name(branch) for branch in others if schema.fits(branch, item)), "")


def _value_at(value: Json, path: Path) -> Any:
    for token in path:
        value = value[token]
    return value
