"""OpenAPI documents, from a file or a URL."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import orjson

from openapi.document_source import DocumentSource
from openapi.document_walk import Place
from openapi.document_walk import pointer as pointer_to
from openapi.errors import ContractError
from openapi.references import (
    MISSING,
    Json,
    JsonObject,
    References,
    join_documents,
    node_at,
    reference_holders,
)
from openapi.swagger_2 import as_openapi_3

__all__ = ["Contract", "ContractError", "Json", "JsonObject", "load_contract", "students_document"]


@dataclass(frozen=True)
class Contract:
    """An OpenAPI 3.0 or 3.1 document.

    `source` is the path or URL that it comes from, `version` its version of OpenAPI as (major, minor).
    `notes` are lines for people about what was done to it, such as a target of an overlay that selects
    nothing.
    """

    source: str
    document: JsonObject
    version: tuple[int, int]
    references: References = field(default_factory=References)
    notes: tuple[str, ...] = ()
    _nodes: dict[str, Json] = field(default_factory=dict, repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the document, whatever the order of its keys."""
        options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
        try:
            content = orjson.dumps(self.document, default=str, option=options)
        except TypeError:
            # Some integer has more than 64 bits.
            content = json.dumps(self.document, default=str, sort_keys=True).encode()
        return hashlib.sha256(content).hexdigest()

    def at(self, pointer: str) -> Json:
        """The node that a local reference such as `#/components/schemas/Student` leads to (RFC 6901).

        Raises ContractError when there is none.
        """
        if pointer not in self._nodes:
            self._nodes[pointer] = self._node(pointer)
        return self._nodes[pointer]

    def _node(self, pointer: str) -> Json:
        if pointer.startswith(MISSING) and pointer in self.references.missing:
            raise ContractError(f"{self.source}: {self.references.missing[pointer]}")
        if pointer not in ("#", "") and not pointer.startswith("#/"):
            raise ContractError(f"{self.source}: $ref {pointer!r} does not lead into this document")
        try:
            return node_at(self.document, pointer)
        except ContractError as reason:
            raise ContractError(f"{self.source}: $ref {pointer!r} {reason}") from None

    def check_references(self) -> None:
        """Check every `$ref`. Raises ContractError when one leads nowhere."""
        for holder in reference_holders(self.document):
            self.resolve(holder)

    def resolve(self, node: Json) -> Json:
        """The node itself, or what it refers to, through as many references as there are.

        Raises ContractError on a reference that leads nowhere or to itself.
        """
        visited: set[str] = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            pointer = node["$ref"]
            if pointer in visited:
                raise ContractError(f"{self.source}: $ref {pointer!r} leads to itself")
            visited.add(pointer)
            node = self.at(pointer)
        return node

    def resolved(self, node: Json) -> Json:
        """The same; None on a reference that leads nowhere."""
        try:
            return self.resolve(node)
        except ContractError:
            return None

    def place_of(self, node: Json) -> str:
        """The pointer to a node of the document, found by its identity; it takes a walk over everything."""
        pending: list[tuple[Json, Place]] = [(self.document, None)]
        while pending:
            current, place = pending.pop()
            if current is node:
                return f"#{pointer_to(place)}"
            if isinstance(current, dict):
                pending.extend((child, (key, place)) for key, child in current.items())
            elif isinstance(current, list):
                pending.extend((child, (index, place)) for index, child in enumerate(current))
        return "a schema"

    def object_at(self, *keys: str) -> JsonObject:
        """What the document has under these keys, one within the other; empty where there is no object."""
        node: Json = self.document
        for key in keys:
            node = node.get(key) if isinstance(node, dict) else None
        return node if isinstance(node, dict) else {}

    def resolve_object(self, node: Json, place: str) -> JsonObject:
        """What a node is or refers to. Raises ContractError that names the place when it is no object."""
        resolved = self.resolve(node)
        if not isinstance(resolved, dict):
            raise ContractError(f"{self.source}: {place}: an object is expected")
        return resolved


def students_document() -> Path:
    """The path of the document of the students API."""
    return Path(str(files("openapi") / "students.yaml"))


def load_contract(
    source: str | Path, allow_remote_refs: bool = False, overlays: Sequence[str | Path] = ()
) -> Contract:
    """Read a document, JSON or YAML, from a path or an http(s) URL, and all others that it refers to.
    Overlays are applied to it in their order, before anything else.

    Those at other hosts are read with `allow_remote_refs` only. Swagger 2.0 is translated to OpenAPI 3.0.

    Raises ContractError when it is missing, cannot be read or describes no operation.
    """
    name = str(source)
    opened = DocumentSource(name, allow_remote_refs)
    document = opened.read()
    notes: tuple[str, ...] = ()
    if overlays:
        from openapi.overlay import overlaid  # noqa: PLC0415 - few need it, and JSONPath is slow to import

        document, notes = overlaid(document, overlays)
    if not isinstance(document, dict):
        raise ContractError(f"{name}: not an OpenAPI document: a mapping is expected at the top")
    version = _version(name, document)
    _check_paths(name, document)
    has_ids = version > (3, 0)
    references = join_documents(document, opened.url, opened.fetch, has_ids)
    contract = Contract(name, document, version, references, notes)
    if version == (2, 0):
        translated = as_openapi_3(document, contract.resolved)
        return Contract(name, translated, (3, 0), references, notes)
    return contract


def _version(name: str, document: JsonObject) -> tuple[int, int]:
    if "swagger" in document and "openapi" not in document:
        if str(document["swagger"]) not in ("2.0", "2"):
            raise ContractError(f"{name}: Swagger {document['swagger']} is not supported; 2.0 is")
        return 2, 0
    version = document.get("openapi")
    if version is None:
        raise ContractError(f"{name}: not an OpenAPI document: it has no 'openapi' field")
    parts = str(version).split(".")
    if parts[:2] not in (["3", "0"], ["3", "1"], ["3", "2"]):
        raise ContractError(f"{name}: OpenAPI {version} is not supported; 2.0, 3.0, 3.1 and 3.2 are")
    return int(parts[0]), int(parts[1])


def _check_paths(name: str, document: JsonObject) -> None:
    """Raises ContractError when there is nothing to call."""
    if isinstance(document.get("paths"), dict) and document["paths"]:
        return
    if document.get("webhooks"):
        raise ContractError(f"{name}: the document describes webhooks only, which the service calls itself")
    raise ContractError(f"{name}: the document describes no operation: 'paths' is missing or empty")
