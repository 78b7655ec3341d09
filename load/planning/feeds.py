"""What is known so far of who makes or tells of which things."""

from collections import defaultdict

from load.planning.plan import Feed, Identifier
from openapi.operations import Operation


class Feeds:
    """Feeds by the label of the operation that they come from."""

    def __init__(self) -> None:
        self.by_label: dict[str, list[Feed]] = defaultdict(list)

    def add(self, feed: Feed) -> None:
        """One more."""
        self.by_label[feed.producer].append(feed)

    def of(self, resource: str) -> list[Feed]:
        """Those of a resource."""
        return [feed for feeds in self.by_label.values() for feed in feeds if feed.resource == resource]


def own_path(operation: Operation) -> tuple[str | Identifier, ...]:
    """The values in the path of a call, as they were sent."""
    return tuple(f"$request.path.{name}" for name in operation.path_names)


def in_list(pointer: str | None) -> str | None:
    """A pointer, where it leads into a list."""
    return pointer if pointer and "/0/" in pointer else None
