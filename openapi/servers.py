"""The servers of an API (OpenAPI 3.0.3, Server Object)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from openapi.references import Json

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def server_urls(servers: Json, source: str) -> Iterator[str]:
    """The URLs of a list of servers, with the defaults of their variables. Relative ones are resolved against
    the source of the document if that is a URL; otherwise they stay paths. Servers whose variables have no
    value are left out, and so is what is no server.
    """
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, Mapping) and isinstance(server.get("url"), str):
            # Many documents have an empty URL for the root of the host, which is the default ("/").
            url = _with_defaults(server["url"].strip() or "/", server.get("variables"))
            if "{" not in url:
                yield _absolute(url, source)


def path_of(url: str) -> str:
    """The path of a URL, without a slash at its end."""
    return urlsplit(url).path.rstrip("/")


def _with_defaults(url: str, variables: Any) -> str:
    """A URL with the default of each variable, or else the first of its values."""
    by_name = variables if isinstance(variables, Mapping) else {}

    def value(match: re.Match[str]) -> str:
        variable = by_name.get(match[1])
        if not isinstance(variable, Mapping):
            return match[0]
        options = variable.get("enum")
        default = options[0] if isinstance(options, list) and options else match[0]
        return str(variable.get("default", default))

    return _VARIABLE.sub(value, url)


def _absolute(url: str, source: str) -> str:
    if source.startswith(("http://", "https://")):
        return urljoin(source, url)
    return url if "://" in url or url.startswith("/") else f"/{url}"
