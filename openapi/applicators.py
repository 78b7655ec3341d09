"""Applicators: keywords whose values are schemas (JSON Schema 2020-12 Core, section 10)."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from openapi.contract import Contract, ContractError, Json, JsonObject

# Keywords whose value is a schema, a list of schemas, or schemas by name.
OF_ONE = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "items",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
)
OF_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
OF_NAMES = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")

# Those whose schemas hold for the same value as the schema they stand in (section 10.2), `not` excepted.
IN_PLACE = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "then", "else")


def all_in_place(contract: Contract, schema: Json) -> Iterator[JsonObject]:
    """A schema and all subschemas that may hold for the same value, as far as they can be read."""
    visited: set[int] = set()
    pending = [schema]
    while pending:
        current = pending.pop()
        if isinstance(current, dict) and id(current) not in visited:
            visited.add(id(current))
            yield current
            pending.extend(_in_place_subschemas(contract, current))


class InPlaceNames:
    """Collects names that a schema has, itself or in subschemas for the same value; `own` returns those of
    one schema. Where `always`, only subschemas count that hold for every value: those of `$ref` and `allOf`.
    Each schema is looked at once.
    """

    def __init__(
        self, contract: Contract, own: Callable[[JsonObject], frozenset[str]], always: bool = False
    ) -> None:
        self._contract = contract
        self._own = own
        self._subschemas = _parts if always else _in_place_subschemas
        self._names: dict[int, frozenset[str]] = {}

    def of(self, schema: Json) -> frozenset[str]:
        """The names of a schema of the document."""
        if not isinstance(schema, dict):
            return frozenset()
        if id(schema) not in self._names:
            self._collect(schema)
        return self._names[id(schema)]

    def _collect(self, schema: JsonObject) -> None:
        """Collect the names of a schema and of all its subschemas, which may be recursive."""
        below: dict[int, list[int]] = {}
        pending: list[tuple[JsonObject, bool]] = [(schema, False)]
        order: list[int] = []
        while pending:
            current, is_read = pending.pop()
            if is_read:
                order.append(id(current))
            elif id(current) not in self._names:
                self._names[id(current)] = self._own(current)
                subschemas = self._subschemas(self._contract, current)
                objects = [each for each in subschemas if isinstance(each, dict)]
                below[id(current)] = [id(each) for each in objects]
                pending.append((current, True))
                pending.extend((each, False) for each in objects)
        is_complete = False
        while not is_complete:
            is_complete = True
            for each in order:
                names = self._names[each].union(*(self._names[other] for other in below[each]))
                is_complete &= names == self._names[each]
                self._names[each] = names


def _parts(contract: Contract, schema: JsonObject) -> Iterator[Json]:
    for keyword in ("$ref", "$dynamicRef"):
        if isinstance(schema.get(keyword), str):
            with suppress(ContractError):
                yield contract.at(schema[keyword])
    if isinstance(schema.get("allOf"), list):
        yield from schema["allOf"]


def _in_place_subschemas(contract: Contract, schema: JsonObject) -> Iterator[Json]:
    yield from _parts(contract, schema)
    for keyword in ("anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            yield from schema[keyword]
    yield from (schema[keyword] for keyword in ("if", "then", "else") if keyword in schema)
