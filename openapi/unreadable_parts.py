"""Parts of translated schemas that cannot be read."""

from openapi.contract import Json, JsonObject
from openapi.flat_schema import DEFINITIONS
from openapi.schema_translator import UNREADABLE

# Keywords for which it matters that a subschema does not hold, and those for which it matters what the
# subschemas beside them have evaluated.
_EXACT = ("oneOf", "not", "if", "contains")
_UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})


def unreadable_part(schema: Json, root: JsonObject, that_matters: bool = False) -> str:
    """Why a part of a translated schema cannot be read; empty if all parts can. `root` has the definitions.

    Only parts that matter are those whose stand-in, which anything fits, may have a value refused.
    """
    definitions = root["$defs"]
    visited: set[tuple[int, bool]] = set()
    pending: list[tuple[Json, bool]] = [(schema, not that_matters)]
    while pending:
        current, matters = pending.pop()
        if not isinstance(current, (dict, list)) or (id(current), matters) in visited:
            continue
        visited.add((id(current), matters))
        if isinstance(current, list):
            pending.extend((item, matters) for item in current)
            continue
        if matters and isinstance(current.get(UNREADABLE), str):
            return str(current[UNREADABLE])
        matters = matters or not _UNEVALUATED.isdisjoint(current)
        pending.extend(
            (value, matters or keyword in _EXACT) for keyword, value in current.items() if keyword != "$defs"
        )
        reference = current.get("$ref")
        if isinstance(reference, str):
            pending.append((definitions.get(reference.removeprefix(DEFINITIONS)), matters))
    return ""
