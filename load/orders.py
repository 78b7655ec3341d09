"""What a run is told to do: which traffic, on which operations, as whom. One set of options for every
command that takes them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from load.credentials import Credentials, credentials
from load.selection import Selection
from load.traffic import Profile, profile_from
from openapi.security import SecurityScheme


@dataclass(frozen=True)
class Orders:
    """What all users of a run share."""

    profile: Profile
    selection: Selection = field(default_factory=Selection)
    credentials: Credentials = field(default_factory=Credentials)

    def message(self) -> dict[str, Any]:
        """As plain values, for another process."""
        return asdict(self)


@dataclass(frozen=True)
class Option:
    """An option of the command line; `variable` is that of the environment, for what is secret."""

    name: str
    help: str
    is_flag: bool = False
    multiple: bool = False
    variable: str | None = None

    @property
    def key(self) -> str:
        """The name of its value."""
        return self.name.removeprefix("--").replace("-", "_")


SHOW_PLAN = "Print which operations are called, with what from where, which are not, and why; and end."
OPTIONS = (
    Option("--include", "Call only operations of this id, tag, path, method or 'METHOD /path'; * stands for "
           "anything. May be given again.", multiple=True),
    Option("--exclude", "Do not call operations of this id, tag, path or method. May be given again.",
           multiple=True),
    Option("--read-only", "Call nothing that changes anything.", is_flag=True),
    Option("--allow-destructive", "Change and delete what this run did not create, too.", is_flag=True),
    Option("--header", "Send this field with every call: 'Name: value'. May be given again.", multiple=True,
           variable="CONTRACT_HEADER"),
    Option("--bearer", "Token for schemes of bearer tokens, OAuth 2.0 and OpenID Connect.",
           variable="CONTRACT_BEARER"),
    Option("--api-key", "API key, or scheme=key where there are several. May be given again.", multiple=True,
           variable="CONTRACT_API_KEY"),
    Option("--basic", "user:password for basic authentication.", variable="CONTRACT_BASIC"),
)  # fmt: skip


def orders(profile: Profile, given: Mapping[str, Any], schemes: Mapping[str, SecurityScheme]) -> Orders:
    """The orders that values of the options give. Raises LoadError on a value that is none."""
    return Orders(
        profile,
        Selection(
            include=tuple(given.get("include") or ()),
            exclude=tuple(given.get("exclude") or ()),
            read_only=bool(given.get("read_only")),
            allow_destructive=bool(given.get("allow_destructive")),
        ),
        credentials(
            tuple(given.get("header") or ()),
            given.get("bearer") or "",
            tuple(given.get("api_key") or ()),
            given.get("basic") or "",
            schemes,
        ),
    )


def orders_from(message: Mapping[str, Any]) -> Orders:
    """Orders as `message` gave them to another process."""
    selection, shown = message["selection"], message["credentials"]
    return Orders(
        profile_from(message["profile"]),
        Selection(
            tuple(selection["include"]),
            tuple(selection["exclude"]),
            selection["read_only"],
            selection["allow_destructive"],
        ),
        Credentials(
            tuple((name, value) for name, value in shown["headers"]),
            shown["bearer"],
            tuple((name, key) for name, key in shown["api_keys"]),
            shown["basic"],
        ),
    )
