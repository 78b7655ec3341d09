"""References between documents (RFC 3986, section 5; OpenAPI 3.0.3, Reference Object): found, and
made to lead into one document.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

Json = Any
JsonObject = dict[str, Any]

DOCUMENTS = "x-documents"

# What stands below these keys is data, not description; unless the key is a name that somebody gave.
_DATA = ("example", "examples", "default", "enum", "const", "value")
_NAMED = (
    "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas",
    "responses", "parameters", "requestBodies", "headers", "links", "callbacks", "pathItems", "paths",
    "content", "encoding",
)  # fmt: skip


def holders(node: Json, named: bool = False) -> Iterator[JsonObject]:
    """Every object that holds a `$ref`, however deep; what stands in examples does not count."""
    pending = [(node, named)]
    while pending:
        each, is_named = pending.pop()
        if isinstance(each, list):
            pending.extend((item, False) for item in each)
        elif isinstance(each, dict):
            if isinstance(each.get("$ref"), str) and not is_named:
                yield each
            pending.extend(
                (value, key in _NAMED and not is_named)
                for key, value in each.items()
                if is_named or (key not in _DATA and not key.startswith("x-")) or key == DOCUMENTS
            )


def joined(document: JsonObject, base: str, read: Callable[[str], Json]) -> JsonObject:
    """The document with all that its references lead to in other documents: those stand below
    `x-documents`, and every reference leads to where its target stands now.

    `base` is the URL of the document, `read` gives the document at a URL.
    """
    others: dict[str, Json] = {}
    pending = [(base, document)]
    while pending:
        url, each = pending.pop()
        references = [(holder, "$ref") for holder in holders(each)]
        references += [(mapping, name) for mapping in _discriminators(each) for name in mapping]
        for holder, name in references:
            target, pointer = urldefrag(urljoin(url, holder[name]))
            if target != base and target not in others:
                others[target] = read(target)
                pending.append((target, others[target]))
            holder[name] = _within(target, base, pointer)
    if others:
        document[DOCUMENTS] = others
    return document


def last_name(pointer: str) -> str:
    """The name of what a reference leads to: that of a schema, or of a file without its extension."""
    name = unquote(pointer).rpartition("/")[2].replace("~1", "/").rpartition("/")[2]
    for extension in (".yaml", ".yml", ".json"):
        name = name.removesuffix(extension)
    return name


def _within(target: str, base: str, pointer: str) -> str:
    if target == base:
        return f"#{pointer}"
    name = target.replace("~", "~0").replace("/", "~1")
    return f"#/{DOCUMENTS}/{name}{pointer}"


def _discriminators(node: Json) -> Iterator[JsonObject]:
    """The mappings of discriminators whose values are references, as far as they are."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending.extend(each)
        elif isinstance(each, dict):
            told = each.get("discriminator")
            if isinstance(told, dict) and isinstance(told.get("mapping"), dict):
                told["mapping"] = {name: _spelt_out(str(value)) for name, value in told["mapping"].items()}
                yield told["mapping"]
            pending.extend(each.values())


def _spelt_out(value: str) -> str:
    """A name of a schema as a reference to it."""
    is_reference = "#" in value or "/" in value or value.endswith((".yaml", ".yml", ".json"))
    return value if is_reference else f"#/components/schemas/{value}"
