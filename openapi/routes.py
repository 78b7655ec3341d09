"""Which operation a request is for (OpenAPI 3.0.3, Paths Object)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openapi.operations import Operation


@dataclass(frozen=True)
class Route:
    """Where a path leads: the operations of it by method, in lower case, and the texts of its parameters."""

    operations: Mapping[str, Operation]
    texts: Mapping[str, str]

    def operation(self, method: str) -> Operation | None:
        """The operation of a method; HEAD is answered by that of GET (RFC 9110, section 9.3.2)."""
        name = method.lower()
        return self.operations.get(name) or (self.operations.get("get") if name == "head" else None)


class Routes:
    """The paths of a document. Concrete paths come before templated ones, and these in their order."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        paths: dict[str, dict[str, Operation]] = {}
        for each in operations:
            paths.setdefault(each.path, {})[each.method] = each
        self._concrete = {path: Route(each, {}) for path, each in paths.items() if "{" not in path}
        self._templated = [(next(iter(each.values())), each) for path, each in paths.items() if "{" in path]

    def find(self, path: str) -> Route | None:
        """Where a percent-decoded path leads, or None when it is not in the document."""
        if path in self._concrete:
            return self._concrete[path]
        for first, operations in self._templated:
            texts = first.match(path)
            if texts is not None:
                return Route(operations, texts)
        return None
