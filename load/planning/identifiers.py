"""Which names speak of which things, and where in a message the identifier of a thing stands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from openapi.contract import Json, JsonObject
from openapi.flattening import flattened
from openapi.schema import Schema

_EXPRESSION = re.compile(r"\{[^}]*\}")
_SUFFIXES = ("id", "ids", "uuid", "uuids", "uid", "guid", "key", "keys", "pk", "identifier", "identifiers")
USUAL = ("id", "_id", "uuid", "uid", "guid", "pk", "key", "name", "slug", "code")
_DEPTH = 3
_ENVELOPES = ("data", "result", "payload", "content")
_ABBREVIATED = 3
INDIVIDUAL = ("name", "slug", "code", "username", "login", "email", "sku", "path", "version")


def resource_of(path: str, index: int) -> str:
    """The resource that a path's expression at an index leads to: the path up to there, whatever its
    expressions are called. `/users/{id}/posts` and `/users/{user_id}` lead to the same.
    """
    ends = [found.end() for found in _EXPRESSION.finditer(path)]
    return _EXPRESSION.sub("{}", path[: ends[index]])


def collection_of(resource: str) -> str:
    """The resource's own collection: its path without the last segment."""
    return resource.rpartition("/")[0].rstrip("/")


@lru_cache(maxsize=10_000)
def normalised(path: str) -> str:
    """A path whatever its expressions are called, without a slash or `.json` at its end."""
    return _EXPRESSION.sub("{}", path).removesuffix(".json").rstrip("/")


def attribute_of(resource: str) -> str:
    """By which of their properties things are found: the name of /users/{name} and of /users/by-name/{};
    empty where that is no more than a place.
    """
    *_, before, last = resource.split("/")
    return last.strip("{}") or ("" if "{" in before else "".join(words(before)[-1:]))


def noun_of(resource: str) -> str:
    """What the things of a resource are called: the last word of its collection, in the singular."""
    literals = [part for part in collection_of(resource).split("/") if part and "{" not in part]
    return singular(words(literals[-1])[-1]) if literals and words(literals[-1]) else ""


@lru_cache(maxsize=10_000)
def words(name: str) -> list[str]:
    """The words of a name: `petId`, `pet_id` and `pet-id` are of the same two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", " ", name)
    return spaced.lower().split()


def singular(word: str) -> str:
    """The word for one of what a word names; English, and only as far as paths need it."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "uses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def is_identifier(name: str) -> bool:
    """Whether a name is that of an identifier: `id`, `owner_id`, `studentUuid`."""
    parts = words(name)
    return bool(parts) and parts[-1] in _SUFFIXES


def thing_meant(name: str) -> str:
    """What the identifier of such a name identifies: the student of `student_id`; nothing of `id`."""
    parts = words(name)
    if not parts or parts[-1] not in _SUFFIXES:
        return ""
    return "_".join([*parts[:-2], singular(parts[-2])]) if len(parts) > 1 else ""


def candidates(parameter: str, noun: str) -> list[str]:
    """The names, in lower case without separators, that a thing may have its identifier under; the
    likeliest first.
    """
    parts = words(parameter)
    tail = parts[-1] if parts else ""
    likely = ["".join(parts)]
    if tail in _SUFFIXES or tail == noun or (tail.endswith("id") and len(tail) <= _ABBREVIATED):
        likely += [f"{noun}{each}" for each in ("id", "uuid", "key")] + [*USUAL]
    else:
        likely += [tail, *(USUAL if tail in INDIVIDUAL else ())]
    return [*dict.fromkeys(each.replace("_", "") for each in likely if each)]


@dataclass(frozen=True)
class Place:
    """A property of a message: how deep it lies, its name without separators, alone and after that of the
    property that it lies in, its JSON pointer, and the schema of its values.
    """

    depth: int
    name: str
    qualified: str
    pointer: str
    node: Json


def places(schema: Schema) -> list[Place]:
    """The properties of values of a schema, the least deep first; the items of a list are spoken of by
    the first.
    """
    return sorted(_places(schema.translated, schema.translated, "", 0), key=lambda each: each.depth)


def pointer_to(found: Sequence[Place], root: Json, names: Sequence[str], kinds: frozenset[str]) -> str | None:
    """The JSON pointer to the likeliest place of these names, in their order, with values of one of these
    JSON types. A name such as owner.id is that of a property within a property. None when there is none.
    """
    named = [
        (each.depth, names.index(each.name if each.name in names else each.qualified), each)
        for each in found
        if each.name in names or each.qualified in names
    ]
    fitting = [
        each for _, _, each in sorted(named, key=lambda each: each[:2]) if kinds_of(each.node, root) & kinds
    ]
    # In an envelope, the code tells how the call went.
    wrapped = [each for each in fitting if each.pointer.split("/")[1] in _ENVELOPES]
    is_told = bool(wrapped) and fitting[0].pointer == "/code"
    return next((each.pointer for each in (wrapped if is_told else fitting)), None)


def _places(node: Json, root: Json, pointer: str, depth: int) -> Iterator[Place]:
    facts = outline(node, root)
    holder = "".join(words(pointer.rpartition("/")[2]))
    for name, each in facts.get("properties", {}).items():
        plain = "".join(words(name)) or name
        place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        yield Place(depth, plain, f"{holder}.{plain}", place, each)
        if depth < _DEPTH:
            yield from _places(each, root, place, depth + 1)
    if "items" in facts and depth < _DEPTH:
        yield from _places(facts["items"], root, f"{pointer}/0", depth + 1)


def outline(node: Json, root: Json) -> JsonObject:
    """The properties and items that values may have, whichever alternative they are of."""
    facts = flattened(node, root)
    for branch in (*facts.get("oneOf", ()), *facts.get("anyOf", ())):
        other = outline(branch, root)
        properties = {**other.get("properties", {}), **facts.get("properties", {})}
        facts = {**other, **facts, **({"properties": properties} if properties else {})}
    return facts


def kinds_of(node: Json, root: Json) -> frozenset[str]:
    """The kinds of identifiers that a schema allows: text, number, or either when it does not say."""
    facts = outline(node, root)
    stated = facts.get("type", ["string", "integer"])
    kinds = {stated} if isinstance(stated, str) else {*stated}
    return frozenset({"integer" if each == "number" else each for each in kinds} & {"string", "integer"})


def guessed(body: Json, names: Sequence[str]) -> Json | None:
    """The identifier in a message that no schema describes."""
    inner = [body, *(body.values() if isinstance(body, Mapping) and len(body) <= 3 else ())]
    for each in inner:
        if isinstance(each, Mapping):
            by_name = {"".join(words(key)) or key: value for key, value in each.items()}
            for name in names:
                if isinstance(by_name.get(name), (str, int)) and not isinstance(by_name.get(name), bool):
                    return by_name[name]
    return None


def listed(body: Json) -> Sequence[Json]:
    """The items of a message that no schema describes: its own, or those of the list in it."""
    lists = [body, *(body.values() if isinstance(body, Mapping) else ())]
    return next((each for each in lists if isinstance(each, list)), ())
