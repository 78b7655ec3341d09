"""Where an API is, as its document says (OpenAPI 3.0.3, Server Object)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from openapi.references import Json

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def server_urls(servers: Json, source: str) -> Iterator[str]:
    """The URLs of a list of servers, with the defaults of their variables. Relative ones count from the
    document's source where that is a URL; else they stay paths. Those whose variables have no value are left
    out, and so is what is no server.
    """
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, Mapping) and isinstance(server.get("url"), str):
            # Many services write nothing for the root of their host, which is the default ("/").
            url = _filled(server["url"].strip() or "/", server.get("variables"))
            if "{" not in url:
                yield _absolute(url, source)


def path_of(url: str) -> str:
    """The path of a server, without a slash at its end."""
    return urlsplit(url).path.rstrip("/")


def _filled(url: str, variables: Any) -> str:
    known = variables if isinstance(variables, Mapping) else {}

    def value(found: re.Match[str]) -> str:
        variable = known.get(found[1])
        if not isinstance(variable, Mapping):
            return found[0]
        options = variable.get("enum")
        default = variable.get("default", options[0] if isinstance(options, list) and options else found[0])
        return str(default)

    return _VARIABLE.sub(value, url)


def _absolute(url: str, source: str) -> str:
    if source.startswith(("http://", "https://")):
        return urljoin(source, url)
    return url if "://" in url or url.startswith("/") else f"/{url}"
