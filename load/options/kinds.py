"""What operations do, in six words: the keys that any document's scenario may give weights to."""

from enum import StrEnum

from openapi.operations import Operation


class Kind(StrEnum):
    """What an operation does, by its method, path and links."""

    READ = "read"
    LIST = "list"
    CREATE = "create"
    REPLACE = "replace"
    DELETE = "delete"
    OTHER = "other"


def kind_of(operation: Operation) -> Kind:
    """The kind of an operation."""
    match operation.method:
        case "get" | "head" if operation.path.rstrip("/").endswith("}"):
            return Kind.READ
        case "get" | "head" if lists(operation):
            return Kind.LIST
        case "get" | "head" if "{" in operation.path:
            return Kind.READ
        case "post":
            return Kind.CREATE
        case "put" | "patch":
            return Kind.REPLACE
        case "delete":
            return Kind.DELETE
    return Kind.OTHER


def lists(operation: Operation) -> bool:
    """Whether an operation lists entities: its answers are arrays, or have links to follow."""
    return any(
        response.links or any(schema.holds_array for schema in response.content.values())
        for response in operation.successes
    )
