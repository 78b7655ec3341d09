"""References within and between documents (RFC 3986, section 5; OpenAPI 3.0.3, Reference Object; JSON Schema
2020-12 Core, sections 8 and 9).
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from openapi.document_walk import (
    DOCUMENTS,
    Identified,
    Reference,
    escape,
    pointer,
    resolve_uri,
    walk,
)
from openapi.errors import ContractError

Json = Any
JsonObject = dict[str, Any]

MISSING = "#/x-missing"
_EXTENSIONS = (".yaml", ".yml", ".json")
_NO_ANCHORS: Mapping[str, str] = {}


def reference_holders(node: Json) -> Iterator[JsonObject]:
    """Every object that has a `$ref`, at any depth; those in examples do not count."""
    for found in walk(node, "", has_ids=False):
        if isinstance(found, Reference) and found.key == "$ref":
            yield found.holder


@dataclass(frozen=True)
class References:
    """What is known of the references of a joined document.

    `missing` has the reason for each reference that leads nowhere, by what stands in its place.
    `dynamic_anchors` has the dynamic anchors of each schema resource, as the pointers that they lead to by
    name; the resources by their pointers, and `by_node` by the identity of the schema.
    """

    missing: Mapping[str, str] = field(default_factory=dict)
    dynamic_anchors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_node: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def anchors_around(self, target: str) -> Mapping[str, str]:
        """The dynamic anchors of the schema resource that a pointer leads into."""
        while target and target not in self.dynamic_anchors:
            target = target.rpartition("/")[0]
        return self.dynamic_anchors.get(target, _NO_ANCHORS)


def join_documents(
    document: JsonObject, base: str, fetch: Callable[[str], Json], has_ids: bool
) -> References:
    """Add all documents that a document refers to below its `x-documents`, and make all references pointers
    into the whole. It is changed in place.

    `base` is the URL of the document; `fetch` returns the document at a URL, or raises ContractError. With
    `has_ids`, schemas are found by their `$id` and their anchors, too.
    """
    joined = _JoinedDocument(document, base, fetch, has_ids)
    joined.read_all()
    return joined.rewritten()


def last_name(target: str) -> str:
    """The name of what a reference leads to: of a schema, or of a file without its extension."""
    name = unquote(target).rpartition("/")[2].replace("~1", "/").rpartition("/")[2]
    for extension in _EXTENSIONS:
        name = name.removesuffix(extension)
    return name


@dataclass(frozen=True, slots=True)
class _Found:
    """A reference, the URL of the document that it is in, and the pointer `at` which that is in the whole."""

    reference: Reference
    url: str
    at: str

    @property
    def place(self) -> str:
        """The pointer in the whole to what refers."""
        reference = self.reference
        place = reference.place if reference.key == "$ref" else (reference.key, reference.place)
        return self.at + pointer(place)


class _JoinedDocument:
    """A document that others are added to.

    Larger than usual: it keeps by URI what has one, and which references are still to be looked at.
    """

    def __init__(self, document: JsonObject, base: str, fetch: Callable[[str], Json], has_ids: bool) -> None:
        self._document, self._base, self._fetch, self._has_ids = document, base, fetch, has_ids
        self._others: dict[str, Json] = {}
        self._found: list[_Found] = []
        self._pointers: dict[str, str] = {}
        self._anchors: dict[str, tuple[str, bool]] = {}
        self._nodes: dict[str, int] = {}
        self._failures: dict[str, str] = {}
        self._uris: dict[tuple[str, str], tuple[str, str]] = {}
        self._valid: set[str] = set()
        own = document.get("$self")
        self._add(document, resolve_uri(base, own) if isinstance(own, str) else base, base, "")

    def read_all(self) -> None:
        """Read every document that is referred to: those at other hosts last, as another document may have
        what they are asked for.
        """
        seen = 0
        remote: dict[str, None] = {}
        while seen < len(self._found) or remote:
            while seen < len(self._found):
                found = self._found[seen]
                seen += 1
                uri = self._uri(found.reference)[0]
                if not self._is_known(uri) and not self._read_beside(found, uri):
                    remote[uri] = None
            if remote:
                uri, _ = remote.popitem()
                if not self._is_known(uri):
                    self._read(uri, uri)

    def rewritten(self) -> References:
        """Make every reference a pointer, and tell what is missing."""
        missing: dict[str, str] = {}
        for found in self._found:
            holder, key = found.reference.holder, found.reference.key
            try:
                self._rewrite(found.reference)
            except ContractError as reason:
                missing[MISSING + found.place] = f"{self._shown(found.place)}: {holder[key]!r} {reason}"
                holder[key] = MISSING + found.place
        dynamic: dict[str, dict[str, str]] = {target: {} for target in self._pointers.values()}
        for name, (target, is_dynamic) in self._anchors.items():
            uri, _, anchor = name.partition("#")
            if is_dynamic:
                dynamic[self._pointers[uri]][anchor] = target
        by_node = {node: dynamic[self._pointers[uri]] for uri, node in self._nodes.items()}
        return References(missing, {f"#{target}": anchors for target, anchors in dynamic.items()}, by_node)

    def _add(self, document: Json, uri: str, url: str, at: str) -> None:
        """Add a document that was found at a URL, whose place in the whole is the pointer `at`."""
        self._pointers[uri] = self._pointers[url] = at
        for found in walk(document, uri, self._has_ids):
            if isinstance(found, Identified):
                self._identify(found, at + pointer(found.place))
            else:
                self._found.append(_Found(found, url, at))

    def _identify(self, found: Identified, target: str) -> None:
        if found.keyword == "$id":
            self._pointers.setdefault(found.name, target)
            self._nodes.setdefault(found.name, id(found.node))
        else:
            is_dynamic = found.keyword == "$dynamicAnchor"
            self._anchors.setdefault(f"{found.base}#{found.name}", (f"#{target}", is_dynamic))

    def _uri(self, reference: Reference) -> tuple[str, str]:
        """The URI and the fragment of a reference."""
        written, base = str(reference.holder[reference.key]), reference.base
        if reference.key not in ("$ref", "$dynamicRef") and self._is_component(written):
            written, base = f"#/components/schemas/{escape(written)}", self._base
        key = (base, written)
        if key not in self._uris:
            uri, _, fragment = resolve_uri(base, written).partition("#")
            self._uris[key] = (uri, fragment)
        return self._uris[key]

    def _is_component(self, name: str) -> bool:
        """Whether a value in a discriminator's mapping is the name of a schema."""
        components = self._document.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        return name in (schemas or ()) or not ("#" in name or "/" in name or name.endswith(_EXTENSIONS))

    def _is_known(self, uri: str) -> bool:
        return uri in self._pointers or uri in self._failures

    def _read_beside(self, found: _Found, uri: str) -> bool:
        """Read a document that is a file, or that is beside the one that refers to it: its schemas may have
        another URI than their place. Returns whether that was all there is to try.
        """
        written = urldefrag(str(found.reference.holder[found.reference.key]))[0]
        beside = resolve_uri(found.url, written)
        if beside != uri and written and not urlsplit(written).scheme:
            if not self._is_known(beside):
                self._read(beside, beside)
            if beside in self._pointers:
                # It may have the URI that was meant by itself.
                self._pointers.setdefault(uri, self._pointers[beside])
                return True
        if uri.startswith("file:"):
            self._read(uri, uri)
            return True
        return False

    def _read(self, uri: str, url: str) -> None:
        try:
            document = self._fetch(url)
        except ContractError as reason:
            self._failures[uri] = str(reason)
            return
        name = _document_name(url, self._base)
        self._others[name] = document
        self._document[DOCUMENTS] = self._others
        self._add(document, uri, url, f"/{DOCUMENTS}/{escape(name)}")

    def _rewrite(self, reference: Reference) -> None:
        """Make a reference a pointer. Raises ContractError with the reason when it leads nowhere."""
        uri, fragment = self._uri(reference)
        if uri not in self._pointers:
            raise ContractError(f"leads nowhere: {self._failures[uri]}")
        name = f"{uri}#{fragment}"
        if fragment and not fragment.startswith("/"):
            if name not in self._anchors:
                raise ContractError(f"leads nowhere: there is no $anchor {fragment!r}")
            target = self._anchors[name][0]
        else:
            target = f"#{self._pointers[uri]}{fragment}"
            if target not in self._valid:
                node_at(self._document, target)
                self._valid.add(target)
        holder = reference.holder
        if reference.key == "$dynamicRef" and not self._anchors.get(name, ("", False))[1]:
            # It leads to no dynamic anchor, so it is as a `$ref` (JSON Schema 2020-12 Core, section 8.2.3.2).
            del holder["$dynamicRef"]
            holder["allOf"] = [*holder.get("allOf", ()), {"$ref": target}]
        else:
            holder[reference.key] = target

    def _shown(self, place: str) -> str:
        """A place as people name it: the document, if it is another one, and the pointer in it."""
        prefix = f"/{DOCUMENTS}/"
        if not place.startswith(prefix):
            return f"#{place}"
        name, _, rest = place.removeprefix(prefix).partition("/")
        return f"{unescape(name)}#/{rest}" if rest else f"{unescape(name)}#"


def unescape(token: str) -> str:
    """The key that a token of a JSON pointer in a URI fragment stands for."""
    return unquote(token).replace("~1", "/").replace("~0", "~")


def node_at(document: Json, target: str) -> Json:
    """The node that a pointer such as `#/components/schemas/Student` leads to. Raises ContractError."""
    node = document
    for token in target.split("/")[1:]:
        key = unescape(token)
        try:
            node = node[int(key)] if isinstance(node, list) else node[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ContractError(f"leads nowhere, at {key!r}") from None
    return node


def _document_name(url: str, base: str) -> str:
    """The name of a document: its path relative to the first one, or its URL at another host."""
    own, other = urlsplit(base), urlsplit(url)
    if (own.scheme, own.netloc) != (other.scheme, other.netloc):
        return url
    path = posixpath.relpath(unquote(other.path), posixpath.dirname(unquote(own.path)) or "/")
    return f"{path}?{other.query}" if other.query else path
