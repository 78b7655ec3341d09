"""Dynamic references, which lead to the outermost of several anchors (JSON Schema 2020-12 Core, section
8.2.3.2).
"""

from dataclasses import dataclass, field

from openapi.contract import Contract, Json


@dataclass(frozen=True)
class DynamicReferences:
    """Finds the dynamic references of one contract."""

    contract: Contract
    _names: dict[int, frozenset[str]] = field(default_factory=dict)

    def name(self, pointer: str) -> str:
        """The name of the dynamic anchor that a dynamic reference leads to at first."""
        return str(self.contract.at(pointer)["$dynamicAnchor"])

    def names_below(self, schema: Json) -> frozenset[str]:
        """The names of all anchors that dynamic references of a schema, and of what it refers to, lead to."""
        if id(schema) in self._names:
            return self._names[id(schema)]
        names: set[str] = set()
        visited: set[int] = set()
        pending = [schema]
        while pending:
            node = pending.pop()
            if id(node) in visited or not isinstance(node, (dict, list)):
                continue
            visited.add(id(node))
            if isinstance(node, list):
                pending.extend(node)
                continue
            pending.extend(node.values())
            if isinstance(node.get("$dynamicRef"), str):
                name = self.name(node["$dynamicRef"])
                names.add(name)
                pending.extend(self.contract.at(target) for target in self._anchors(name))
            if isinstance(node.get("$ref"), str) and node["$ref"] not in self.contract.references.missing:
                pending.append(self.contract.at(node["$ref"]))
        self._names[id(schema)] = frozenset(names)
        return self._names[id(schema)]

    def _anchors(self, name: str) -> list[str]:
        resources = self.contract.references.dynamic_anchors.values()
        return [anchors[name] for anchors in resources if name in anchors]
