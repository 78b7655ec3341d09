"""Properties that a message must not have: read-only ones in requests, write-only ones in responses."""

from dataclasses import dataclass, field
from functools import cached_property

from openapi.applicators import InPlaceNames
from openapi.contract import Contract, Json, JsonObject
from openapi.limits import ALL_OF_DEPTH
from openapi.message_type import MessageType


@dataclass(frozen=True)
class ForbiddenProperties:
    """Finds the properties that schemas of one contract forbid in one type of messages, and those that they
    require.
    """

    contract: Contract
    message_type: MessageType
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

    @cached_property
    def in_place(self) -> InPlaceNames:
        """The names of properties that a schema forbids, itself or by subschemas for the same value."""
        return InPlaceNames(self.contract, self.own)

    @cached_property
    def required_in_place(self) -> InPlaceNames:
        """The names of properties that a schema requires, itself or by subschemas for the same value."""
        return InPlaceNames(self.contract, _required)

    def sent(self, schema: Json) -> frozenset[str]:
        """The names of properties that one part of a schema forbids, and others describe and require. They
        are sent: an author who extends a schema of answers for a request says so in the new part.
        """
        forbidden = self._always_forbidden.of(schema)
        if not forbidden:
            return forbidden
        return forbidden & self._always_allowed.of(schema) & self._always_required.of(schema)

    @cached_property
    def _always_forbidden(self) -> InPlaceNames:
        return InPlaceNames(self.contract, self.own, always=True)

    @cached_property
    def _always_allowed(self) -> InPlaceNames:
        return InPlaceNames(self.contract, self._allowed, always=True)

    @cached_property
    def _always_required(self) -> InPlaceNames:
        return InPlaceNames(self.contract, _required, always=True)

    def _allowed(self, schema: JsonObject) -> frozenset[str]:
        """The names of properties that a schema describes and does not forbid."""
        properties = schema.get("properties")
        return frozenset(properties if isinstance(properties, dict) else ()) - self.own(schema)

    def _is_forbidden(self, schema: Json) -> bool:
        """Whether a schema, or a part of it to some depth, has the keyword. Each part is looked at once."""
        keyword = self.message_type.value
        visited: set[int] = set()
        parts = [schema]
        for _ in range(ALL_OF_DEPTH + 1):
            resolved = [self.contract.resolved(part) for part in parts if isinstance(part, dict)]
            # OpenAPI 3.0 ignores keywords beside a reference.
            own = resolved if self.contract.version == (3, 0) else [*resolved, *parts]
            if any(isinstance(each, dict) and each.get(keyword) is True for each in own):
                return True
            new = {id(each): each for each in resolved if isinstance(each, dict) and id(each) not in visited}
            visited |= new.keys()
            listed = [each["allOf"] for each in new.values() if isinstance(each.get("allOf"), list)]
            parts = [part for parts_of_one in listed for part in parts_of_one]
        return False


def _required(schema: JsonObject) -> frozenset[str]:
    names = schema.get("required")
    return frozenset(name for name in (names if isinstance(names, list) else ()) if isinstance(name, str))
