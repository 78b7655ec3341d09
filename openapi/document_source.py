"""Where documents come from: files and URLs, and what a document may read of others."""

import stat
import time
from contextlib import suppress
from copy import deepcopy
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from jsonschema_specifications import REGISTRY
from referencing.exceptions import Unresolvable

from openapi.document_parser import parse_document
from openapi.errors import ContractError
from openapi.limits import DOCUMENT_BYTES, DOCUMENTS, FETCH_TIMEOUT_S, READ_BYTES

# The meta-schemas of JSON Schema, which are there without asking for them.
_META_SCHEMAS = ("https://json-schema.org/", "http://json-schema.org/")
_WEB = ("http", "https")


def is_url(name: str) -> bool:
    """Whether the name of a document is a URL rather than a path."""
    return name.startswith(("http://", "https://"))


class DocumentSource:
    """Reads a document that a user names, and others that it refers to.

    A document is not trusted: one from the web reads nothing but what its own host has, and one from a file
    reads files only, unless `allow_remote` lets both read from other hosts.
    """

    def __init__(self, name: str, allow_remote: bool) -> None:
        self._name = name
        self._allow_remote = allow_remote
        self._count = 0
        self.url = name if is_url(name) else Path(name).absolute().as_uri()

    def read(self) -> Any:
        """The document itself. Raises ContractError when it cannot be read."""
        if is_url(self._name):
            content, self.url = _download(self._name, build_opener(_Redirects(None)))
        else:
            path = Path(self._name)
            if not path.exists():
                advice = "give the path or URL of an OpenAPI document"
                raise ContractError(f"{self._name}: no such file; {advice}")
            content = read_file(self._name, path)
        return parse_document(self._name, content)

    def fetch(self, url: str) -> Any:
        """The document at a URL that another document refers to. Raises ContractError when it may not be
        read or cannot.
        """
        if url.startswith(_META_SCHEMAS):
            with suppress(Unresolvable):
                return deepcopy(REGISTRY.contents(url))
        refusal = self.refusal(url)
        if refusal:
            raise ContractError(f"{url}: not read: {refusal}")
        self._count += 1
        if self._count > DOCUMENTS:
            raise ContractError(f"{url}: not read: there are more than {DOCUMENTS:,} documents")
        if is_url(url):
            content, _ = _download(url, build_opener(_Redirects(self)))
            return parse_document(urlsplit(url).path, content)
        # A name that is no URL, with a percent sign of its own, is meant as it is.
        written = urlsplit(url).path
        path = next(
            (path for path in map(Path, (unquote(written), written)) if path.exists()), Path(unquote(written))
        )
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise ContractError(f"{path}: not read: it is no file")
        return parse_document(str(path), read_file(str(path), path))

    def refusal(self, url: str) -> str:
        """Why a document that another one refers to is not read; empty if it may be."""
        own, other = urlsplit(self.url), urlsplit(url)
        if other.scheme == "file":
            return "" if own.scheme == "file" else "a document from the web reads no local files"
        if other.scheme not in _WEB:
            return "nothing in the documents has this $id"
        if self._allow_remote or (own.scheme, own.netloc) == (other.scheme, other.netloc):
            return ""
        return "it is at another host; --allow-remote-refs reads it"


class _Redirects(HTTPRedirectHandler):
    """Follows redirections to where a document may be read from; without a source, to anywhere in the web."""

    def __init__(self, source: DocumentSource | None) -> None:
        self._source = source

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """The next request. Raises URLError when it is not allowed."""
        refusal = self._source.refusal(newurl) if self._source else "" if is_url(newurl) else "no URL"
        if refusal:
            raise URLError(f"it leads to {newurl}: {refusal}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(url: str, opener: OpenerDirector) -> tuple[bytes, str]:
    """The content of a URL, and the URL that it was found at after redirections."""
    deadline = time.monotonic() + FETCH_TIMEOUT_S
    try:
        with opener.open(url, timeout=FETCH_TIMEOUT_S) as response:
            content = bytearray()
            while part := response.read1(READ_BYTES):
                content += part
                _check_size(url, len(content))
                if time.monotonic() > deadline:
                    raise ContractError(f"{url}: cannot be read: it takes longer than {FETCH_TIMEOUT_S} s")
            return bytes(content), response.geturl()
    except (HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise ContractError(f"{url}: cannot be read: {reason}") from None


def read_file(name: str, path: Path) -> bytes:
    """The content of a file, which may also be a pipe."""
    try:
        with path.open("rb") as file:
            content = file.read(DOCUMENT_BYTES + 1)
    except FileNotFoundError:
        raise ContractError(f"{name}: no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ContractError(f"{name}: cannot be read: {reason}") from None
    _check_size(name, len(content))
    return content


def _check_size(name: str, size: int) -> None:
    if size > DOCUMENT_BYTES:
        raise ContractError(f"{name}: not read: it is larger than {DOCUMENT_BYTES / 1e6:.0f} MB")
