"""Names of parameters and properties: their words, and whether they name an identifier."""

import re
from functools import lru_cache

# Names that identifiers usually have, the likeliest first.
USUAL_NAMES = ("id", "_id", "uuid", "uid", "guid", "pk", "key", "name", "slug", "code")
# Names of properties other than identifiers that tell one entity from all others of its kind.
DISTINGUISHING_NAMES = ("name", "slug", "code", "username", "login", "email", "sku", "path", "version")
_SUFFIXES = ("id", "ids", "uuid", "uuids", "uid", "guid", "key", "keys", "pk", "identifier", "identifiers")
# The longest abbreviation that ends in `id` and stands for an identifier, such as `pid`.
_ABBREVIATION_LENGTH = 3
# What a path may call an identifier that is a number.
_NUMBERS = ("number", "num", "no", "nr", "n", "index", "idx", "i")


@lru_cache(maxsize=10_000)
def words(name: str) -> list[str]:
    """The words of a name, in lower case: `petId`, `pet_id` and `pet-id` all give `["pet", "id"]`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", " ", name)
    return spaced.lower().split()


def singular(word: str) -> str:
    """The singular of an English plural, by the few rules that paths need."""
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


def identified_noun(name: str) -> str:
    """What an identifier of this name identifies: `student` for `student_id`, nothing for `id`."""
    parts = words(name)
    if not parts or parts[-1] not in _SUFFIXES:
        return ""
    return "_".join([*parts[:-2], singular(parts[-2])]) if len(parts) > 1 else ""


def identifier_names(parameter: str, noun: str) -> list[str]:
    """The names that messages may use for the identifier that a path calls `parameter`, the likeliest first.

    `noun` is what the entity is called. The names are in lower case and without separators.
    """
    parts = words(parameter)
    last = parts[-1] if parts else ""
    likely = ["".join(parts)]
    if parts == [last] and last in _NUMBERS:
        likely += [*_NUMBERS, f"{noun}number", "id", "_id"]
    elif last and noun.startswith(last):
        likely += [noun, *(f"{noun}{suffix}" for suffix in ("id", "uuid", "key")), *USUAL_NAMES]
    elif last in _SUFFIXES or last == noun or (last.endswith("id") and len(last) <= _ABBREVIATION_LENGTH):
        likely += [f"{noun}{suffix}" for suffix in ("id", "uuid", "key")] + [*USUAL_NAMES]
    else:
        likely += [last, *(USUAL_NAMES if last in DISTINGUISHING_NAMES else ())]
    return [*dict.fromkeys(name.replace("_", "") for name in likely if name)]
