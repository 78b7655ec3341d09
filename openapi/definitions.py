"""The definitions that translated schemas refer to."""

from collections.abc import Mapping
from typing import Any

from openapi.contract import Json
from openapi.flat_schema import DEFINITIONS


def bundle(schema: Json, definitions: Mapping[str, Json]) -> Json:
    """A translated schema with the definitions that it refers to in its own `$defs` (JSON Schema 2020-12
    Core, section 9.3).
    """
    names: set[str] = set()
    pending = [schema]
    while pending:
        for name in _references(pending.pop()):
            if name not in names and name in definitions:
                names.add(name)
                pending.append(definitions[name])
    if not names:
        return schema
    return {**schema, "$defs": {name: definitions[name] for name in sorted(names)}}


def _references(schema: Any) -> set[str]:
    """Names of the `$defs` that a translated schema refers to."""
    names: set[str] = set()
    pending = [schema]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            reference = current.get("$ref")
            if isinstance(reference, str):
                names.add(reference.removeprefix(DEFINITIONS))
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return names
