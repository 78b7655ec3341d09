"""Which parameters and properties of the document are in calls: what a run has exercised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from load.calls.call import FRAMING, Call
from load.planning.schema_properties import schema_properties
from openapi.contract import Json
from openapi.operations import Operation

# So many calls of an operation are looked at, and then every so-manieth: looking takes time.
_LOOKED_AT, _THEN_EVERY = 200, 16
_ITEMS_LOOKED_AT = 20


class Part(NamedTuple):
    """A parameter of an operation, or a property of its body, by the JSON pointer to it (lists are shown by
    their first item).
    """

    location: str
    name: str
    is_required: bool

    def __str__(self) -> str:
        return f"{self.location} {self.name}"


def described_parts(operation: Operation) -> list[Part]:
    """The parts that the document describes and that a call may have, each once."""
    parameters = [
        Part(parameter.location, parameter.name, parameter.required)
        for parameter in operation.parameters
        if not (parameter.location == "header" and parameter.name.lower() in FRAMING)
    ]
    body = operation.request_body
    properties = {
        found.pointer: Part("body", found.pointer, found.is_required)
        for schema in (body.content.values() if body else ())
        for found in schema_properties(schema)
        if found.node is not False
    }
    return [*parameters, *properties.values()]


@dataclass(slots=True)
class _Unseen:
    """Properties that no call has had, as a tree: the text of this one, empty once it was seen, and those
    within it by their names.
    """

    text: str = ""
    within: dict[str, "_Unseen"] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Sequence[Part]) -> "_Unseen":
        """The tree of the properties of a body."""
        root = cls()
        for part in parts:
            node = root
            for step in part.name.split("/")[1:]:
                node = node.within.setdefault(step.replace("~1", "/").replace("~0", "~"), cls())
            node.text = str(part)
        return root

    def take(self, value: Json, found: list[str]) -> None:
        """Move the texts of the properties that a value has from here to those that were found."""
        if isinstance(value, list):
            for item in value[:_ITEMS_LOOKED_AT] if "0" in self.within else ():
                self.within["0"].take(item, found)
        elif isinstance(value, dict):
            for name in [name for name in self.within if name in value]:
                inner = self.within[name]
                if inner.text:
                    found.append(inner.text)
                    inner.text = ""
                inner.take(value[name], found)
                if not inner.within:
                    del self.within[name]


@dataclass(slots=True)
class _Looked:
    """How many calls of an operation were made, and what none of those that were looked at had."""

    parameters: set[Part]
    properties: _Unseen
    calls: int = 0


class SentParts:
    """Looks at the calls of a run for the parts that they have."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations
        # None once there is nothing left to look for.
        self._looked: dict[str, _Looked | None] = {}

    def look(self, call: Call) -> Sequence[str]:
        """The parts of a call that no other call of its operation had, as far as these were looked at."""
        label = call.operation.label
        if label not in self._looked:
            self._begin(label)
        looked = self._looked[label]
        if looked is None:
            return ()
        looked.calls += 1
        if looked.calls > _LOOKED_AT and looked.calls % _THEN_EVERY:
            return ()
        fields = {name.lower(): value for name, value in call.sent_headers.items()}
        sent = {part for part in looked.parameters if _has(call, fields, part)}
        looked.parameters -= sent
        found = [str(part) for part in sent]
        if call.payload is not None:
            looked.properties.take(call.payload, found)
        if not looked.parameters and not looked.properties.within:
            self._looked[label] = None
        return found

    def _begin(self, label: str) -> None:
        parts = described_parts(self._operations[label])
        in_body = [part for part in parts if part.location == "body"]
        self._looked[label] = _Looked({*parts} - {*in_body}, _Unseen.of(in_body))


def _has(call: Call, fields: Mapping[str, str], part: Part) -> bool:
    match part.location:
        case "path":
            return True
        case "query":
            return part.name in call.query
        case "header":
            return part.name.lower() in fields
        case _:
            return f"{part.name}=" in fields.get("cookie", "")
