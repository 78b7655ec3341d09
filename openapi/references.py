"""References within and between documents (RFC 3986, section 5; OpenAPI 3.0.3, Reference Object)."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

Json = Any
JsonObject = dict[str, Any]

DOCUMENTS = "x-documents"

# A `$ref` below these keys is data, not a reference, unless the key is a name that the author chose.
_DATA = ("example", "examples", "default", "enum", "const", "value")
# Below these keys, all keys are names that the author chose.
_NAMED = (
    "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas",
    "responses", "parameters", "requestBodies", "headers", "links", "callbacks", "pathItems", "paths",
    "content", "encoding",
)  # fmt: skip
_EXTENSIONS = (".yaml", ".yml", ".json")


def reference_holders(node: Json) -> Iterator[JsonObject]:
    """Every object that has a `$ref`, at any depth; those in examples do not count."""
    pending = [(node, False)]
    while pending:
        current, has_chosen_keys = pending.pop()
        if isinstance(current, list):
            pending.extend((item, False) for item in current)
        elif isinstance(current, dict):
            if isinstance(current.get("$ref"), str) and not has_chosen_keys:
                yield current
            pending.extend(
                (value, key in _NAMED and not has_chosen_keys)
                for key, value in current.items()
                if has_chosen_keys or (key not in _DATA and not key.startswith("x-")) or key == DOCUMENTS
            )


def join_documents(document: JsonObject, base: str, fetch: Callable[[str], Json]) -> JsonObject:
    """The document with all others that it refers to below `x-documents`, and with references that lead
    there. It is changed in place.

    `base` is the URL of the document; `fetch` returns the document at a URL.
    """
    others: dict[str, Json] = {}
    pending = [(base, document)]
    while pending:
        url, current = pending.pop()
        references = [(holder, "$ref") for holder in reference_holders(current)]
        references += [(mapping, name) for mapping in _discriminator_mappings(current) for name in mapping]
        for holder, name in references:
            target, pointer = urldefrag(urljoin(url, holder[name]))
            if target != base and target not in others:
                others[target] = fetch(target)
                pending.append((target, others[target]))
            holder[name] = _local(target, base, pointer)
    if others:
        document[DOCUMENTS] = others
    return document


def last_name(pointer: str) -> str:
    """The name of what a reference leads to: of a schema, or of a file without its extension."""
    name = unquote(pointer).rpartition("/")[2].replace("~1", "/").rpartition("/")[2]
    for extension in _EXTENSIONS:
        name = name.removesuffix(extension)
    return name


def _local(target: str, base: str, pointer: str) -> str:
    if target == base:
        return f"#{pointer}"
    name = target.replace("~", "~0").replace("/", "~1")
    return f"#/{DOCUMENTS}/{name}{pointer}"


def _discriminator_mappings(node: Json) -> Iterator[JsonObject]:
    """The mappings of all discriminators, with references as their values."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            discriminator = current.get("discriminator")
            if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), dict):
                mapping = {name: _reference(str(value)) for name, value in discriminator["mapping"].items()}
                discriminator["mapping"] = mapping
                yield mapping
            pending.extend(current.values())


def _reference(value: str) -> str:
    """A reference; a plain name of a schema is turned into one."""
    is_reference = "#" in value or "/" in value or value.endswith(_EXTENSIONS)
    return value if is_reference else f"#/components/schemas/{value}"
