"""Properties that a message must not have: read-only ones in requests, write-only ones in responses."""

from dataclasses import dataclass, field

from openapi.applicators import all_in_place
from openapi.contract import Contract, Json, JsonObject
from openapi.limits import ALL_OF_DEPTH
from openapi.message_type import MessageType


@dataclass(frozen=True)
class ForbiddenProperties:
    """Finds the properties that schemas of one contract forbid in one type of messages."""

    contract: Contract
    message_type: MessageType
    _by_schema: dict[int, frozenset[str]] = field(default_factory=dict)
    _own_by_schema: dict[int, frozenset[str]] = field(default_factory=dict)

    def own(self, schema: JsonObject) -> frozenset[str]:
        """The names of forbidden properties among the `properties` of a schema."""
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return frozenset()
        if id(schema) not in self._own_by_schema:
            names = (name for name, subschema in properties.items() if self._is_forbidden(subschema))
            self._own_by_schema[id(schema)] = frozenset(names)
        return self._own_by_schema[id(schema)]

    def in_place(self, schema: Json) -> frozenset[str]:
        """The names of properties that a schema forbids, itself or by subschemas for the same value."""
        if not isinstance(schema, dict):
            return frozenset()
        if id(schema) not in self._by_schema:
            schemas = all_in_place(self.contract, schema)
            self._by_schema[id(schema)] = frozenset().union(*map(self.own, schemas))
        return self._by_schema[id(schema)]

    def _is_forbidden(self, schema: Json, depth: int = 0) -> bool:
        if not isinstance(schema, dict):
            return False
        keyword = self.message_type.value
        # OpenAPI 3.0 ignores keywords beside a reference.
        if schema.get(keyword) is True and ("$ref" not in schema or self.contract.version != (3, 0)):
            return True
        resolved = self.contract.resolved(schema)
        if not isinstance(resolved, dict):
            return False
        if resolved.get(keyword) is True:
            return True
        parts = resolved.get("allOf")
        if not isinstance(parts, list) or depth >= ALL_OF_DEPTH:
            return False
        return any(self._is_forbidden(part, depth + 1) for part in parts)


def required_in_place(contract: Contract, schema: Json) -> frozenset[str]:
    """The names of properties that a schema requires, itself or by subschemas for the same value."""
    lists = (each.get("required") for each in all_in_place(contract, schema))
    return frozenset(
        name for names in lists if isinstance(names, list) for name in names if isinstance(name, str)
    )
