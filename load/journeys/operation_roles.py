"""What an operation works on, by its path and those of the other operations of the document."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from load.options.kinds import lists
from load.planning.names import singular, words
from load.planning.resources import normalised
from load.planning.schema_properties import outline_of
from load.planning.side_effects import acts_on_reference
from openapi.operations import Operation

# Names in the plural of what a service has once, which a call replaces.
_KEPT_ONCE = frozenset({
    "settings", "preferences", "options", "defaults", "permissions", "limits", "features", "flags",
    "credentials", "properties", "quotas", "thresholds", "configs", "secrets",
})  # fmt: skip


class OperationRoles:
    """Tells what operations work on, given all that a document has."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._reads: dict[str, list[Operation]] = defaultdict(list)
        self._with_entities: set[str] = set()
        for operation in operations:
            path = normalised(operation.path)
            if operation.method == "get":
                self._reads[path].append(operation)
            self._with_entities.update(_above(path, "/{"))

    def is_singleton(self, operation: Operation) -> bool:
        """Whether a path is that of something that there is one of, such as the settings: it can be read, the
        answer is no list, and no path leads to entities within it.
        """
        path = normalised(operation.path)
        reads = self._reads.get(path, ())
        return bool(reads) and path not in self._with_entities and not any(lists(read) for read in reads)

    def is_action(self, operation: Operation) -> bool:
        """Whether an operation acts on something that exists. It does if its path is that of a GET with a
        word after it, or lies below that of a singleton that can be changed, such as a user's own account. An
        operation that documents no 201 does as well, unless its path is that of a collection and its body has
        properties: what creates nothing may do anything.
        """
        path = normalised(operation.path)
        parent, _, last = path.rpartition("/")
        if "{" not in last and parent in self._reads:
            return True
        if not self._changed_singletons.isdisjoint(_above(path, "/")):
            return True
        if "201" in operation.responses:
            return False
        is_described = _described(operation, "required") or (
            _described(operation, "properties")
            and not acts_on_reference(operation)
            and not _KEPT_ONCE & {last}
        )
        return not (is_described and self._is_of_collection(path))

    @cached_property
    def _changed_singletons(self) -> frozenset[str]:
        """The paths of singletons that can be changed."""
        changes = (each for each in self._operations if each.method in ("put", "patch"))
        return frozenset(each.path for each in changes if "{" not in each.path and self.is_singleton(each))

    def _is_of_collection(self, path: str) -> bool:
        """Whether a path can be read, or ends with a word in the plural."""
        last_words = words(path.rpartition("/")[2])[-1:]
        return path in self._reads or any(singular(word) != word for word in last_words)


def _above(path: str, separator: str) -> Iterator[str]:
    """What comes before each place of a path with this separator."""
    end = path.find(separator)
    while end >= 0:
        yield path[:end]
        end = path.find(separator, end + 1)


def _described(operation: Operation, keyword: str) -> bool:
    """Whether the schema of a body has a keyword."""
    schemas = operation.request_body.content.values() if operation.request_body else ()
    return any(outline_of(schema.node, schema).get(keyword) for schema in schemas)
