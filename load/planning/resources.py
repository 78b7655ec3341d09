"""Resources: path patterns of entities of one kind, such as `/students/{}`, and their collections."""

import re
from functools import lru_cache
from itertools import takewhile

from load.planning.names import singular, words

_EXPRESSION = re.compile(r"\{[^}]*\}")


def resource_of(path: str, index: int) -> str:
    """The resource that the path parameter at an index addresses: the path up to there, with unnamed
    parameters. `/users/{id}/posts` and `/users/{user_id}` have the same resource at index 0.
    """
    ends = [match.end() for match in _EXPRESSION.finditer(path)]
    return _EXPRESSION.sub("{}", path[: ends[index]])


def collection_of(resource: str) -> str:
    """The collection of a resource: its path without the last segment."""
    return resource.rpartition("/")[0].rstrip("/")


@lru_cache(maxsize=10_000)
def normalised(path: str) -> str:
    """A path with unnamed parameters, and without a slash or `.json` at its end."""
    return _EXPRESSION.sub("{}", path).removesuffix(".json").rstrip("/")


def addressing_name(resource: str) -> str:
    """The property that a path addresses entities by: `name` for `/users/{name}` and `/users/by-name/{}`;
    empty where the path does not say.
    """
    *_, before, last = resource.split("/")
    return last.strip("{}") or ("" if "{" in before else "".join(words(before)[-1:]))


def noun_of(resource: str) -> str:
    """What an entity of a resource is called: the last word of the collection, in the singular."""
    literals = [segment for segment in collection_of(resource).split("/") if segment and "{" not in segment]
    return singular(words(literals[-1])[-1]) if literals and words(literals[-1]) else ""


def shared_segments(one: str, other: str) -> int:
    """How many segments two paths have in common at their beginning."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
