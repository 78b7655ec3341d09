"""Finds the operation of a request (OpenAPI 3.0.3, Paths Object)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openapi.operations import Operation


@dataclass(frozen=True)
class Route:
    """A path: its operations by method, in lower case, and the texts of its parameters by name."""

    operations: Mapping[str, Operation]
    texts: Mapping[str, str]

    def operation(self, method: str) -> Operation | None:
        """The operation of a method, in any case; that of GET answers HEAD, too (RFC 9110, section 9.3.2)."""
        name = method.lower()
        return self.operations.get(name) or (self.operations.get("get") if name == "head" else None)


class Routes:
    """The paths of a document. Concrete paths come before templated ones; those are tried in their order."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        paths: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            paths.setdefault(operation.path, {})[operation.method] = operation
        self._concrete = {path: Route(methods, {}) for path, methods in paths.items() if "{" not in path}
        self._templated = [
            (next(iter(methods.values())), methods) for path, methods in paths.items() if "{" in path
        ]

    def find(self, path: str) -> Route | None:
        """The route of a percent-decoded path, or None when the document has no such path."""
        if path in self._concrete:
            return self._concrete[path]
        for operation, methods in self._templated:
            texts = operation.match(path)
            if texts is not None:
                return Route(methods, texts)
        return None
