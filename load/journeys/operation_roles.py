"""What an operation works on, by its path and those of the other operations of the document."""

from collections.abc import Sequence

from load.options.profile import lists
from load.planning.names import singular, words
from load.planning.resources import normalised
from load.planning.schema_properties import outline_of
from openapi.operations import Operation


def is_singleton(operation: Operation, others: Sequence[Operation]) -> bool:
    """Whether a path is that of something that there is one of, such as the settings: it can be read, the
    answer is no list, and no path leads to entities within it.
    """
    path = normalised(operation.path)
    reads = [other for other in others if other.method == "get" and normalised(other.path) == path]
    has_entities = any(normalised(other.path).startswith(f"{path}/{{") for other in others)
    return bool(reads) and not has_entities and not any(lists(read) for read in reads)


def is_action(operation: Operation, others: Sequence[Operation]) -> bool:
    """Whether an operation acts on something that exists. It does if its path is that of a GET with a word
    after it, or lies below that of a singleton that can be changed, such as a user's own account. An
    operation that documents no 201 does as well, unless it requires a body and its path is that of a
    collection: what creates nothing may do anything.
    """
    path = normalised(operation.path)
    parent, _, last = path.rpartition("/")
    if "{" not in last and any(
        other.method == "get" and normalised(other.path) == parent for other in others
    ):
        return True
    changes = [other for other in others if other.method in ("put", "patch") and "{" not in other.path]
    if any(path.startswith(f"{change.path}/") and is_singleton(change, others) for change in changes):
        return True
    return "201" not in operation.responses and not (
        _requires_properties(operation) and _is_of_collection(path, others)
    )


def _requires_properties(operation: Operation) -> bool:
    schemas = operation.request_body.content.values() if operation.request_body else ()
    return any(outline_of(schema.translated, schema).get("required") for schema in schemas)


def _is_of_collection(path: str, others: Sequence[Operation]) -> bool:
    """Whether a path can be read, or ends with a word in the plural."""
    if any(other.method == "get" and normalised(other.path) == path for other in others):
        return True
    last_words = words(path.rpartition("/")[2])[-1:]
    return any(singular(word) != word for word in last_words)
