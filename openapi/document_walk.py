"""Finds the references of a document, and its schemas that have an identifier or an anchor."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urldefrag, urljoin

DOCUMENTS = "x-documents"

# A `$ref` below these keys is data, not a reference, unless the key is a name that the author chose.
_DATA = frozenset({"example", "examples", "default", "enum", "const", "value"})
_NESTED = (dict, list)
# Below these keys, all keys are names that the author chose.
_NAMED = frozenset((
    "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas",
    "responses", "parameters", "requestBodies", "headers", "links", "callbacks", "pathItems", "paths",
    "content", "encoding", "mapping", "securitySchemes", "webhooks", "mediaTypes", "additionalOperations",
))  # fmt: skip
_ANCHORS = ("$anchor", "$dynamicAnchor")
_REFERENCES = ("$ref", "$dynamicRef")
_URI_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")

# A place in a document: the key, and the place that it is in; None for the document itself.
Place = tuple[str | int, Any] | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference: the value of `key` in `holder`, which is at `place`, and is relative to the URI `base`."""

    holder: dict[str, Any]
    key: str
    base: str
    place: Place


@dataclass(frozen=True, slots=True)
class Identified:
    """A schema with a URI of its own, or with an anchor: `keyword` tells which, `name` is the URI or anchor.
    `base` is the URI of the schema resource that it is in.
    """

    node: dict[str, Any]
    keyword: str
    name: str
    base: str
    place: Place


def walk(document: Any, base: str, has_ids: bool) -> Iterator[Reference | Identified]:
    """All references and identified schemas of a document with this URI; those in examples do not count.

    Without `has_ids`, schemas cannot have any (OpenAPI 3.0).
    """
    visited: set[int] = set()
    pending: list[tuple[Any, bool, str, Place]] = [(document, False, base, None)]
    while pending:
        node, has_chosen_keys, base, place = pending.pop()
        # Aliases of YAML are one object in several places.
        if id(node) in visited or not isinstance(node, (dict, list)):
            continue
        visited.add(id(node))
        if isinstance(node, dict) and not has_chosen_keys:
            if has_ids:
                for found in _identified(node, base, place):
                    base = found.name if found.keyword == "$id" else base
                    yield found
            yield from _references(node, base, place)
        for key, child, is_named in children(node, has_chosen_keys):
            pending.append((child, is_named, base, (key, place)))


def children(node: Any, has_chosen_keys: bool) -> Iterator[tuple[str | int, Any, bool]]:
    """The objects and lists within an object or list that may have references, with their keys, and whether
    their keys are names that the author chose.
    """
    if isinstance(node, list):
        yield from ((index, item, False) for index, item in enumerate(node) if type(item) in _NESTED)
        return
    for key, value in node.items():
        if type(value) in _NESTED and (has_chosen_keys or not _is_data(key)):
            yield key, value, key in _NAMED and not has_chosen_keys


def pointer(place: Place) -> str:
    """The JSON pointer of a place (RFC 6901), in which percent signs are encoded as in a URI fragment."""
    tokens = []
    while place is not None:
        key, place = place
        tokens.append(escape(str(key)))
    return "".join(f"/{token}" for token in reversed(tokens))


def escape(key: str) -> str:
    """A key as a token of a JSON pointer in a URI fragment."""
    return key.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def resolve_uri(base: str, reference: str) -> str:
    """The URI of a reference (RFC 3986, section 5.2), of any scheme. Characters that must be encoded in a URI
    are, as authors of file names write them as they are.
    """
    written, hash_sign, fragment = reference.partition("#")
    uri = urljoin(base, _encoded(written)) if written else urldefrag(base)[0]
    return f"{uri}{hash_sign}{fragment}"


def _encoded(written: str) -> str:
    return _STRAY_PERCENT.sub("%25", quote(written, safe=_URI_CHARACTERS))


def _is_data(key: str) -> bool:
    return key in _DATA or (key.startswith("x-") and key != DOCUMENTS)


def _identified(node: dict[str, Any], base: str, place: Place) -> Iterator[Identified]:
    identifier = node.get("$id")
    if isinstance(identifier, str) and identifier.startswith("#"):
        # An anchor as JSON Schema had it until draft 7.
        yield Identified(node, "$anchor", identifier[1:], base, place)
    elif isinstance(identifier, str):
        base = urldefrag(resolve_uri(base, identifier))[0]
        yield Identified(node, "$id", base, base, place)
    for keyword in _ANCHORS:
        if isinstance(node.get(keyword), str):
            yield Identified(node, keyword, node[keyword], base, place)


def _references(node: dict[str, Any], base: str, place: Place) -> Iterator[Reference]:
    for keyword in _REFERENCES:
        if isinstance(node.get(keyword), str):
            yield Reference(node, keyword, base, place)
    examples = node.get("examples")
    if isinstance(examples, dict):
        for name, example in examples.items():
            if isinstance(example, dict) and isinstance(example.get("$ref"), str):
                yield Reference(example, "$ref", base, (name, ("examples", place)))
    discriminator = node.get("discriminator")
    if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), dict):
        mapping = discriminator["mapping"]
        at = ("mapping", ("discriminator", place))
        yield from (Reference(mapping, name, base, at) for name in mapping)
