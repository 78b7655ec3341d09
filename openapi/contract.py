"""OpenAPI documents, from a file or a URL."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import orjson
import yaml

from openapi.limits import FETCH_TIMEOUT_S
from openapi.references import Json, JsonObject, join_documents, reference_holders

__all__ = ["Contract", "ContractError", "Json", "JsonObject", "load_contract", "students_document"]


class ContractError(Exception):
    """A document cannot be used. The message is one line that says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Contract:
    """An OpenAPI 3.0 or 3.1 document.

    `source` is the path or URL that it comes from, `version` its version of OpenAPI as (major, minor).
    """

    source: str
    document: JsonObject
    version: tuple[int, int]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the document, whatever the order of its keys and the files that it is split into."""
        options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
        return hashlib.sha256(orjson.dumps(self.document, default=str, option=options)).hexdigest()

    def at(self, pointer: str) -> Json:
        """The node that a local reference such as `#/components/schemas/Student` leads to (RFC 6901).

        Raises ContractError when there is none.
        """
        if pointer not in ("#", "") and not pointer.startswith("#/"):
            raise ContractError(f"{self.source}: $ref {pointer!r} does not lead into this document")
        node: Json = self.document
        for token in pointer.split("/")[1:]:
            key = unquote(token).replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(key)] if isinstance(node, list) else node[key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise ContractError(f"{self.source}: $ref {pointer!r} leads nowhere, at {key!r}") from None
        return node

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

    def resolve_object(self, node: Json, place: str) -> JsonObject:
        """What a node is or refers to. Raises ContractError that names the place when it is no object."""
        resolved = self.resolve(node)
        if not isinstance(resolved, dict):
            raise ContractError(f"{self.source}: {place}: an object is expected")
        return resolved


class _JsonCompatibleLoader(yaml.CSafeLoader):
    """Reads YAML into the data model of JSON: dates stay text (OpenAPI 3.0.3, Format)."""


_JsonCompatibleLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def students_document() -> Path:
    """The path of the document of the students API."""
    return Path(str(files("openapi") / "students.yaml"))


def load_contract(source: str | Path) -> Contract:
    """Read a document, JSON or YAML, from a path or an http(s) URL.

    Raises ContractError when it is missing, is not YAML or is not OpenAPI 3.0 or 3.1.
    """
    name = str(source)
    document = _parse(name, _read(name))
    if not isinstance(document, dict):
        raise ContractError(f"{name}: not an OpenAPI document: a mapping is expected at the top")
    version = _version(name, document)
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise ContractError(f"{name}: the document describes no operation: 'paths' is missing or empty")
    base = name if _is_url(name) else Path(name).absolute().as_uri()
    return Contract(source=name, document=join_documents(document, base, _fetch), version=version)


def _fetch(url: str) -> Json:
    """The document at a URL that another document refers to."""
    name = unquote(urlsplit(url).path) if url.startswith("file:") else url
    return _parse(name, _read(name))


def _is_url(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _read(name: str) -> bytes:
    try:
        if _is_url(name):
            with urlopen(name, timeout=FETCH_TIMEOUT_S) as response:  # noqa: S310 - it is http(s), as checked above
                return bytes(response.read())
        return Path(name).read_bytes()
    except FileNotFoundError:
        raise ContractError(f"{name}: no such file; give the path or URL of an OpenAPI document") from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise ContractError(f"{name}: cannot be read: {reason}") from None


def _parse(name: str, content: bytes) -> Json:
    try:
        if name.endswith(".json"):
            return json.loads(content)
        if content.lstrip()[:1] == b"{":
            # JSON is YAML, too, but a parser of JSON is much faster.
            with suppress(ValueError):
                return json.loads(content)
        return _with_text_keys(yaml.load(content, _JsonCompatibleLoader))  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ContractError(f"{name}{place}: not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{name}: not YAML: {' '.join(str(error).split())}") from None
    except json.JSONDecodeError as error:
        raise ContractError(
            f"{name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}"
        ) from None


def _with_text_keys(node: Json) -> Json:
    if isinstance(node, dict):
        return {str(key): _with_text_keys(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_text_keys(value) for value in node]
    return node


def _version(name: str, document: JsonObject) -> tuple[int, int]:
    if "swagger" in document:
        raise ContractError(
            f"{name}: this is Swagger {document['swagger']}; OpenAPI 3.0 or 3.1 is needed, convert it first"
        )
    version = document.get("openapi")
    if version is None:
        raise ContractError(f"{name}: not an OpenAPI document: it has no 'openapi' field")
    parts = str(version).split(".")
    if parts[:2] not in (["3", "0"], ["3", "1"]):
        raise ContractError(f"{name}: OpenAPI {version} is not supported; 3.0 and 3.1 are")
    return int(parts[0]), int(parts[1])
